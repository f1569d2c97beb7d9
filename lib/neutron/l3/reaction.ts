/**
 * What happens after a change of a router: it is scheduled to an L3 agent and, once the change is committed, that agent
 * binds the router's ports to its host and reports what became active. Source: neutron/api/rpc/handlers/l3_rpc.py.
 */
import { serviceContext } from "../../identity/context.ts";
import { agents } from "../agent/agents.ts";
import { devicesUp } from "../core/device-up.ts";
import { type Port, ports } from "../core/model.ts";
import { updatePort } from "../core/ports.ts";
import type { Neutron } from "../neutron.ts";
import type { Change } from "../resource.ts";
import { save } from "../standard.ts";
import { ensureAgentGateway } from "./agent-gateways.ts";
import { portsOfRouter } from "./lookup.ts";
import { DVR_INTERFACE, type FloatingIp, floatingIps, HA_PORT, type Router, routers } from "./model.ts";
import { bindingsOf, scheduleRouter } from "./scheduling.ts";

/** Routers that the agents will be told of when the transaction commits. */
const told = new WeakMap<object, Set<string>>();

export async function routerChanged(change: Change, router: Router): Promise<void> {
  await scheduleRouter(change, router);
  tellAgents(change, router.id);
}

/** Once for each router and transaction. */
export function tellAgents(change: Change, routerId: string): void {
  const known = told.get(change.tx)?.add(routerId);
  if (known) return;
  const ids = new Set([routerId]);
  told.set(change.tx, ids);
  const { neutron, tx } = change;
  tx.afterCommit(() =>
    reported(neutron, async () => {
      for (const id of ids) await agentsAct(neutron, id);
    }),
  );
}

/** What agents fail at is no failure of the request that they react to. */
async function reported(neutron: Neutron, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    neutron.report(error);
  }
}

async function agentsAct(neutron: Neutron, routerId: string): Promise<void> {
  const up = await neutron.change(serviceContext(), async (change) => {
    const router = await routers.get(change.reader, routerId);
    const hosts = router ? await hostsOf(change, router) : [];
    if (!router) return [];
    if (!router.admin_state_up || hosts.length === 0) {
      await reportPortsDown(change, router);
      return [];
    }
    await reportFloatingIps(change, router);
    return bindPorts(change, router, hosts);
  });
  if (up.length > 0) await devicesUp(neutron, up);
}

/** Hosts of its agents. Only an HA router has several: the first is where it is active. */
async function hostsOf(change: Change, router: Router): Promise<string[]> {
  const ids = (await bindingsOf(change, [router.id])).map((binding) => binding.agent_id);
  const hosting = ids.length === 0 ? [] : await agents.list(change.reader, { ids });
  return hosting.map((agent) => agent.host);
}

/** Ports of the router that are not on their hosts yet. @returns ids of those that the hosts will report */
async function bindPorts(change: Change, router: Router, hosts: readonly string[]): Promise<string[]> {
  const bound: string[] = [];
  const instances = [...hosts];
  for (const port of await portsOfRouter(change, router.id)) {
    const host = port.device_owner === HA_PORT ? instances.shift() : hosts[0];
    const wanted = port.device_owner === DVR_INTERFACE ? "" : (host ?? ""); // Distributed ones are on many hosts.
    if (port.binding.host !== wanted) await updatePort(change, port, { "binding:host_id": wanted });
    if (port.binding.host !== wanted || port.status !== "ACTIVE") bound.push(port.id);
  }
  return bound;
}

/** The agent takes down a router that is disabled or no longer its own, and so the devices of its ports. */
async function reportPortsDown(change: Change, router: Router): Promise<void> {
  for (const port of await portsOfRouter(change, router.id))
    if (port.status === "ACTIVE") await save(change, ports, port, { status: "DOWN" });
}

/** Status of the floating IPs that the router serves; agent gateways for distributed ones. */
async function reportFloatingIps(change: Change, router: Router): Promise<void> {
  for (const one of await floatingIps.list(change.reader, { keys: { router_id: router.id } })) {
    if (one.status !== "ACTIVE") await save(change, floatingIps, one, { status: "ACTIVE" });
    if (!router.distributed || one.port_id === null) continue;
    const host = await guestHost(change, one.port_id);
    if (host !== undefined) await ensureAgentGateway(change, one.floating_network_id, host);
  }
}

async function guestHost(change: Change, portId: string): Promise<string | undefined> {
  const port: Port | undefined = await ports.get(change.reader, portId);
  return port?.binding.host === "" ? undefined : port?.binding.host;
}

/** A guest came to a host, or went: a distributed router serves its floating IP there. */
export async function portMoved(change: Change, portId: string): Promise<void> {
  for (const row of await floatingIps.list(change.reader, { keys: { port_id: portId } }))
    if (row.router_id !== null) tellAgents(change, row.router_id);
}

/** An association that began is reported by the router's agent as ACTIVE, one that ended as DOWN. */
export function floatingIpChanged(change: Change, now: FloatingIp, before?: FloatingIp): void {
  if (now.router_id !== null) tellAgents(change, now.router_id);
  if (before?.router_id === undefined || before.router_id === null || before.router_id === now.router_id) return;
  const { neutron } = change;
  change.tx.afterCommit(() =>
    reported(neutron, () => neutron.change(serviceContext(), (later) => reportDown(later, now.id))),
  );
}

async function reportDown(change: Change, id: string): Promise<void> {
  const row = await floatingIps.get(change.reader, id);
  if (row && row.router_id === null && row.status !== "DOWN") await save(change, floatingIps, row, { status: "DOWN" });
}
