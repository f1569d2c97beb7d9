/** What an L2 agent reports of a port that it has connected. Source: neutron/plugins/ml2/rpc.py update_device_up. */
import { serviceContext } from "../../identity/context.ts";
import { LINUX_BRIDGE_AGENT, OVS_AGENT } from "../agent/agents.ts";
import { isStopped } from "../agent/stopped.ts";
import { notify } from "../hooks.ts";
import type { Neutron } from "../neutron.ts";
import type { Change } from "../resource.ts";
import { save } from "../standard.ts";
import { ports } from "./model.ts";
import { isPlugged } from "./port-binding.ts";

/** The port is ACTIVE, when it is bound and enabled. One that is gone meanwhile is passed over. */
export function deviceUp(neutron: Neutron, portId: string): Promise<void> {
  return neutron.change(serviceContext(), (change) => activate(change, portId));
}

/** Several in one transaction: a host reports all that it has. */
export function devicesUp(neutron: Neutron, portIds: readonly string[]): Promise<void> {
  return neutron.change(serviceContext(), async (change) => {
    for (const id of portIds) await activate(change, id);
  });
}

/** _port_provisioned: neither a port without a binding nor a disabled one becomes active. */
async function activate(change: Change, portId: string): Promise<void> {
  const port = await ports.get(change.tx, portId);
  if (!port || port.status === "ACTIVE" || !port.admin_state_up || !isPlugged(port.binding)) return;
  // Who connects it must be running; when it is started, it reports all that it finds.
  for (const type of [OVS_AGENT, LINUX_BRIDGE_AGENT]) if (await isStopped(change.tx, type, port.binding.host)) return;
  await notify(change, "portUp", await save(change, ports, port, { status: "ACTIVE" }));
}
