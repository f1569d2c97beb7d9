/**
 * Puts an agent's rules into what a namespace has. What others put there stays, after the agent's own rules; rules that stay
 * keep their counters. Source: neutron/agent/linux/iptables_manager.py _modify_rules.
 */
import type { IptablesChain, IptablesRule, IptablesRuleset, IptablesTable } from "../../../net/iptables/ast.ts";
import { parseIptablesSave } from "../../../net/iptables/parse.ts";
import { type Tables, WRAP } from "./tables.ts";

/** The text that a ruleset was made of: while both stay, nothing is to be done. */
const madeOf = new WeakMap<IptablesRuleset, string>();

/** @returns `present` itself where nothing changes */
export function install(present: IptablesRuleset | undefined, wanted: Tables): IptablesRuleset {
  const text = wanted.toString();
  if (present && madeOf.get(present) === text) return present;
  const own = parseIptablesSave(text, wanted.family).ruleset;
  const merged = present ? merge(present, own) : own;
  madeOf.set(merged, text);
  return merged;
}

function merge(present: IptablesRuleset, own: IptablesRuleset): IptablesRuleset {
  const foreign = present.tables.filter((one) => !own.tables.some((table) => table.name === one.name));
  const tables = own.tables.map((table) => {
    const old = present.tables.find((one) => one.name === table.name);
    return old ? mergeTable(old, table) : table;
  });
  const all = [...tables, ...foreign];
  return sameItems(present.tables, all) ? present : { ...present, tables: all };
}

function mergeTable(old: IptablesTable, own: IptablesTable): IptablesTable {
  const known = new Map(old.chains.map((chain) => [chain.name, chain]));
  const wanted = new Set(own.chains.map((chain) => chain.name));
  const mine = own.chains.map((chain) => {
    const there = known.get(chain.name);
    return there ? mergeChain(there, chain) : chain;
  });
  const others = old.chains.filter((chain) => !wanted.has(chain.name) && !isOwn(chain.name));
  const chains = [...mine, ...others].sort(byKind);
  return sameItems(old.chains, chains) ? old : { ...old, chains };
}

function mergeChain(old: IptablesChain, own: IptablesChain): IptablesChain {
  const wanted = new Set(own.rules.map((rule) => rule.text));
  const counted = new Map(old.rules.map((rule) => [rule.text, rule]));
  const foreign = isOwn(own.name) ? [] : old.rules.filter((rule) => !wanted.has(rule.text) && !mentionsOwn(rule));
  const rules = [...own.rules.map((rule) => counted.get(rule.text) ?? rule), ...foreign];
  return sameItems(old.rules, rules) ? old : { ...old, rules };
}

/** Built-in chains stay in front, others are sorted by name, as iptables-save lists them. */
function byKind(a: IptablesChain, b: IptablesChain): number {
  if (a.policy !== undefined || b.policy !== undefined)
    return Number(b.policy !== undefined) - Number(a.policy !== undefined);
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

const isOwn = (chain: string) => chain.startsWith(`${WRAP}-`);
const mentionsOwn = ({ text }: IptablesRule) => text.includes(WRAP);

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}
