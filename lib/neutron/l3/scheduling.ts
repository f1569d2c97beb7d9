/**
 * Which L3 agent hosts a router: one of those that can, with the fewest routers.
 * Source: neutron/scheduler/l3_agent_scheduler.py, neutron/db/l3_agentschedulers_db.py.
 */
import { type Agent, agents, aliveAgents, L3_AGENT } from "../agent/agents.ts";
import type { Call, Change } from "../resource.ts";
import { addHaPort } from "./ha-network.ts";
import { type Router, type RouterBinding, routerBindings } from "./model.ts";

export function agentMode(agent: Agent): string {
  return String(agent.configurations.agent_mode ?? "legacy");
}

/** Whether an agent could be given this router: get_l3_agent_candidates. */
export function canHost(agent: Agent, router: Router): boolean {
  const mode = agentMode(agent);
  if (mode !== "dvr_snat" && (mode !== "legacy" || router.distributed)) return false;
  return router.gw_port_id !== null || agent.configurations.handle_internal_only_routers !== false;
}

export function bindingsOf(call: Call, routerIds: readonly string[]): Promise<RouterBinding[]> {
  return routerBindings.list(call.reader, { keys: { router_id: [...routerIds] } });
}

/** Gives a router that no agent hosts to one; none may be there. */
export async function scheduleRouter(change: Change, router: Router): Promise<void> {
  if (await isHosted(change, router.id)) return;
  const candidates = (await aliveAgents(change, { type: L3_AGENT })).filter(
    (agent) => agent.admin_state_up && canHost(agent, router),
  );
  const load = new Map<string, number>();
  for (const { id } of candidates) load.set(id, await routerBindings.count(change.reader, { keys: { agent_id: id } }));
  candidates.sort((a, b) => (load.get(a.id) ?? 0) - (load.get(b.id) ?? 0));
  const max = router.ha ? change.neutron.config.DEFAULT.max_l3_agents_per_router : 1;
  for (const { id } of candidates.slice(0, max === 0 ? undefined : max)) await bindRouter(change, router, id);
}

/** Bindings to agents that were deleted are forgotten. */
async function isHosted(change: Change, routerId: string): Promise<boolean> {
  let hosted = false;
  for (const binding of await bindingsOf(change, [routerId]))
    if (await agents.get(change.reader, binding.agent_id)) hosted = true;
    else await routerBindings.remove(change.tx, binding.id);
  return hosted;
}

/** An HA router has a port on its project's HA network for each of its agents. */
export async function bindRouter(change: Change, router: Router, agentId: string): Promise<void> {
  await routerBindings.insert(change.tx, { id: change.neutron.newId(), router_id: router.id, agent_id: agentId });
  if (router.ha) await addHaPort(change, router);
}

/** Takes a router from one agent, or from all. */
export async function unbindRouter(change: Change, routerId: string, agentId?: string): Promise<void> {
  for (const binding of await bindingsOf(change, [routerId]))
    if (agentId === undefined || binding.agent_id === agentId) await routerBindings.remove(change.tx, binding.id);
}
