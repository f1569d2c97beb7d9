/**
 * Puts the agent's chains into a host's tables, as iptables_manager does: its rules come first in the built-in chains,
 * chains of its name that it no longer has go, and all others stay. What does not change stays the same object, with its
 * counters. Source: neutron/agent/linux/iptables_manager.py _modify_rules.
 */
import type { IptablesChain, IptablesRule, IptablesRuleset, IptablesTable } from "../../../net/iptables/ast.ts";
import { chain } from "./port-chains.ts";

/** What an agent wants of one table. */
export interface OwnTable {
  readonly name: "raw" | "filter";
  readonly builtIn: readonly string[];
  /** Shared with others: what stands first in chains that are not the agent's alone, by their names. */
  readonly shared: ReadonlyMap<string, readonly IptablesRule[]>;
  readonly chains: readonly IptablesChain[];
}

/** The order of iptables-nft-save. */
const TABLE_ORDER: readonly IptablesTable["name"][] = ["mangle", "raw", "filter", "nat", "security"];

/** @param prefix of the agent's chains, as `neutron-openvswi-` */
export function withOwnTables(
  family: 4 | 6,
  ruleset: IptablesRuleset | undefined,
  own: readonly OwnTable[],
  prefix: string,
): IptablesRuleset {
  const tables = [...(ruleset?.tables ?? [])];
  for (const one of own) {
    const at = tables.findIndex((table) => table.name === one.name);
    if (at >= 0) tables[at] = withOwnTable(tables[at], one, prefix);
    else tables.push(withOwnTable(undefined, one, prefix));
  }
  if (ruleset && sameItems(ruleset.tables, tables)) return ruleset;
  tables.sort((a, b) => TABLE_ORDER.indexOf(a.name) - TABLE_ORDER.indexOf(b.name));
  return { family, tables };
}

function withOwnTable(table: IptablesTable | undefined, own: OwnTable, prefix: string): IptablesTable {
  const wanted = new Map(own.chains.map((one) => [one.name, one]));
  const kept: IptablesChain[] = [];
  const present = new Set<string>();
  for (const old of table?.chains ?? []) {
    const shared = own.shared.get(old.name);
    const next = wanted.get(old.name);
    if (next) kept.push(sameChain(old, next));
    else if (shared) kept.push(withLeadingRules(old, shared));
    else if (old.name.startsWith(prefix)) continue;
    else kept.push(old);
    present.add(old.name);
  }
  const builtIn = own.builtIn.filter((name) => !present.has(name)).map((name) => newChain(own, name, "ACCEPT"));
  const shared = [...own.shared.keys()].filter((name) => !present.has(name) && !own.builtIn.includes(name));
  const fresh = [...own.chains.filter((one) => !present.has(one.name)), ...shared.map((name) => newChain(own, name))];
  const chains = builtIn.length + fresh.length === 0 ? kept : merge([...builtIn, ...kept], sortByName(fresh));
  return table && sameItems(table.chains, chains) ? table : { name: own.name, chains };
}

function newChain(own: OwnTable, name: string, policy?: "ACCEPT"): IptablesChain {
  return { ...chain(name, []), ...(policy ? { policy } : {}), rules: [...(own.shared.get(name) ?? [])] };
}

/** Built-in chains, then the others by name, as the kernel lists them. Both lists are in that order already. */
function merge(chains: readonly IptablesChain[], fresh: readonly IptablesChain[]): IptablesChain[] {
  const all: IptablesChain[] = [];
  let at = 0;
  for (const one of chains) {
    for (let next = fresh[at]; next && one.policy === undefined && next.name < one.name; next = fresh[++at])
      all.push(next);
    all.push(one);
  }
  return [...all, ...fresh.slice(at)];
}

function sortByName(chains: readonly IptablesChain[]): IptablesChain[] {
  return [...chains].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function withLeadingRules(old: IptablesChain, first: readonly IptablesRule[]): IptablesChain {
  const ours = new Set(first.map((one) => one.text));
  return sameChain(old, { ...old, rules: [...first, ...old.rules.filter((one) => !ours.has(one.text))] });
}

/** Chains of the host that were found to be as planned. */
const equal = new WeakMap<IptablesChain, readonly IptablesRule[]>();

/** The host's chain where it has these rules; else with the host's own objects for the rules that it has already. */
function sameChain(old: IptablesChain, next: IptablesChain): IptablesChain {
  if (old === next || equal.get(old) === next.rules) return old;
  const same =
    old.rules.length === next.rules.length &&
    old.rules.every((one, i) => one === next.rules[i] || one.text === next.rules[i]?.text);
  if (!same) {
    const byText = new Map(old.rules.map((one) => [one.text, one]));
    return { ...old, rules: next.rules.map((one) => byText.get(one.text) ?? one) };
  }
  equal.set(old, next.rules);
  return old;
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}
