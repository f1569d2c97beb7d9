/**
 * Puts the agent's chains into a host's tables, as iptables_manager does: its rules come first in the built-in chains,
 * chains of its name that it no longer has go, and all others stay. What does not change stays the same object, with its
 * counters. Source: neutron/agent/linux/iptables_manager.py _modify_rules.
 */

import { alikeFromStart } from "../../../host/alike.ts";
import { DraftChains } from "../../../host/command/iptables/draft-chains.ts";
import { differing } from "../../../host/differing.ts";
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

/** What was wanted of a table, and what it became, by family and name. */
export type Tables = Map<string, { readonly wanted: readonly IptablesChain[]; readonly chains: IptablesChain[] }>;

interface Notes {
  /** Of the agent's chains, as `neutron-openvswi-`. */
  readonly prefix: string;
  /** Of the plan before. */
  readonly last: Tables | undefined;
  /** To be written for the next one. */
  readonly tables: Tables;
}

export function withOwnTables(
  family: 4 | 6,
  ruleset: IptablesRuleset | undefined,
  all: readonly OwnTable[],
  { prefix, last, tables: notes }: Notes,
): IptablesRuleset {
  const tables = [...(ruleset?.tables ?? [])];
  for (const own of all) {
    const at = tables.findIndex((table) => table.name === own.name);
    const key = `${family} ${own.name}`;
    const before = last?.get(key);
    const chains =
      (before && tables[at] && changedChains(tables[at].chains, own, prefix, before)) ??
      withOwnChains(tables[at]?.chains ?? [], own, prefix);
    notes.set(key, { wanted: own.chains, chains });
    if (at < 0) tables.push({ name: own.name, chains });
    else if (tables[at]?.chains !== chains) tables[at] = { name: own.name, chains };
  }
  if (ruleset && sameItems(ruleset.tables, tables)) return ruleset;
  tables.sort((a, b) => TABLE_ORDER.indexOf(a.name) - TABLE_ORDER.indexOf(b.name));
  return { family, tables };
}

type Last = NonNullable<ReturnType<Tables["get"]>>;

/** Looks only at those of the agent's chains that are other than they were; undefined: others are so, too. */
function changedChains(
  present: IptablesChain[],
  own: OwnTable,
  prefix: string,
  last: Last,
): IptablesChain[] | undefined {
  const here = differing(last.chains, present);
  const strange = ({ name, policy }: IptablesChain) => policy !== undefined || !name.startsWith(prefix);
  if (here.gone.some(strange) || here.come.some(strange)) return undefined;
  const wish = differing(last.wanted, own.chains);
  // What went was as it was wished.
  const wanted = new Map<string, IptablesChain | undefined>();
  for (const { name } of here.come) wanted.set(name, undefined);
  for (const chain of here.gone) wanted.set(chain.name, chain);
  for (const { name } of wish.gone) wanted.set(name, undefined);
  for (const chain of wish.come) wanted.set(chain.name, chain);
  const draft = new DraftChains(present);
  for (const [name, want] of wanted) {
    const old = draft.get(name);
    if (!want) draft.delete(name);
    else draft.set(name, old ? withRules(old, want.rules) : want);
  }
  return draft.list();
}

function withOwnChains(present: IptablesChain[], own: OwnTable, prefix: string): IptablesChain[] {
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
  return sameItems(present, chains) ? present : chains;
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
  return a.length === b.length && alikeFromStart(a, b) === a.length;
}
