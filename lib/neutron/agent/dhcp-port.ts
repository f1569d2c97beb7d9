/**
 * The port through which a DHCP agent serves a network: it has an address of each subnet with DHCP, and goes when there is
 * none left. Source: neutron/agent/linux/dhcp.py DeviceManager.setup_dhcp_port, neutron/agent/dhcp/agent.py.
 */
import { type Network, type Port, ports, subnets } from "../core/model.ts";
import { portDefaults } from "../core/port-values.ts";
import { createPort, deletePort, updatePort } from "../core/ports.ts";
import { NeutronError } from "../errors.ts";
import type { Call, Change } from "../resource.ts";
import type { Agent } from "./agents.ts";
import { unbindNetwork } from "./dhcp-bindings.ts";
import { NAMESPACE_DNS, uuid5 } from "./uuid5.ts";

export const DHCP_OWNER = "network:dhcp";
/** Of a port whose agent no longer serves the network: the next one takes it over, and its addresses. */
const RESERVED_DHCP_PORT = "reserved_dhcp_port";

/** neutron/common/utils.py get_dhcp_agent_device_id. */
export function dhcpDeviceId(networkId: string, host: string): string {
  return `dhcp${uuid5(NAMESPACE_DNS, host.split(".")[0] ?? "")}-${networkId}`;
}

async function dhcpPorts(call: Call, networkId: string, deviceId: string): Promise<Port[]> {
  return ports.list(call.reader, { keys: { network_id: networkId, device_id: deviceId } });
}

/** Does what the agent does when it hears of a change of its network. @returns its port, where it needs one */
export async function settleDhcpPort(change: Change, network: Network, agent: Agent): Promise<Port | undefined> {
  const all = await subnets.list(change.reader, { keys: { network_id: network.id } });
  const wanted = all.filter((subnet) => subnet.enable_dhcp).map((subnet) => subnet.id);
  const deviceId = dhcpDeviceId(network.id, agent.host);
  const own = await dhcpPorts(change, network.id, deviceId);
  if (wanted.length === 0 || !network.admin_state_up || !agent.admin_state_up) {
    for (const port of own) await deletePort(change, port, { byApi: false });
    return undefined;
  }
  const [port] = own;
  if (port) return withAddresses(change, port, wanted);
  const [reserved] = await dhcpPorts(change, network.id, RESERVED_DHCP_PORT);
  if (reserved) {
    const taken = await updatePort(change, reserved, { device_id: deviceId, "binding:host_id": agent.host });
    return withAddresses(change, taken, wanted);
  }
  const values = portDefaults({
    project_id: network.project_id,
    network_id: network.id,
    device_id: deviceId,
    device_owner: DHCP_OWNER,
    fixed_ips: wanted.map((subnet_id) => ({ subnet_id })),
    "binding:host_id": agent.host,
  });
  return unlessExhausted(() => createPort(change, values));
}

/**
 * Takes a network from an agent. Its port stays, so that the next agent has the same addresses.
 * remove_network_from_dhcp_agent @returns whether the agent had served it
 */
export async function withdrawNetwork(change: Change, networkId: string, agent: Agent): Promise<boolean> {
  if (!(await unbindNetwork(change, networkId, agent.id))) return false;
  for (const port of await dhcpPorts(change, networkId, dhcpDeviceId(networkId, agent.host)))
    await updatePort(change, port, { device_id: RESERVED_DHCP_PORT });
  return true;
}

/** Keeps the addresses of subnets that still have DHCP, and asks for one of each other. */
async function withAddresses(change: Change, port: Port, wanted: readonly string[]): Promise<Port | undefined> {
  const has = new Set(port.fixed_ips.map((ip) => ip.subnet_id));
  if (has.size === wanted.length && wanted.every((id) => has.has(id))) return port;
  const fixed_ips = [
    ...port.fixed_ips.filter((ip) => wanted.includes(ip.subnet_id)),
    ...wanted.filter((id) => !has.has(id)).map((subnet_id) => ({ subnet_id })),
  ];
  return unlessExhausted(() => updatePort(change, port, { fixed_ips }));
}

/** An agent that gets no address goes without: it tries again with the next change. */
async function unlessExhausted(work: () => Promise<Port>): Promise<Port | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NeutronError && error.type === "IpAddressGenerationFailure") return undefined;
    throw error;
  }
}
