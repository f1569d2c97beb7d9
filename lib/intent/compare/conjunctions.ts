/**
 * Numbers of the native firewall's conjunctions, which each host gave out as it needed them: those of one host in the numbers of
 * another, where most of what they join is the same.
 */
import { type Entry, keyOf } from "./entry.ts";

const CLAUSE = /conjunction\((\d+),/g;

type Entries = ReadonlyMap<string, Entry>;

/** Both as if the first host had counted as the second one did. */
export function countedAlike(one: Entries, other: Entries): [Entries, Entries] {
  const [own, theirs] = [clausesOf(one), clausesOf(other)];
  if (own.size === 0) return [one, other];
  return [renumbered(one, matched(own, theirs)), renumbered(other, new Map())];
}

function renumbered(entries: Entries, numbers: ReadonlyMap<string, string>): Entries {
  const out = new Map<string, Entry>();
  for (const [key, one] of entries) {
    const counted = one.part === "flow" && /conjunction\(|\bconj_id=/.test(`${one.name} ${one.value}`);
    const now = counted ? inNumbers(one, numbers) : one;
    out.set(counted ? keyOf(now) : key, now);
  }
  return out;
}

/** Number → the flows that are clauses of it. */
function clausesOf(entries: Entries): Map<string, Set<string>> {
  const clauses = new Map<string, Set<string>>();
  for (const { part, place, name, value } of entries.values()) {
    if (part !== "flow") continue;
    for (const [, number = ""] of value.matchAll(CLAUSE)) {
      const known = clauses.get(number);
      if (known) known.add(`${place.table} ${name}`);
      else clauses.set(number, new Set([`${place.table} ${name}`]));
    }
  }
  return clauses;
}

/** Those that have most in common first. */
function matched(own: Map<string, Set<string>>, other: Map<string, Set<string>>): Map<string, string> {
  const pairs = [...own].flatMap(([number, mine]) =>
    [...other].map(([wanted, theirs]) => {
      const common = [...mine].filter((one) => theirs.has(one)).length;
      return { number, wanted, likeness: common / (mine.size + theirs.size - common) };
    }),
  );
  const numbers = new Map<string, string>();
  const taken = new Set<string>();
  for (const { number, wanted, likeness } of pairs.sort((a, b) => b.likeness - a.likeness)) {
    if (likeness === 0 || numbers.has(number) || taken.has(wanted)) continue;
    numbers.set(number, wanted);
    taken.add(wanted);
  }
  for (const number of own.keys()) if (!numbers.has(number)) numbers.set(number, `(${number})`);
  return numbers;
}

function inNumbers(entry: Entry, numbers: ReadonlyMap<string, string>): Entry {
  const of = (number: string) => numbers.get(number) ?? number;
  const id = /\bconj_id=(\d+)/.exec(entry.name)?.[1];
  const name = entry.name.replace(/\bconj_id=(\d+)/, (_, number: string) => `conj_id=${of(number)}`);
  const value = entry.value.replace(CLAUSE, (_, number: string) => `conjunction(${of(number)},`);
  if (id === undefined) return { ...entry, name, value: inOrder(value) };
  // The register keeps the number, too.
  const register = `set_field:0x${Number(id).toString(16)}->reg7`;
  return { ...entry, name, value: value.replace(register, `set_field:(conj_id)->reg7`) };
}

function inOrder(actions: string): string {
  return actions
    .split(/,(?=conjunction)/)
    .sort()
    .join(",");
}
