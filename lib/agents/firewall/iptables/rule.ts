/** Rules from the words that iptables-save prints. */
import { ruleOf } from "../../../host/command/iptables/body.ts";
import type { IptablesRule } from "../../../net/iptables/ast.ts";

const BOTH = [4, 6] as const;

/** @param body what follows `-A chain `, as iptables-save prints it @param families both, where it names no addresses */
export function rule(chain: string, body: string, families: readonly (4 | 6)[] = BOTH): IptablesRule {
  const read = ruleOf(chain, body, families);
  if (typeof read === "string") throw new RangeError(`not a rule: ${body.slice(0, 200)}`);
  return read;
}
