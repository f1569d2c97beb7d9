/**
 * What the agent of a trunk's host does once a change is committed: it connects the subports where the parent is, and says
 * that the trunk works. Source: neutron/services/trunk/rpc/server.py.
 */
import { serviceContext } from "../../identity/context.ts";
import { aliveAgents, LINUX_BRIDGE_AGENT, OVS_AGENT } from "../agent/agents.ts";
import { devicesUp } from "../core/device-up.ts";
import { type Port, ports } from "../core/model.ts";
import { updatePort } from "../core/ports.ts";
import type { Neutron } from "../neutron.ts";
import type { Change } from "../resource.ts";
import { save } from "../standard.ts";
import { type Trunk, trunks } from "./model.ts";

/** neutron_lib/services/trunk/constants.py TRUNK_SUBPORT_OWNER. */
export const SUBPORT_OWNER = "trunk:subport";

/** Agents by what they make of a port. */
const AGENTS: Readonly<Record<string, string>> = { ovs: OVS_AGENT, bridge: LINUX_BRIDGE_AGENT };

export function tellTrunkAgent(change: Change, trunkId: string): void {
  const { neutron } = change;
  // What agents fail to do is no failure of what the client asked for.
  change.tx.afterCommit(() => wire(neutron, trunkId).catch(neutron.report));
}

async function wire(neutron: Neutron, trunkId: string): Promise<void> {
  const up = await neutron.change(serviceContext(), async (change) => {
    const trunk = await trunks.get(change.reader, trunkId);
    const parent = trunk && (await ports.get(change.reader, trunk.port_id));
    return trunk && parent && (await hasAgent(change, parent)) ? connect(change, trunk, parent.binding.host) : [];
  });
  if (up.length > 0) await devicesUp(neutron, up);
}

async function hasAgent(change: Change, { binding }: Port): Promise<boolean> {
  const type = AGENTS[binding.vif_type];
  return type !== undefined && (await aliveAgents(change, { type, host: binding.host })).length > 0;
}

/** @returns the subports that are connected now */
async function connect(change: Change, trunk: Trunk, host: string): Promise<string[]> {
  let status = "ACTIVE";
  const connected: string[] = [];
  for (const { port_id } of trunk.sub_ports) {
    const port = await ports.get(change.reader, port_id);
    if (!port) continue;
    const there = port.binding.host === host && port.device_owner === SUBPORT_OWNER;
    const bound = there
      ? port
      : await updatePort(change, port, { "binding:host_id": host, device_owner: SUBPORT_OWNER });
    if (bound.binding.vif_type === "binding_failed") status = "ERROR";
    else connected.push(port_id);
  }
  if (trunk.status !== status) await save(change, trunks, trunk, { status });
  return connected;
}
