/** Rules' bodies as iptables-save prints them. Equal ones are read once: most rules of two ports are the same. */
import type { IptablesRule } from "../../../net/iptables/ast.ts";
import { parseRule } from "../../../net/iptables/parse.ts";
import { TARGETS } from "./extensions.ts";

const read = new Map<string, IptablesRule>();
/** Bodies with addresses or devices in them are not worth keeping when there are very many. */
const MOST_READ = 4096;
/** Bodies are read as if they were of this chain. */
const HEAD = "-A x";

/**
 * @param body what follows `-A chain `
 * @returns the rule, or the reason why it is none
 */
export function ruleOf(chain: string, body: string): IptablesRule | string {
  let known = read.get(body);
  if (!known) {
    const parsed = parseRule(`${HEAD} ${body}`, (name) => !TARGETS.has(name));
    if (typeof parsed === "string") return parsed;
    known = { ...parsed, text: parsed.text.slice(HEAD.length) };
    if (read.size >= MOST_READ) read.clear();
    read.set(body, known);
  }
  return { ...known, text: `-A ${chain}${known.text}` };
}
