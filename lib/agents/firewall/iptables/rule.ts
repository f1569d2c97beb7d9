/** Rules from the words that iptables-save prints. */
import { ruleOf } from "../../../host/command/iptables/body.ts";
import type { IptablesRule } from "../../../net/iptables/ast.ts";

/** @param body what follows `-A chain `, as iptables-save prints it */
export function rule(chain: string, body: string): IptablesRule {
  const read = ruleOf(chain, body);
  if (typeof read === "string") throw new RangeError(`not a rule: ${body.slice(0, 200)}`);
  return read;
}
