/** What two lists of flows do not share: fast where they share nearly all, which are then the same objects. */
import type { Flow } from "../../net/openflow/ast.ts";
import { printActions } from "../../net/openflow/print.ts";
import { canonicalFlow, flowKey } from "../command/ovs/flow-table.ts";
import { differing } from "../differing.ts";

export interface FlowChanges {
  readonly removed: readonly Flow[];
  /** New, or to be put in the place of one with the same table, priority and match. */
  readonly added: readonly Flow[];
}

const NONE: FlowChanges = { removed: [], added: [] };

export function diffFlows(actual: readonly Flow[], desired: readonly Flow[]): FlowChanges {
  if (actual === desired) return NONE;
  const { gone: a, come: b } = differing(actual, desired);
  if (a.length === 0 && b.length === 0) return NONE;
  if (a.length === 0) return { removed: [], added: b };
  if (b.length === 0) return { removed: a, added: [] };
  const before = new Map<string, Flow>();
  for (const flow of a) before.set(flowKey(flow), flow);
  const added: Flow[] = [];
  for (const flow of b) {
    const key = flowKey(flow);
    const old = before.get(key);
    if (old) before.delete(key);
    if (!old || !sameFlow(old, flow)) added.push(flow);
  }
  return { removed: [...before.values()], added };
}

/** Alike in all but counters and ages. */
function sameFlow(one: Flow, other: Flow): boolean {
  const a = canonicalFlow(one);
  const b = canonicalFlow(other);
  return (
    a.cookie === b.cookie &&
    a.idleTimeout === b.idleTimeout &&
    a.hardTimeout === b.hardTimeout &&
    (a.importance ?? 0) === (b.importance ?? 0) &&
    a.flags.length === b.flags.length &&
    a.flags.every((flag) => b.flags.includes(flag)) &&
    (a.actions === b.actions || printActions(a.actions) === printActions(b.actions))
  );
}
