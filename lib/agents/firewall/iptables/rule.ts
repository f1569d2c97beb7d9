/** Rules from the words that iptables-save prints. Equal words are read once: most rules of two ports are the same. */
import type { IptablesRule } from "../../../net/iptables/ast.ts";
import { parseRule } from "../../../net/iptables/parse.ts";

type Body = Pick<IptablesRule, "matches" | "target" | "unsupported">;

const bodies = new Map<string, Body>();
/** Bodies with addresses or devices in them are not worth keeping when there are very many. */
const MOST_BODIES = 4096;

const TARGETS: ReadonlySet<string> = new Set(["ACCEPT", "DROP", "RETURN", "CT"]);

/** @param body what follows `-A chain `, as iptables-save prints it */
export function rule(chain: string, body: string): IptablesRule {
  return { packets: 0, bytes: 0, ...read(body), text: `-A ${chain} ${body}` };
}

function read(body: string): Body {
  let known = bodies.get(body);
  if (!known) {
    const parsed = parseRule(`-A x ${body}`, (name) => !TARGETS.has(name));
    if (typeof parsed === "string") throw new RangeError(`not a rule: ${body.slice(0, 200)}`);
    const { matches, target, unsupported } = parsed;
    // DCCP's ports are carried without being judged.
    known = { matches, target, ...(unsupported === undefined ? {} : { unsupported }) };
    if (bodies.size >= MOST_BODIES) bodies.clear();
    bodies.set(body, known);
  }
  return known;
}
