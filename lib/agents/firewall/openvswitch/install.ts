/**
 * Brings a bridge's flows up to date with groups of planned ones. What was installed for a group stays as it is while the
 * group does; where nobody else touched the firewall's tables since, only what changed is looked at.
 */
import { flowKey } from "../../../host/command/ovs/flow-table.ts";
import { appended, differing } from "../../../host/differing.ts";
import type { Flow } from "../../../net/openflow/ast.ts";
import { printActions } from "../../../net/openflow/print.ts";

export type FlowGroup = readonly Flow[];

/** What was left on the bridge, and why. */
export interface Installed {
  readonly flows: Flow[];
  readonly groups: readonly FlowGroup[];
  /** Planned flows that were there already, as other objects. */
  readonly stood: ReadonlyMap<Flow, Flow>;
}

type IsOwn = (flow: Flow) => boolean;

/** Whether the flows of a bridge are those that were left there, but for flows that are none of the firewall's. */
export function isUntouched(last: Installed, flows: readonly Flow[], inTables: IsOwn): boolean {
  if (last.flows === flows) return true;
  const { gone, come } = differing(last.flows, flows);
  return !gone.some(inTables) && !come.some(inTables);
}

/** @param flows untouched since `last` */
export function updated(last: Installed, flows: Flow[], groups: readonly FlowGroup[]): Installed {
  const changed = differing(last.groups, groups);
  const { gone, come } = differing(changed.gone.flat(), changed.come.flat());
  if (gone.length + come.length === 0) return { flows, groups, stood: last.stood };
  const lost = new Set(gone.map((one) => last.stood.get(one) ?? one));
  const left = lost.size === 0 ? flows : flows.filter((one) => !lost.has(one));
  return { flows: appended(left, come), groups, stood: last.stood };
}

/** From what the bridge has, whoever put it there. */
export function installed(flows: Flow[], groups: readonly FlowGroup[], isOwn: IsOwn): Installed {
  const wanted = new Map<string, Flow>();
  for (const group of groups) for (const flow of group) wanted.set(flowKey(flow), flow);
  const stood = new Map<Flow, Flow>();
  const out: Flow[] = [];
  for (const flow of flows) {
    const key = flowKey(flow);
    const want = wanted.get(key);
    if (want === undefined) {
      if (!isOwn(flow)) out.push(flow);
      continue;
    }
    wanted.delete(key);
    if (want !== flow && isSame(flow, want)) stood.set(want, flow);
    out.push(stood.get(want) ?? want);
  }
  for (const flow of wanted.values()) out.push(flow);
  const same = out.length === flows.length && out.every((one, i) => one === flows[i]);
  return { flows: same ? flows : out, groups, stood };
}

/** Flags say how a flow was added, not what it does. */
function isSame(one: Flow, other: Flow): boolean {
  return (
    one.cookie === other.cookie &&
    one.idleTimeout === other.idleTimeout &&
    one.hardTimeout === other.hardTimeout &&
    printActions(one.actions) === printActions(other.actions)
  );
}
