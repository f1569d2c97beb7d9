/**
 * What an L3 agent is told of the routers of its host: all that it needs to build them, and nothing of other hosts.
 * Source: neutron/db/l3_db.py get_sync_data, neutron/db/l3_dvr_db.py _get_dvr_sync_data (the RPC `sync_routers`).
 */
import { type Agent, agents, L3_AGENT } from "../agent/agents.ts";
import { ports } from "../core/model.ts";
import type { Call } from "../resource.ts";
import { agentGateways } from "./agent-gateways.ts";
import { distributedOn, isServed, subnetIdsOf } from "./distributed-hosts.ts";
import {
  DVR_INTERFACE,
  type FloatingIp,
  floatingIps,
  HA_PORT,
  INTERFACE_OWNERS,
  type PortForwarding,
  portForwardings,
  ROUTER_GATEWAY,
  type Router,
  routerBindings,
  routers,
  SNAT_INTERFACE,
} from "./model.ts";
import { type PortView, portViews } from "./port-view.ts";
import { agentMode, bindingsOf } from "./scheduling.ts";

export interface RouterView {
  readonly router: Router;
  /** The agent that has the router's centralized part: its host is where the gateway and SNAT are. */
  readonly gatewayHost: string | undefined;
  readonly gateway: PortView | undefined;
  readonly interfaces: readonly PortView[];
  /** Of an HA router: this host's instance on the network where the instances watch each other. */
  readonly haInterface: PortView | undefined;
  /** Of a distributed router with a gateway: one for each interface's subnet. */
  readonly snatInterfaces: readonly PortView[];
  /** The asking agent's own ports on external networks. */
  readonly agentGateways: readonly PortView[];
  /** Those that this host serves. */
  readonly floatingIps: readonly FloatingIpView[];
  readonly portForwardings: readonly { readonly address: string; readonly forwarding: PortForwarding }[];
}

export interface FloatingIpView extends FloatingIp {
  /** The host of its port; undefined: not bound. */
  readonly host: string | undefined;
  /** Of a distributed router: served where its SNAT is, because the port has no host. */
  readonly snatBound: boolean;
}

/** Every enabled router that the L3 agent of this host has to build, oldest first. */
export async function routersOfHost(call: Call, host: string): Promise<RouterView[]> {
  const agent = (await agents.list(call.reader, { keys: { agent_type: L3_AGENT, host } }))[0];
  if (!agent?.admin_state_up) return [];
  const ids = await routerIdsOf(call, agent);
  const found = ids.size === 0 ? [] : await routers.list(call.reader, { ids: [...ids] });
  return Promise.all(found.filter((router) => router.admin_state_up).map((router) => routerView(call, agent, router)));
}

/** Those given to the agent and, where it does DVR, those that guests of its host are connected to. l3_dvrscheduler_db.py. */
export async function routerIdsOf(call: Call, agent: Agent): Promise<Set<string>> {
  const given = await routerBindings.list(call.reader, { keys: { agent_id: agent.id } });
  const ids = new Set(given.map((binding) => binding.router_id));
  if (agentMode(agent) === "legacy") return ids;
  const guests = (await ports.list(call.reader, { keys: { host: agent.host } })).filter(isServed);
  let near = await distributedOn(call, subnetIdsOf(guests));
  // A guest's packets may go on through other distributed routers of the same networks: those are needed here, too.
  while (near.some((id) => !ids.has(id))) {
    for (const id of near) ids.add(id);
    const interfaces = await ports.list(call.reader, { keys: { device_id: near, device_owner: DVR_INTERFACE } });
    near = await distributedOn(call, subnetIdsOf(interfaces));
  }
  return ids;
}

async function routerView(call: Call, agent: Agent, router: Router): Promise<RouterView> {
  const own = await ports.list(call.reader, { keys: { device_id: router.id } });
  const views = await portViews(call, own);
  const of = (...owners: string[]) => views.filter((view) => owners.includes(view.port.device_owner));
  const [binding] = await bindingsOf(call, [router.id]);
  const centre = binding && (await agents.get(call.reader, binding.agent_id));
  const here = centre?.id === agent.id;
  const floating = (await floatingViews(call, router)).filter(
    (one) => !router.distributed || (one.host === undefined ? here : one.host === agent.host),
  );
  return {
    router,
    gatewayHost: centre?.host,
    gateway: of(ROUTER_GATEWAY)[0],
    interfaces: of(...INTERFACE_OWNERS),
    haInterface: of(HA_PORT).find((view) => view.port.binding.host === agent.host),
    snatInterfaces: of(SNAT_INTERFACE),
    agentGateways: router.distributed ? await portViews(call, await agentGateways(call, agent.id)) : [],
    floatingIps: floating,
    portForwardings: here || !router.distributed ? await forwardings(call, router) : [],
  };
}

async function floatingViews(call: Call, router: Router): Promise<FloatingIpView[]> {
  const all = await floatingIps.list(call.reader, { keys: { router_id: router.id } });
  const served = new Map(
    (await ports.list(call.reader, { ids: all.flatMap((one) => one.port_id ?? []) })).map((port) => [port.id, port]),
  );
  return all
    .filter((one) => one.port_id !== null)
    .map((one) => {
      const host = served.get(one.port_id ?? "")?.binding.host || undefined;
      return { ...one, host, snatBound: router.distributed && host === undefined };
    });
}

async function forwardings(call: Call, router: Router): Promise<RouterView["portForwardings"]> {
  const all = await floatingIps.list(call.reader, { keys: { router_id: router.id } });
  const rows = await portForwardings.list(call.reader, { keys: { floatingip_id: all.map((one) => one.id) } });
  const address = new Map(all.map((one) => [one.id, one.floating_ip_address]));
  return rows.map((forwarding) => ({ address: address.get(forwarding.floatingip_id) ?? "", forwarding }));
}
