/** Policy rules. */
import type { Command } from "../command/command.ts";
import type { RuleCommand } from "../command/ip/command.ts";
import type { HostState, PolicyRule } from "../state.ts";
import { commonNamespaces, differingBy } from "./lists.ts";

export function diffRules(actual: HostState, desired: HostState): Command[] {
  const out: Command[] = [];
  for (const [{ name: netns, rules }, wanted] of commonNamespaces(actual, desired)) {
    const { gone, come } = differingBy(rules, wanted.rules, key);
    for (const rule of gone) out.push({ netns, run: command("rule-del", rule) });
    for (const rule of come) out.push({ netns, run: command("rule-add", rule) });
  }
  return out;
}

function key(rule: PolicyRule): string {
  return JSON.stringify(Object.entries(rule).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function command(action: RuleCommand["action"], rule: PolicyRule): RuleCommand {
  const { family, priority, src, dst, iif, oif, fwmark, not, ipProto, sport, dport, table, goto, action: type } = rule;
  return {
    ...{ tool: "ip", action, family, priority },
    ...(not && { not }),
    ...(src !== undefined && { from: src }),
    ...(dst !== undefined && { to: dst }),
    ...(fwmark && { fwmark: fwmark.mask === 0xffffffff ? { value: fwmark.value } : fwmark }),
    ...(iif !== undefined && { iif }),
    ...(oif !== undefined && { oif }),
    ...(ipProto !== undefined && { ipproto: ipProto }),
    ...(sport && { sport }),
    ...(dport && { dport }),
    ...(table !== undefined && { table }),
    ...(goto !== undefined && { goto }),
    ...(rule.suppressPrefixLength !== undefined && { suppressPrefixLength: rule.suppressPrefixLength }),
    ...(type !== "lookup" && type !== "goto" && { type }),
  };
}
