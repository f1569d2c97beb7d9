/**
 * Rules are put in and taken out where they stand on the host, whatever else has been put between them by hand, and none twice: agents
 * read what is there before they write. Source: neutron/agent/linux/iptables_manager.py _apply_synchronized, _modify_rules.
 */
import type { Command } from "../host/command/command.ts";
import { iptablesCommands } from "../host/diff/iptables.ts";
import { editNamespace, findNamespace } from "../host/edit.ts";
import type { HostState, Namespace } from "../host/state.ts";
import type { IptablesChain, IptablesRule, IptablesRuleset, IptablesTable } from "../net/iptables/ast.ts";

/** Of the commands that make `from` into `to`: those for rules as they have to be on `actual`. */
export function withRulesThere(
  commands: readonly Command[],
  from: HostState,
  to: HostState,
  actual: HostState,
): readonly Command[] {
  const done = new Set<string>();
  return commands.flatMap((command) => {
    const { netns, run } = command;
    const there = findNamespace(actual, netns);
    const wanted = findNamespace(to, netns);
    if (run.tool !== "iptables" || run.kind !== "restore" || !there || !wanted) return [command];
    if (done.has(netns)) return [];
    done.add(netns);
    const before = findNamespace(from, netns);
    const rules = {
      ...ruleset("iptables", before, wanted, there),
      ...ruleset("ip6tables", before, wanted, there),
    };
    return iptablesCommands(actual, editNamespace(actual, netns, rules));
  });
}

function ruleset(
  key: "iptables" | "ip6tables",
  before: Namespace | undefined,
  after: Namespace,
  there: Namespace,
): Partial<Namespace> {
  const [was, will, is] = [before?.[key], after[key], there[key]];
  if (was === will || !will) return {};
  return { [key]: is ? mergedRuleset(was, will, is) : will };
}

function mergedRuleset(was: IptablesRuleset | undefined, will: IptablesRuleset, is: IptablesRuleset): IptablesRuleset {
  const table = (all: IptablesRuleset | undefined, name: string) => all?.tables.find((one) => one.name === name);
  const kept = is.tables.map((one) => mergedTable(table(was, one.name), table(will, one.name), one));
  return { ...is, tables: [...kept, ...will.tables.filter((one) => !table(is, one.name))] };
}

function mergedTable(
  was: IptablesTable | undefined,
  will: IptablesTable | undefined,
  is: IptablesTable,
): IptablesTable {
  if (was === will) return is;
  const [before, after, there] = [byName(was), byName(will), byName(is)];
  const kept = is.chains.flatMap((chain) => {
    const [old, next] = [before.get(chain.name), after.get(chain.name)];
    if (old === next) return [chain];
    if (!next && !chain.policy) return [];
    const policy = next?.policy !== old?.policy ? next?.policy : chain.policy;
    return [
      { ...chain, ...(policy && { policy }), rules: mergedRules(old?.rules ?? [], next?.rules ?? [], chain.rules) },
    ];
  });
  const fresh = (will?.chains ?? []).filter((one) => !there.has(one.name) && before.get(one.name) !== one);
  return { ...is, chains: [...kept, ...fresh] };
}

function byName(table: IptablesTable | undefined): ReadonlyMap<string, IptablesChain> {
  return new Map(table?.chains.map((one) => [one.name, one]));
}

/** New ones stand before the next one of theirs that is there. */
function mergedRules(
  was: readonly IptablesRule[],
  will: readonly IptablesRule[],
  is: readonly IptablesRule[],
): IptablesRule[] {
  const before = new Set(was.map((one) => one.text));
  const after = new Set(will.map((one) => one.text));
  const rules = is.filter(({ text }) => after.has(text) || !before.has(text));
  const there = new Set(rules.map((one) => one.text));
  let next: string | undefined;
  for (const rule of will.toReversed()) {
    const { text } = rule;
    if (!before.has(text) && !there.has(text)) {
      const at = next === undefined ? rules.length : rules.findIndex((one) => one.text === next);
      rules.splice(at, 0, rule);
      there.add(text);
    }
    if (there.has(text)) next = text;
  }
  return rules;
}
