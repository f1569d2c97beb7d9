/** `ip rule` on a host (net/core/fib_rules.c). */
import { namespaceOf, withNamespace } from "../../edit.ts";
import { refused } from "../../kernel/links.ts";
import type { HostState, PolicyRule } from "../../state.ts";
import { tableName } from "./apply-route.ts";
import type { RuleCommand } from "./command.ts";

export function applyRule(host: HostState, netns: string, command: RuleCommand): HostState {
  const ns = namespaceOf(host, netns);
  const family = familyOf(command);
  const own = ns.rules.filter((rule) => rule.family === family);
  if (command.action === "rule-del") {
    const gone = own.find((rule) => fits(rule, command));
    if (!gone) throw refused("No such file or directory");
    return withNamespace(host, { ...ns, rules: ns.rules.filter((rule) => rule !== gone) });
  }
  const rule = ruleOf(command, family, command.priority ?? defaultPriority(own));
  const key = JSON.stringify(rule);
  if (own.some((r) => JSON.stringify(ordered(r)) === key)) throw refused("File exists");
  const after = own.findIndex((r) => r.priority > rule.priority);
  const placed = own.toSpliced(after < 0 ? own.length : after, 0, rule);
  const others = ns.rules.filter((r) => r.family !== family);
  return withNamespace(host, { ...ns, rules: family === 4 ? [...placed, ...others] : [...others, ...placed] });
}

function familyOf({ family, from, to }: RuleCommand): 4 | 6 {
  return family ?? ([from ?? "", to ?? ""].some((text) => text.includes(":")) ? 6 : 4);
}

/** One before the second rule of all (fib_default_rule_pref). */
function defaultPriority(rules: readonly PolicyRule[]): number {
  return Math.max((rules[1]?.priority ?? 1) - 1, 0);
}

function ruleOf(command: RuleCommand, family: 4 | 6, priority: number): PolicyRule {
  const { from, to, iif, oif, fwmark, not, ipproto, sport, dport, goto, type } = command;
  const action = goto !== undefined ? "goto" : (type ?? "lookup");
  return ordered({
    family,
    priority,
    action,
    ...(from !== undefined && { src: from }),
    ...(to !== undefined && { dst: to }),
    ...(iif !== undefined && { iif }),
    ...(oif !== undefined && { oif }),
    ...(fwmark && { fwmark: { value: fwmark.value, mask: fwmark.mask ?? 0xffffffff } }),
    ...(not && { not }),
    ...(ipproto !== undefined && { ipProto: ipproto }),
    ...(sport && { sport }),
    ...(dport && { dport }),
    ...(action === "lookup" && { table: tableName(command.table ?? "main") }),
    ...(goto !== undefined && { goto }),
    ...(command.suppressPrefixLength !== undefined && { suppressPrefixLength: command.suppressPrefixLength }),
  });
}

/** In the order in which the collector writes a rule's parts, so that equal rules look equal. */
function ordered(rule: PolicyRule): PolicyRule {
  const { family, priority, action, src, dst, iif, oif, fwmark, not, ipProto, sport, dport, ...rest } = rule;
  const { suppressPrefixLength, goto, table, unsupported } = rest;
  return {
    ...{ family, priority, action },
    ...(src !== undefined && { src }),
    ...(dst !== undefined && { dst }),
    ...(iif !== undefined && { iif }),
    ...(oif !== undefined && { oif }),
    ...(fwmark && { fwmark }),
    ...(not && { not }),
    ...(ipProto !== undefined && { ipProto }),
    ...(sport && { sport }),
    ...(dport && { dport }),
    ...(suppressPrefixLength !== undefined && { suppressPrefixLength }),
    ...(goto !== undefined && { goto }),
    ...(table !== undefined && { table }),
    ...(unsupported && { unsupported }),
  };
}

/** Whether a rule is what `ip rule del` describes: what was not said may be anything. */
function fits(rule: PolicyRule, command: RuleCommand): boolean {
  const { from, to, fwmark, table } = command;
  return (
    (command.priority === undefined || rule.priority === command.priority) &&
    (from === undefined || rule.src === from) &&
    (to === undefined || rule.dst === to) &&
    (command.iif === undefined || rule.iif === command.iif) &&
    (command.oif === undefined || rule.oif === command.oif) &&
    (fwmark === undefined ||
      (rule.fwmark?.value === fwmark.value && (fwmark.mask === undefined || rule.fwmark.mask === fwmark.mask))) &&
    (command.ipproto === undefined || rule.ipProto === command.ipproto) &&
    sameRange(command.sport, rule.sport) &&
    sameRange(command.dport, rule.dport) &&
    (table === undefined || rule.table === tableName(table)) &&
    (command.goto === undefined || rule.goto === command.goto) &&
    (command.type === undefined || rule.action === command.type) &&
    (command.suppressPrefixLength === undefined || rule.suppressPrefixLength === command.suppressPrefixLength) &&
    (command.not ?? false) === (rule.not ?? false)
  );
}

function sameRange(wanted: PolicyRule["sport"], actual: PolicyRule["sport"]): boolean {
  return wanted === undefined || (actual?.from === wanted.from && actual.to === wanted.to);
}
