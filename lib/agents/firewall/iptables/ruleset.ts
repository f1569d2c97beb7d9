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
  const names = new Set(builtIn.map((one) => one.name));
  const { mine, others } = sortOut(present, own, prefix);
  for (const name of own.shared.keys())
    if (!own.builtIn.includes(name) && !others.some((one) => one.name === name)) others.push(sharedChain(own, name));
  const chains = [
    ...builtIn.map((one) => withLeadingRules(one, own.shared.get(one.name))),
    ...own.builtIn.filter((name) => !names.has(name)).map((name) => sharedChain(own, name, "ACCEPT")),
    ...mergeByName(
      others.map((one) => withLeadingRules(one, own.shared.get(one.name))).sort((a, b) => (a.name < b.name ? -1 : 1)),
      mine,
    ),
  ];
  return table && sameItems(table.chains, chains) ? table : { name: own.name, chains };
}

/** The agent's chains as they should be, and those that are not its own. The kernel lists chains by their names. */
function sortOut(present: readonly IptablesChain[], own: OwnTable, prefix: string) {
  const mine: IptablesChain[] = [];
  const others: IptablesChain[] = [];
  const leave = (one: IptablesChain) => {
    if (one.policy === undefined && !one.name.startsWith(prefix)) others.push(one);
  };
  let at = 0;
  for (const wanted of own.chains) {
    let old = present[at];
    while (old && old !== wanted && (old.policy !== undefined || old.name < wanted.name)) {
      leave(old);
      old = present[++at];
    }
    if (old && (old === wanted || old.name === wanted.name)) {
      mine.push(withRules(old, wanted.rules));
      at++;
    } else mine.push(wanted);
  }
  for (; at < present.length; at++) leave(present[at] as IptablesChain); // Below the length.
  return { mine, others };
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
