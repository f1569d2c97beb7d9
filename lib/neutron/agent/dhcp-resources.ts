/**
 * Which networks a DHCP agent serves, and which agents serve a network: `/v2.0/agents/ID/dhcp-networks`,
 * `/v2.0/networks/ID/dhcp-agents`. Source: neutron/extensions/dhcpagentscheduler.py, neutron/db/agentschedulers_db.py.
 */
import { networks } from "../core/model.ts";
import { networkResource } from "../core/network-resource.ts";
import { conflict, NeutronError, notFound } from "../errors.ts";
import { uuid } from "../kind/kind.ts";
import { adminOnly, forbidden } from "../policy.ts";
import type { Call, Change, Resource } from "../resource.ts";
import { agentResource } from "./agent-resource.ts";
import { type Agent, agents, DHCP_AGENT } from "./agents.ts";
import { agentServes, agentsServing, bindNetwork, dhcpBindings } from "./dhcp-bindings.ts";
import { withdrawNetwork } from "./dhcp-port.ts";
import { tellDhcpAgents } from "./dhcp-reaction.ts";

/** A POST says `{"network_id": …}`, with nothing around it, and is answered with nothing. */
export const networksOnAgentResource: Resource = {
  name: "dhcp-network",
  plural: "networks",
  path: "agents/:parent/dhcp-networks",
  policyName: "dhcp-network",
  bare: true,
  attributes: { ...networkResource.attributes, network_id: { kind: uuid, post: true } },
  policy: { create: adminOnly, get: adminOnly, remove: adminOnly },
  async list(call, _query, parent = "") {
    if (!call.context.isAdmin) throw forbidden(["get_dhcp-networks"]);
    await agentOf(call, parent);
    const bindings = await dhcpBindings.list(call.reader, { keys: { agent_id: parent } });
    const ids = bindings.map((one) => one.network_id);
    return ids.length === 0 ? [] : networkResource.list(call, { filters: { id: ids } });
  },
  show: (call, id) => networkResource.show(call, id),
  missing: (id) => networkResource.missing(id),
  async create(change, values, parent = "") {
    await addNetwork(change, parent, String(values.network_id));
    return {};
  },
  remove: (change, id, parent = "") => removeNetwork(change, parent, id),
};

export const agentsOfNetworkResource: Resource = {
  name: "dhcp-agent",
  plural: "agents",
  path: "networks/:parent/dhcp-agents",
  attributes: { ...agentResource.attributes, resource_versions: { kind: { parse: (value) => value } } },
  policy: { get: adminOnly },
  async list(call, _query, parent = "") {
    if (!call.context.isAdmin) throw forbidden(["get_dhcp-agents"]);
    const ids = (await agentsServing(call, parent)).map((agent) => agent.id);
    const found = ids.length === 0 ? [] : await agentResource.list(call, { filters: { id: ids } });
    // Unlike the agents' own views: no attribute table hides it here.
    return found.map((view) => ({ ...view, resource_versions: {} }));
  },
  show: (call, id) => agentResource.show(call, id),
  missing: (id) => agentResource.missing(id),
};

async function addNetwork(change: Change, agentId: string, networkId: string): Promise<void> {
  const network = await networks.get(change.reader, networkId);
  if (!network) throw networkResource.missing(networkId);
  const agent = await agentOf(change, agentId);
  if (agent.agent_type !== DHCP_AGENT || !agent.admin_state_up)
    throw new NeutronError(
      "not-found",
      "InvalidDHCPAgent",
      `Agent ${agent.id} is not a valid DHCP Agent or has been disabled.`,
    );
  if (await agentServes(change, network.id, agent.id))
    throw conflict(
      "NetworkHostedByDHCPAgent",
      `The network ${network.id} has been already hosted by the DHCP Agent ${agent.id}.`,
    );
  await bindNetwork(change, network.id, agent.id);
  tellDhcpAgents(change, network.id);
}

async function removeNetwork(change: Change, agentId: string, networkId: string): Promise<void> {
  const agent = await agentOf(change, agentId);
  if (!(await withdrawNetwork(change, networkId, agent)))
    throw conflict(
      "NetworkNotHostedByDhcpAgent",
      `The network ${networkId} is not hosted by the DHCP Agent ${agent.id}.`,
    );
}

async function agentOf(call: Call, id: string): Promise<Agent> {
  const agent = await agents.get(call.reader, id);
  if (!agent) throw notFound("Agent", id);
  return agent;
}
