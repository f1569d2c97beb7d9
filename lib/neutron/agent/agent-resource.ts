/** `/v2.0/agents`. Source: neutron_lib/api/definitions/{agent,availability_zone,agent_resources_synced}.py, neutron/conf/policies/agent.py. */
import { anything, bool, nullable, text, uuid } from "../kind/kind.ts";
import { adminOnly } from "../policy.ts";
import type { Call } from "../resource.ts";
import { DESCRIPTION_SIZE } from "../standard.ts";
import { storedResource } from "../stored.ts";
import { type Agent, agents, agentTime, type LiveAgent, withLife } from "./agents.ts";
import { forgetBindings } from "./dhcp-bindings.ts";

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
  views: async (call: Call, rows) => (await withLife(call, rows)).map(agentView),
  update: (change, row, values) => agents.update(change.tx, { ...row, ...values }),
  remove: async (change, row) => {
    await forgetBindings(change, { agent_id: row.id });
    await agents.remove(change.tx, row.id);
  },
});

export function agentView({ heartbeat, ...agent }: LiveAgent) {
  return { ...agent, heartbeat_timestamp: agentTime(heartbeat), resources_synced: null };
}
