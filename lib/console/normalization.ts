/** What ovs-ofctl logs when fields of a match mean nothing without their protocol (lib/ofp-match.c). */
import { dropped } from "../host/command/ovs/canonical-match.ts";
import type { OfctlAction } from "../host/command/ovs/ofctl-command.ts";
import type { Match } from "../net/openflow/ast.ts";
import { printMatch } from "../net/openflow/print.ts";
import { type Answer, lines } from "./answer.ts";

/** @param now milliseconds since 1970 */
export function normalization(action: OfctlAction, now: number): Answer {
  const time = `${new Date(now).toISOString().slice(0, 19)}Z`;
  const texts = matchesOf(action).flatMap((match) => {
    const change = dropped(match);
    if (!change) return [];
    const [before, after] = [printMatch(change.before), printMatch(change.after)];
    return ["normalization changed ofp_match, details:", ` pre: ${before}`, `post: ${after}`];
  });
  return lines(texts.map((text, i) => `${time}|${String(i + 1).padStart(5, "0")}|ofp_match|INFO|${text}`));
}

function matchesOf(action: OfctlAction): Match[] {
  switch (action.kind) {
    case "add-flow":
      return [action.flow.match];
    case "add-flows":
      return action.flows.map((one) => one.match);
    case "mod-flows":
      return [action.select.match];
    case "del-flows":
      return action.select.map((one) => one.match);
    case "add-group":
    case "mod-group":
    case "del-groups":
    case "mod-port":
      return [];
    default:
      return action satisfies never;
  }
}
