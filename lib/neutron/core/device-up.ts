/** What an L2 agent reports of a port that it has connected, or has lost. Source: neutron/plugins/ml2/rpc.py update_device_up, update_device_down. */
import { serviceContext } from "../../identity/context.ts";
import type { Neutron } from "../neutron.ts";
import type { Change } from "../resource.ts";
import { save } from "../standard.ts";
import { ports } from "./model.ts";

const UNPLUGGED = ["unbound", "binding_failed"];

/** The port is ACTIVE, when it is bound and enabled. One that is gone meanwhile is passed over. */
export function deviceUp(neutron: Neutron, portId: string): Promise<void> {
  return neutron.change(serviceContext(), (change) => setStatus(change, portId, "ACTIVE"));
}

export function deviceDown(neutron: Neutron, portId: string): Promise<void> {
  return neutron.change(serviceContext(), (change) => setStatus(change, portId, "DOWN"));
}

/** Several in one transaction: a host reports all that it has. */
export function devicesUp(neutron: Neutron, portIds: readonly string[]): Promise<void> {
  return neutron.change(serviceContext(), async (change) => {
    for (const id of portIds) await setStatus(change, id, "ACTIVE");
  });
}

/** _port_provisioned: neither a port without a binding nor a disabled one becomes active. */
async function setStatus(change: Change, portId: string, status: "ACTIVE" | "DOWN"): Promise<void> {
  const port = await ports.get(change.tx, portId);
  if (!port || port.status === status) return;
  if (status === "ACTIVE" && (UNPLUGGED.includes(port.binding.vif_type) || !port.admin_state_up)) return;
  await save(change, ports, port, { status });
}
