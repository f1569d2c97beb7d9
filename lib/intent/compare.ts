/**
 * What a host is, against what it should be. Pure, and in words of the host's own tools. What is not compared, since it is
 * chance, counting or learning, is said at the head of each file of compare/.
 */
import type { HostState } from "../host/state.ts";
import { countedAlike } from "./compare/conjunctions.ts";
import { type Entry, keyOf, type Part, type Place, type Resource } from "./compare/entry.ts";
import { filterEntries, ORDER } from "./compare/filters.ts";
import { withoutHistory } from "./compare/history.ts";
import { kernelEntries } from "./compare/kernel.ts";
import { AS_THEY_ARE, named } from "./compare/numbers.ts";
import { ownersOf } from "./compare/owners.ts";
import { serviceEntries } from "./compare/services.ts";
import { switchEntries } from "./compare/switches.ts";

export interface Difference {
  /** missing: desired and not there; unexpected: there and not desired. */
  readonly kind: "missing" | "unexpected" | "different";
  readonly part: Part;
  readonly place: Place;
  readonly name: string;
  readonly actual?: string;
  readonly desired?: string;
  readonly resource?: Resource;
}

export interface CompareOptions {
  /** `named`: port numbers, local VLANs and zones count by what they stand for, not by their numbers. */
  readonly numbers?: "same" | "named";
}

/** In the order of the actual host's parts, what is missing last. Empty where the host is as it should be. */
export function compareHosts(actual: HostState, desired: HostState, options: CompareOptions = {}): Difference[] {
  if (actual === desired) return [];
  const entries = [entriesOf(actual, options), entriesOf(desired, options)] as const;
  const [is, should] = options.numbers === "named" ? countedAlike(...entries) : entries;
  const differences: Difference[] = [];
  for (const [key, one] of is) {
    const wanted = should.get(key);
    if (!wanted) differences.push(difference("unexpected", one, { actual: one.value }));
    else if (wanted.value !== one.value)
      differences.push(difference("different", wanted, { actual: one.value, desired: wanted.value }));
  }
  for (const [key, one] of should)
    if (!is.has(key) && isKnown(actual, one)) differences.push(difference("missing", one, { desired: one.value }));
  return withoutConsequences(withoutHistory(differences, should.values(), actual, desired));
}

/** Where a chain lacks a rule, or has one too many, its order says nothing more. */
function withoutConsequences(differences: readonly Difference[]): Difference[] {
  const placeOf = ({ part, place }: Difference) => `${part} ${place.netns ?? ""} ${place.table ?? ""}`;
  const changed = new Set(differences.filter((one) => one.name !== ORDER).map(placeOf));
  return differences.filter((one) => one.name !== ORDER || !changed.has(placeOf(one)));
}

/** A recording has those settings that somebody asked for: of another it tells nothing. */
function isKnown(actual: HostState, { part, place, name }: Entry): boolean {
  if (part !== "sysctl" || actual.takenAt === undefined) return true;
  const setting = name.slice(name.lastIndexOf("."));
  const known = actual.namespaces.find((ns) => ns.name === place.netns)?.sysctls ?? {};
  return Object.keys(known).some((other) => other.endsWith(setting));
}

function difference(kind: Difference["kind"], entry: Entry, values: { actual?: string; desired?: string }): Difference {
  const { part, place, name, resource } = entry;
  return { kind, part, place, name, ...values, ...(resource ? { resource } : {}) };
}

/** One line for a person. */
export function differenceText({ kind, part, place, name, actual, desired }: Difference): string {
  const where = Object.values(place).join(" ");
  const what = `${kind} ${part} [${where}] ${name}`;
  if (kind === "different") return `${what}\n    is     ${actual ?? ""}\n    should ${desired ?? ""}`;
  const value = actual ?? desired ?? "";
  return value === "" ? what : `${what}: ${value}`;
}

function entriesOf(host: HostState, options: CompareOptions): Map<string, Entry> {
  const numbers = options.numbers === "named" ? named(host) : AS_THEY_ARE;
  const owners = ownersOf(host);
  const entries = new Map<string, Entry>();
  const add = (all: Iterable<Entry>) => {
    for (const one of all) entries.set(uniqueKey(entries, one), one);
  };
  for (const ns of host.namespaces) {
    add(kernelEntries(ns, owners, numbers));
    add(filterEntries(ns, owners, numbers));
  }
  add(switchEntries(host, owners, numbers));
  add(serviceEntries(host));
  return entries;
}

/** Two of the same (routes by several ways) are the first and the second. */
function uniqueKey(entries: ReadonlyMap<string, Entry>, one: Entry): string {
  const key = keyOf(one);
  let unique = key;
  for (let i = 2; entries.has(unique); i++) unique = `${key} (${i})`;
  return unique;
}
