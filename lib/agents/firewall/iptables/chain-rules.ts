/** A host's chain with other rules: those that it has already stay the same objects, with their counters. */
import type { IptablesChain, IptablesRule } from "../../../net/iptables/ast.ts";

/** Rules that a chain of a host was found to have. */
const equal = new WeakMap<IptablesChain, readonly IptablesRule[]>();

export function withRules(old: IptablesChain, next: IptablesRule[]): IptablesChain {
  if (old.rules === next || equal.get(old) === next) return old;
  const start = commonStart(old.rules, next);
  if (start === next.length && start === old.rules.length) {
    equal.set(old, next);
    return old;
  }
  const end = commonEnd(old.rules, next, start);
  // Chains of thousands of rules change at one place.
  const byText = new Map(old.rules.slice(start, old.rules.length - end).map((one) => [one.text, one]));
  const middle = next.slice(start, next.length - end).map((one) => byText.get(one.text) ?? one);
  const rules = old.rules.slice(0, start).concat(middle, end === 0 ? [] : old.rules.slice(-end));
  const chain = { ...old, rules };
  equal.set(chain, next);
  return chain;
}

function same(a: IptablesRule | undefined, b: IptablesRule | undefined): boolean {
  return a === b || a?.text === b?.text;
}

function commonStart(a: readonly IptablesRule[], b: readonly IptablesRule[]): number {
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length && same(a[i], b[i])) i++;
  return i;
}

function commonEnd(a: readonly IptablesRule[], b: readonly IptablesRule[], start: number): number {
  const length = Math.min(a.length, b.length) - start;
  let i = 0;
  while (i < length && same(a[a.length - 1 - i], b[b.length - 1 - i])) i++;
  return i;
}
