/**
 * Rules' bodies as iptables-save prints them. Equal ones are read once: most rules of two ports are the same, and what was
 * planned as a rule is read no second time when it is restored.
 */
import type { IptablesRule } from "../../../net/iptables/ast.ts";
import { parseRule } from "../../../net/iptables/parse.ts";
import { TARGETS } from "./extensions.ts";

interface Read {
  readonly rule: IptablesRule;
  /** Families whose iptables-save prints it so. */
  readonly families: Set<4 | 6>;
}

const read = new Map<string, Read>();
/** Bodies with addresses or devices in them are not worth keeping when there are very many. */
const MOST_READ = 4096;
/** Bodies are read as if they were of this chain. */
const HEAD = "-A x";

/**
 * @param body what follows `-A chain `, as these families' iptables-save prints it
 * @returns the rule, or the reason why it is none
 */
export function ruleOf(chain: string, body: string, families: readonly (4 | 6)[]): IptablesRule | string {
  let known = read.get(body);
  if (!known) {
    const parsed = parseRule(`${HEAD} ${body}`, (name) => !TARGETS.has(name));
    if (typeof parsed === "string") return parsed;
    known = { rule: { ...parsed, text: parsed.text.slice(HEAD.length) }, families: new Set() };
    if (read.size >= MOST_READ) read.clear();
    read.set(body, known);
  }
  for (const family of families) known.families.add(family);
  return inChain(chain, known.rule);
}

/** The rule, if its body is known to be as this family's iptables-save prints it. */
export function knownRule(chain: string, body: string, family: 4 | 6): IptablesRule | undefined {
  const known = read.get(body);
  return known?.families.has(family) ? inChain(chain, known.rule) : undefined;
}

function inChain(chain: string, rule: IptablesRule): IptablesRule {
  return { ...rule, text: `-A ${chain}${rule.text}` };
}
