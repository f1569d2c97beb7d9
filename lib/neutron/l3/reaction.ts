/**
 * What happens after a change of a router: it is scheduled to an L3 agent and, once the change is committed, that agent
 * binds the router's ports to its host and reports what became active. Source: neutron/api/rpc/handlers/l3_rpc.py.
 */
import { serviceContext } from "../../identity/context.ts";
import { type Agent, agents, L3_AGENT } from "../agent/agents.ts";
import { isStopped } from "../agent/stopped.ts";
import { devicesUp } from "../core/device-up.ts";
import { type Port, ports } from "../core/model.ts";
import { updatePort } from "../core/ports.ts";
import type { Neutron } from "../neutron.ts";
import type { Change } from "../resource.ts";
import { save } from "../standard.ts";
import { ensureAgentGateway, lacksAgentGateway } from "./agent-gateways.ts";
import { routerIdsOf } from "./agent-view.ts";
import { hostsServed, routersServing } from "./distributed-hosts.ts";
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
    const running = await runningOf(change, hosts);
    if (hosts.length > 0 && running.length === 0 && !router.distributed) return [];
    if (!router.admin_state_up || hosts.length === 0) {
      await reportPortsDown(change, router);
      return [];
    }
    await reportFloatingIps(change, router);
    const up = await bindPorts(change, router, hosts, running.length > 0);
    return [...up, ...(await askForGateways(change, router, hosts))];
  });
  if (up.length > 0) await devicesUp(neutron, up);
}

/** Those whose agent nobody has stopped: it catches up when it is started. */
async function runningOf(change: Change, hosts: readonly string[]): Promise<string[]> {
  const running: string[] = [];
  for (const host of hosts) if (!(await isStopped(change.reader, L3_AGENT, host))) running.push(host);
  return running;
}

/** An agent that was started asks for all routers of its host. l3_rpc.py sync_routers */
export async function l3AgentStarted(change: Change, agent: Agent): Promise<void> {
  for (const id of await routerIdsOf(change, agent)) tellAgents(change, id);
}

/** Hosts of its agents. Only an HA router has several: the first is where it is active. */
async function hostsOf(change: Change, router: Router): Promise<string[]> {
  const ids = (await bindingsOf(change, [router.id])).map((binding) => binding.agent_id);
  const hosting = ids.length === 0 ? [] : await agents.list(change.reader, { ids });
  return hosting.map((agent) => agent.host);
}

/**
 * Ports of the router that are not on their hosts yet; while nobody is there to bind them, only those that are everywhere.
 * @returns ids of those that the hosts will report
 */
async function bindPorts(
  change: Change,
  router: Router,
  hosts: readonly string[],
  running: boolean,
): Promise<string[]> {
  const bound: string[] = [];
  const instances = [...hosts];
  for (const port of await portsOfRouter(change, router.id)) {
    if (!running && port.device_owner !== DVR_INTERFACE) continue;
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

/** Status of the floating IPs that the router serves. */
async function reportFloatingIps(change: Change, router: Router): Promise<void> {
  for (const one of await floatingIps.list(change.reader, { keys: { router_id: router.id } }))
    if (one.status !== "ACTIVE") await save(change, floatingIps, one, { status: "ACTIVE" });
}

/**
 * Wherever a distributed router with a gateway is, with floating IPs or without. dvr_local_router.py process_external
 * @returns ids of those that the hosts will report
 */
async function askForGateways(change: Change, router: Router, hosts: readonly string[]): Promise<string[]> {
  const gateway = router.distributed ? await ports.get(change.reader, router.gw_port_id ?? "") : undefined;
  if (!gateway) return [];
  const up: string[] = [];
  const all = [...new Set([...hosts, ...(await hostsServed(change, router.id))])];
  for (const host of await runningOf(change, all)) {
    const port = await ensureAgentGateway(change, gateway.network_id, host);
    if (port && port.status !== "ACTIVE") up.push(port.id);
  }
  return up;
}

/** A guest came to a host, or went: distributed routers have to be there, too, and serve its floating IP there. */
export async function portMoved(change: Change, port: Port): Promise<void> {
  for (const row of await floatingIps.list(change.reader, { keys: { port_id: port.id } }))
    if (row.router_id !== null) tellAgents(change, row.router_id);
  if ((await missingGateways(change, port)).length === 0) return;
  const { neutron, tx } = change;
  tx.afterCommit(() =>
    reported(neutron, async () => {
      const made = await neutron.change(serviceContext(), (later) => addGateways(later, port.id));
      if (made.length > 0) await devicesUp(neutron, made);
    }),
  );
}

/** @returns ids of the new ports */
async function addGateways(change: Change, portId: string): Promise<string[]> {
  const port = await ports.get(change.reader, portId);
  const made: (Port | undefined)[] = [];
  for (const networkId of port ? await missingGateways(change, port) : [])
    made.push(await ensureAgentGateway(change, networkId, port?.binding.host ?? ""));
  return made.flatMap((one) => one?.id ?? []);
}

/** External networks that the host's agent has to have a port on, and has not. */
async function missingGateways(change: Change, port: Port): Promise<string[]> {
  const ids = await routersServing(change, port);
  if (ids.length === 0 || (await isStopped(change.reader, L3_AGENT, port.binding.host))) return [];
  const near = (await routers.list(change.reader, { ids })).filter((router) => router.admin_state_up);
  const gateways = await ports.list(change.reader, { ids: near.flatMap((router) => router.gw_port_id ?? []) });
  const missing: string[] = [];
  for (const id of new Set(gateways.map((gateway) => gateway.network_id)))
    if (await lacksAgentGateway(change, id, port.binding.host)) missing.push(id);
  return missing;
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
