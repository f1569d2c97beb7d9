/** A host's chain with other rules: those that it has already stay the same objects, with their counters. */
import { alikeFromEnd, alikeFromStart } from "../../../host/alike.ts";
import type { IptablesChain, IptablesRule } from "../../../net/iptables/ast.ts";

/** Rules that a chain of a host was found to have. */
const equal = new WeakMap<IptablesChain, readonly IptablesRule[]>();

export function withRules(old: IptablesChain, next: IptablesRule[]): IptablesChain {
  if (old.rules === next || equal.get(old) === next) return old;
  const start = alikeFromStart(old.rules, next, same);
  if (start === next.length && start === old.rules.length) {
    equal.set(old, next);
    return old;
  }
  const end = alikeFromEnd(old.rules, next, start, same);
  // Chains of thousands of rules change at one place.
  const byText = new Map(old.rules.slice(start, old.rules.length - end).map((one) => [one.text, one]));
  const middle = next.slice(start, next.length - end).map((one) => byText.get(one.text) ?? one);
  const rules = old.rules.slice(0, start).concat(middle, end === 0 ? [] : old.rules.slice(-end));
  const chain = { ...old, rules };
  equal.set(chain, next);
  return chain;
}

function same(a: IptablesRule, b: IptablesRule): boolean {
  return a.text === b.text;
}
