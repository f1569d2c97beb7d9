/** Rule sets made ready to run: matches compiled, chains joined. Once for each rule set, kept in a WeakMap. */
import type { IptablesRule, IptablesRuleset, IptablesTable } from "../../net/iptables/ast.ts";
import { all, compileMatch, type Test } from "./match.ts";

export interface CompiledRule {
  rule: IptablesRule;
  /** 1-based, as `iptables -L --line-numbers`. */
  index: number;
  test: Test;
  /** Chain of a jump or goto. */
  chain?: CompiledChain;
}

export interface CompiledChain {
  table: IptablesTable["name"];
  name: string;
  policy?: "ACCEPT" | "DROP";
  rules: CompiledRule[];
}

export type CompiledTable = Map<string, CompiledChain>;
export type CompiledRuleset = Map<IptablesTable["name"], CompiledTable>;

const cache = new WeakMap<IptablesRuleset, CompiledRuleset>();

export function compileRuleset(ruleset: IptablesRuleset): CompiledRuleset {
  let compiled = cache.get(ruleset);
  if (!compiled) {
    compiled = new Map(ruleset.tables.map((t) => [t.name, compileTable(t, ruleset.family)]));
    cache.set(ruleset, compiled);
  }
  return compiled;
}

function compileTable(table: IptablesTable, family: 4 | 6): CompiledTable {
  const chains: CompiledTable = new Map();
  for (const c of table.chains) chains.set(c.name, { table: table.name, name: c.name, policy: c.policy, rules: [] });
  for (const c of table.chains) {
    const chain = chains.get(c.name);
    for (const [i, rule] of c.rules.entries()) {
      const tests = rule.matches.map((m) => compileMatch(m, family));
      // Options of no extension have no node, but the rule is undecidable all the same.
      if (rule.unsupported !== undefined) tests.push(() => `unsupported: ${rule.unsupported}`);
      const compiled: CompiledRule = { rule, index: i + 1, test: all(tests) };
      if (rule.target.kind === "jump" || rule.target.kind === "goto") compiled.chain = chains.get(rule.target.chain);
      chain?.rules.push(compiled);
    }
  }
  return chains;
}
