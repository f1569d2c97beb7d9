/**
 * Which routers an L3 agent hosts, and which agents host a router: `/v2.0/agents/ID/l3-routers`, `/v2.0/routers/ID/l3-agents`.
 * Source: neutron/extensions/l3agentscheduler.py, neutron/db/l3_agentschedulers_db.py, neutron/conf/policies/agent.py.
 */
import { agentResource } from "../agent/agent-resource.ts";
import { type Agent, agents, L3_AGENT } from "../agent/agents.ts";
import { conflict, NeutronError, notFound } from "../errors.ts";
import { anything, uuid } from "../kind/kind.ts";
import { adminOnly, forbidden } from "../policy.ts";
import type { Call, Change, Resource } from "../resource.ts";
import { routerNotFound } from "./errors.ts";
import { routerOf } from "./lookup.ts";
import { type Router, routerBindings } from "./model.ts";
import { tellAgents } from "./reaction.ts";
import { routerResource } from "./routers.ts";
import { agentMode, bindingsOf, bindRouter, canHost, unbindRouter } from "./scheduling.ts";

/** A POST says `{"router_id": …}`, with nothing around it, and is answered with nothing. */
export const routersOnAgentResource: Resource = {
  name: "l3-router",
  plural: "routers",
  path: "agents/:parent/l3-routers",
  policyName: "l3-router",
  bare: true,
  attributes: { ...routerResource.attributes, router_id: { kind: uuid, post: true } },
  policy: { create: adminOnly, get: adminOnly, remove: adminOnly },
  async list(call, _query, parent = "") {
    if (!call.context.isAdmin) throw forbidden(["get_l3-routers"]);
    await agentOf(call, parent);
    const bindings = await routerBindings.list(call.reader, { keys: { agent_id: parent } });
    const ids = bindings.map((one) => one.router_id);
    return ids.length === 0 ? [] : routerResource.list(call, { filters: { id: ids } });
  },
  show: (call, id) => routerResource.show(call, id),
  missing: routerNotFound,
  async create(change, values, parent = "") {
    await addRouter(change, parent, String(values.router_id));
    return {};
  },
  async remove(change, id, parent = "") {
    const agent = await agentOf(change, parent);
    if (agentMode(agent) === "dvr")
      throw conflict(
        "DVRL3CannotRemoveFromDvrAgent",
        "Not allowed to manually remove a router from an agent in 'dvr' mode.",
      );
    await unbindRouter(change, id, agent.id);
    tellAgents(change, id);
  },
};

export const agentsOfRouterResource: Resource = {
  name: "l3-agent",
  plural: "agents",
  path: "routers/:parent/l3-agents",
  attributes: { ...agentResource.attributes, ha_state: { kind: anything }, resource_versions: { kind: anything } },
  policy: { get: adminOnly },
  async list(call, _query, parent = "") {
    if (!call.context.isAdmin) throw forbidden(["get_l3-agents"]);
    const ids = (await bindingsOf(call, [parent])).map((one) => one.agent_id);
    const found = ids.length === 0 ? [] : await agentResource.list(call, { filters: { id: ids } });
    return found.map((view) => ({ ...view, resource_versions: {}, ha_state: null }));
  },
  show: (call, id) => agentResource.show(call, id),
  missing: (id) => notFound("Agent", id),
};

async function addRouter(change: Change, agentId: string, routerId: string): Promise<void> {
  const router = await routerOf(change, routerId);
  const agent = await agentOf(change, agentId);
  checkMatch(agent, router);
  const [binding] = await bindingsOf(change, [router.id]);
  if (binding?.agent_id === agent.id) return;
  if (binding && !router.ha)
    throw conflict(
      "RouterHostedByL3Agent",
      `The router ${router.id} has been already hosted by the L3 Agent ${binding.agent_id}.`,
    );
  await bindRouter(change, router, agent.id);
  tellAgents(change, router.id);
}

function checkMatch(agent: Agent, router: Router): void {
  if (agent.agent_type !== L3_AGENT) throw invalidAgent(agent.id);
  const mode = agentMode(agent);
  if (mode === "dvr")
    throw conflict("DVRL3CannotAssignToDvrAgent", "Not allowed to manually assign a router to an agent in 'dvr' mode.");
  if (mode === "legacy" && router.distributed)
    throw conflict(
      "RouterL3AgentMismatch",
      `Cannot host distributed router ${router.id} on legacy L3 agent ${agent.id}.`,
    );
  if (!agent.admin_state_up || !canHost(agent, router)) throw invalidAgent(agent.id);
}

async function agentOf(call: Call, id: string): Promise<Agent> {
  const agent = await agents.get(call.reader, id);
  if (!agent) throw notFound("Agent", id);
  return agent;
}

function invalidAgent(id: string): NeutronError {
  return new NeutronError("not-found", "InvalidL3Agent", `Agent ${id} is not a L3 Agent or has been disabled`);
}
