/** Which of the actions of an action set are executed, and in which order (lib/ofp-actions.c ACTION_SET_ORDER). */
import type { Op } from "./program.ts";

const SLOTS: readonly Op["op"][] = ["pop_vlan", "push_vlan", "dec_ttl"];
const FINALS: readonly Op["op"][] = ["ct", "ct_clear", "resubmit", "output", "group"];

/** ofpacts_execute_action_set: the list that an action set stands for. */
export function orderActionSet(set: readonly Op[]): Op[] {
  const slots = new Map<Op["op"], Op>();
  const sets: Op[] = [];
  let last: Op | undefined;
  for (const op of set) {
    const kind = op.op === "controller" ? "output" : op.op;
    if (SLOTS.includes(kind)) slots.set(kind, op);
    else if (FINALS.includes(kind)) {
      if (!last || FINALS.indexOf(kind) >= FINALS.indexOf(last.op === "controller" ? "output" : last.op)) last = op;
    } else if (kind === "set" || kind === "set_vlan" || kind === "move" || kind === "nothing" || kind === "unknown")
      sets.push(op);
  }
  if (!last) return [];
  return [...SLOTS.flatMap((s) => slots.get(s) ?? []), ...sets, last];
}
