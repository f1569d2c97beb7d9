/** `/v2.0/agents`. Source: neutron_lib/api/definitions/{agent,availability_zone,agent_resources_synced}.py, neutron/conf/policies/agent.py. */
import type { Json } from "../attribute.ts";
import { anything, bool, nullable, text, uuid } from "../kind/kind.ts";
import { adminOnly } from "../policy.ts";
import type { Call, Change } from "../resource.ts";
import { DESCRIPTION_SIZE } from "../standard.ts";
import { storedResource } from "../stored.ts";
import { type Agent, agents, agentTime, DHCP_AGENT, withLife } from "./agents.ts";
import { dhcpBindings, forgetBindings } from "./dhcp-bindings.ts";
import { tellDhcpAgents } from "./dhcp-reaction.ts";
import { loadOf } from "./load.ts";

const attributes = {
  id: { kind: uuid, filter: true },
  agent_type: { kind: anything, filter: true },
  binary: { kind: anything, filter: true },
  topic: { kind: anything, filter: true },
  host: { kind: anything, filter: true },
  admin_state_up: { kind: bool, put: true, filter: true },
  created_at: { kind: anything },
  started_at: { kind: anything },
  heartbeat_timestamp: { kind: anything },
  alive: { kind: bool, filter: true },
  configurations: { kind: anything },
  description: { kind: nullable(text(DESCRIPTION_SIZE)), put: true, filter: true },
  availability_zone: { kind: anything, filter: true },
  resources_synced: { kind: anything },
};

export const agentResource = storedResource<Agent>({
  name: "agent",
  plural: "agents",
  title: "Agent",
  rows: agents,
  attributes,
  policy: { get: adminOnly, update: adminOnly, remove: adminOnly },
  sees: async () => () => true, // The policy hides them from all but administrators.
  views: agentViews,
  update: updateAgent,
  remove: async (change, row) => {
    await forgetBindings(change, { agent_id: row.id });
    await agents.remove(change.tx, row.id);
  },
});

async function agentViews(call: Call, rows: readonly Agent[]): Promise<Json[]> {
  const live = await withLife(call, rows);
  return Promise.all(
    live.map(async ({ heartbeat, ...agent }) => ({
      ...agent,
      configurations: { ...agent.configurations, ...(await loadOf(call, agent)) },
      heartbeat_timestamp: agentTime(heartbeat),
      resources_synced: null,
    })),
  );
}

/** A DHCP agent that is switched off gives up its ports, and makes them again when it is switched on. */
async function updateAgent(change: Change, row: Agent, values: Json): Promise<Agent> {
  const agent = await agents.update(change.tx, { ...row, ...values });
  if (agent.agent_type !== DHCP_AGENT || agent.admin_state_up === row.admin_state_up) return agent;
  const served = await dhcpBindings.list(change.tx, { keys: { agent_id: agent.id } });
  for (const { network_id } of served) tellDhcpAgents(change, network_id);
  return agent;
}
