/**
 * How much agents do, as they count it in their reports: neutron/agent/{dhcp/agent.py,l3/agent.py} _report_state,
 * neutron/plugins/ml2/drivers/openvswitch/agent/ovs_neutron_agent.py.
 */
import type { Json } from "../attribute.ts";
import { ports, subnets } from "../core/model.ts";
import { floatingIps, INTERFACE_OWNERS, routerBindings, routers } from "../l3/model.ts";
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

async function served(call: Call, { id }: Agent): Promise<Json> {
  const bindings = await dhcpBindings.list(call.reader, { keys: { agent_id: id } });
  const keys = { network_id: bindings.map((one) => one.network_id) };
  const found = await subnets.list(call.reader, { keys });
  return {
    networks: bindings.length,
    subnets: found.filter((subnet) => subnet.enable_dhcp).length,
    ports: await ports.count(call.reader, { keys }),
  };
}

async function routed(call: Call, { id }: Agent): Promise<Json> {
  const bindings = await routerBindings.list(call.reader, { keys: { agent_id: id } });
  const ids = bindings.map((one) => one.router_id);
  const found = await routers.list(call.reader, { ids });
  return {
    routers: found.length,
    ex_gw_ports: found.filter((router) => router.gw_port_id !== null).length,
    interfaces: await ports.count(call.reader, { keys: { device_id: ids, device_owner: INTERFACE_OWNERS } }),
    floating_ips: await floatingIps.count(call.reader, { keys: { router_id: ids } }),
  };
}
