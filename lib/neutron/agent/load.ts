/**
 * How much agents do, as they count it in their reports: neutron/agent/{dhcp/agent.py,l3/agent.py} _report_state,
 * neutron/plugins/ml2/drivers/openvswitch/agent/ovs_neutron_agent.py.
 */
import type { Json } from "../attribute.ts";
import { ports, subnets } from "../core/model.ts";
import { routerIdsOf } from "../l3/agent-view.ts";
import { type FloatingIp, floatingIps, INTERFACE_OWNERS, type Router, routers } from "../l3/model.ts";
import type { Call } from "../resource.ts";
import { type Agent, DHCP_AGENT, L3_AGENT, LINUX_BRIDGE_AGENT, OVS_AGENT } from "./agents.ts";
import { dhcpBindings } from "./dhcp-bindings.ts";

const COUNTS: Readonly<Record<string, (call: Call, agent: Agent) => Promise<Json>>> = {
  [OVS_AGENT]: devices,
  [LINUX_BRIDGE_AGENT]: devices,
  [DHCP_AGENT]: served,
  [L3_AGENT]: routed,
};

/** The part of its configurations that changes with what there is. */
export async function loadOf(call: Call, agent: Agent): Promise<Json> {
  return (await COUNTS[agent.agent_type]?.(call, agent)) ?? {};
}

async function devices(call: Call, { host }: Agent): Promise<Json> {
  return { devices: await ports.count(call.reader, { keys: { host } }) };
}

/** It takes up only networks that have a subnet with DHCP. neutron/agent/dhcp/agent.py configure_dhcp_for_network */
async function served(call: Call, { id }: Agent): Promise<Json> {
  const bindings = await dhcpBindings.list(call.reader, { keys: { agent_id: id } });
  const keys = { network_id: bindings.map((one) => one.network_id) };
  const found = (await subnets.list(call.reader, { keys })).filter((subnet) => subnet.enable_dhcp);
  const taken = new Set(found.map((subnet) => subnet.network_id));
  return {
    networks: taken.size,
    subnets: found.length,
    ports: await ports.count(call.reader, { keys: { network_id: [...taken] } }),
  };
}

async function routed(call: Call, agent: Agent): Promise<Json> {
  const found = await routers.list(call.reader, { ids: [...(await routerIdsOf(call, agent))] });
  const ids = found.map((router) => router.id);
  return {
    routers: found.length,
    ex_gw_ports: found.filter((router) => router.gw_port_id !== null).length,
    interfaces: await ports.count(call.reader, { keys: { device_id: ids, device_owner: INTERFACE_OWNERS } }),
    floating_ips: (await floatingIpsHere(call, agent, found)).length,
  };
}

/** Those of a distributed router are each served on its guest's host. */
async function floatingIpsHere(call: Call, { host }: Agent, here: readonly Router[]): Promise<FloatingIp[]> {
  const all = await floatingIps.list(call.reader, { keys: { router_id: here.map((router) => router.id) } });
  const distributed = new Set(here.filter((router) => router.distributed).map((router) => router.id));
  const elsewhere = all.filter((one) => distributed.has(one.router_id ?? ""));
  if (elsewhere.length === 0) return all;
  const guests = await ports.list(call.reader, { ids: elsewhere.flatMap((one) => one.port_id ?? []) });
  const near = new Set(guests.filter((port) => port.binding.host === host).map((port) => port.id));
  return all.filter((one) => !distributed.has(one.router_id ?? "") || near.has(one.port_id ?? ""));
}
