/** Flows and groups of bridges that both hosts have. */
import type { Flow } from "../../net/openflow/ast.ts";
import { printGroup } from "../../net/openflow/print.ts";
import type { Command } from "../command/command.ts";
import type { FlowSelection, OfctlAction } from "../command/ovs/ofctl-command.ts";
import { ROOT } from "../edit.ts";
import type { HostState, OvsBridge } from "../state.ts";
import { diffFlows } from "./flows.ts";

/** Deletions first, and groups before the flows that use them. */
export function flowCommands(actual: HostState, desired: HostState): Command[] {
  if (actual.ovs === desired.ovs) return [];
  const out: Command[] = [];
  for (const bridge of desired.ovs?.bridges ?? []) {
    const before = actual.ovs?.bridges.find((b) => b.name === bridge.name);
    if (!before || before === bridge) continue;
    for (const action of actions(before, bridge)) out.push(command(bridge, action));
  }
  return out;
}

function command(bridge: OvsBridge, action: OfctlAction): Command {
  return { netns: ROOT, run: { tool: "ovs-ofctl", bridge: bridge.name, versions: [version(bridge, action)], action } };
}

/** Buckets have numbers from OpenFlow 1.5 on; for the rest 1.3 is what agents speak. */
function version({ protocols }: OvsBridge, action: OfctlAction): string {
  if ("group" in action && action.group.buckets.some((bucket) => bucket.id !== undefined)) return "OpenFlow15";
  const known = "OpenFlow13";
  return protocols.length === 0 || protocols.includes(known) ? known : (protocols[0] as string);
}

function* actions(before: OvsBridge, after: OvsBridge): Generator<OfctlAction> {
  const { removed, added } = diffFlows(before.flows, after.flows);
  if (removed.length > 0) yield removal(before, removed);
  const old = new Map(before.groups.map((group) => [group.id, group]));
  if (before.groups !== after.groups)
    for (const group of after.groups) {
      const known = old.get(group.id);
      old.delete(group.id);
      if (!known) yield { kind: "add-group", group };
      else if (known !== group && printGroup(known) !== printGroup(group)) yield { kind: "mod-group", group };
    }
  const [only] = added;
  if (added.length === 1 && only) yield { kind: "add-flow", flow: only };
  else if (added.length > 1) yield { kind: "add-flows", flows: added };
  if (before.groups !== after.groups) for (const id of old.keys()) yield { kind: "del-groups", id };
}

function removal(before: OvsBridge, removed: readonly Flow[]): OfctlAction {
  if (removed.length === before.flows.length)
    return { kind: "del-flows", strict: false, select: [{ match: { fields: [] } }], input: false };
  const select = removed.map(
    (flow): FlowSelection => ({ match: flow.match, table: flow.table, priority: flow.priority }),
  );
  return { kind: "del-flows", strict: true, select, input: select.length > 1 };
}
