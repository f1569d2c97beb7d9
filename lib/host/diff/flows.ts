/** What two lists of flows do not share: fast where they share nearly all, which are then the same objects. */
import type { Flow } from "../../net/openflow/ast.ts";
import { printActions } from "../../net/openflow/print.ts";
import { canonicalFlow, flowKey } from "../command/ovs/flow-table.ts";

export interface FlowChanges {
  readonly removed: readonly Flow[];
  /** New, or to be put in the place of one with the same table, priority and match. */
  readonly added: readonly Flow[];
}

const NONE: FlowChanges = { removed: [], added: [] };

export function diffFlows(actual: readonly Flow[], desired: readonly Flow[]): FlowChanges {
  if (actual === desired) return NONE;
  const [a, b] = unshared(actual, desired);
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

/** How far a list may have more than the other at one place before the two are taken to be in different order. */
const REACH = 48;
/** After so many flows without one of the other list nearby, the rest is taken as it is. */
const PATIENCE = 64;

/** Flows that are objects of one list alone. */
function unshared(actual: readonly Flow[], desired: readonly Flow[]): [Flow[], Flow[]] {
  const a: Flow[] = [];
  const b: Flow[] = [];
  let i = 0;
  let j = 0;
  let strange = 0;
  while (i < actual.length && j < desired.length && strange < PATIENCE) {
    if (actual[i] === desired[j]) {
      i++;
      j++;
      continue;
    }
    const more = reach(desired, j, actual[i] as Flow);
    if (more > 0) {
      for (let n = 0; n < more; n++) b.push(desired[j++] as Flow);
      continue;
    }
    const less = reach(actual, i, desired[j] as Flow);
    if (less > 0) {
      for (let n = 0; n < less; n++) a.push(actual[i++] as Flow);
      continue;
    }
    strange++;
    a.push(actual[i++] as Flow);
    b.push(desired[j++] as Flow);
  }
  while (i < actual.length) a.push(actual[i++] as Flow);
  while (j < desired.length) b.push(desired[j++] as Flow);
  if (a.length === 0 || b.length === 0) return [a, b];
  // In another order: the same objects may still be in both.
  const inB = new Set(b);
  const shared = new Set(a.filter((flow) => inB.has(flow)));
  return shared.size === 0 ? [a, b] : [a.filter((flow) => !shared.has(flow)), b.filter((flow) => !shared.has(flow))];
}

/** How many flows from `start` on stand before this one; 0 when it is not near. */
function reach(list: readonly Flow[], start: number, flow: Flow): number {
  const end = Math.min(list.length, start + REACH);
  for (let i = start + 1; i < end; i++) if (list[i] === flow) return i - start;
  return 0;
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
