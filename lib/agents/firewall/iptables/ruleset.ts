/**
 * Puts the agent's chains into a host's tables, as iptables_manager does: its rules come first in the built-in chains,
 * chains of its name that it no longer has go, and all others stay. What does not change stays the same object, with its
 * counters. Source: neutron/agent/linux/iptables_manager.py _modify_rules.
 */
import type { IptablesChain, IptablesRule, IptablesRuleset, IptablesTable } from "../../../net/iptables/ast.ts";
import { withRules } from "./chain-rules.ts";

/** What an agent wants of one table. */
export interface OwnTable {
  readonly name: "raw" | "filter";
  readonly builtIn: readonly string[];
  /** Shared with others: what stands first in chains that are not the agent's alone, by their names. */
  readonly shared: ReadonlyMap<string, readonly IptablesRule[]>;
  /** The agent's own, in the order of their names. */
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
  const present = table?.chains ?? [];
  const builtIn = present.filter((one) => one.policy !== undefined);
  const others = inOrder(present.filter((one) => one.policy === undefined));
  const names = new Set(builtIn.map((one) => one.name));
  const chains = [
    ...builtIn.map((one) => withLeadingRules(one, own.shared.get(one.name))),
    ...own.builtIn.filter((name) => !names.has(name)).map((name) => sharedChain(own, name, "ACCEPT")),
    ...mergeOthers(others, own, prefix),
  ];
  return table && sameItems(table.chains, chains) ? table : { name: own.name, chains };
}

/** The kernel lists chains by their names; a ruleset that was read from elsewhere may not. */
function inOrder(chains: IptablesChain[]): IptablesChain[] {
  const sorted = chains.every((one, i) => i === 0 || (chains[i - 1]?.name ?? "") < one.name);
  return sorted ? chains : chains.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Both lists are in the order of names. */
function mergeOthers(present: readonly IptablesChain[], own: OwnTable, prefix: string): IptablesChain[] {
  const out: IptablesChain[] = [];
  const shared = [...own.shared.keys()].filter((name) => !own.builtIn.includes(name)).sort();
  const foreign = present.filter((one) => !one.name.startsWith(prefix));
  for (const name of shared) if (!foreign.some((one) => one.name === name)) foreign.push(sharedChain(own, name));
  let at = 0;
  const mine = present.filter((one) => one.name.startsWith(prefix));
  for (const wanted of own.chains) {
    while (at < mine.length && (mine[at]?.name ?? "") < wanted.name) at++;
    const old = mine[at];
    out.push(old?.name === wanted.name ? withRules(old, wanted.rules) : wanted);
  }
  return mergeByName(
    foreign.map((one) => withLeadingRules(one, own.shared.get(one.name))).sort((a, b) => (a.name < b.name ? -1 : 1)),
    out,
  );
}

/** @param few a short list */
function mergeByName(few: readonly IptablesChain[], many: readonly IptablesChain[]): IptablesChain[] {
  const out: IptablesChain[] = [];
  let at = 0;
  for (const one of many) {
    for (let next = few[at]; next && next.name < one.name; next = few[++at]) out.push(next);
    out.push(one);
  }
  return out.concat(few.slice(at));
}

function sharedChain(own: OwnTable, name: string, policy?: "ACCEPT"): IptablesChain {
  return { name, ...(policy ? { policy } : {}), packets: 0, bytes: 0, rules: [...(own.shared.get(name) ?? [])] };
}

function withLeadingRules(old: IptablesChain, first: readonly IptablesRule[] | undefined): IptablesChain {
  if (!first) return old;
  const ours = new Set(first.map((one) => one.text));
  return withRules(old, [...first, ...old.rules.filter((one) => !ours.has(one.text))]);
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
