/**
 * Networks of DHCP agents that are dead for long are given to others. Source: neutron/db/agentschedulers_db.py
 * remove_networks_from_down_agents.
 */
import { serviceContext } from "../../identity/context.ts";
import type { Neutron } from "../neutron.ts";
import { DHCP_AGENT, knownAgents } from "./agents.ts";
import { dhcpBindings } from "./dhcp-bindings.ts";
import { withdrawNetwork } from "./dhcp-port.ts";
import { tellDhcpAgents } from "./dhcp-reaction.ts";

/** Reads a little when all are well, and writes nothing then. */
export async function failOverDhcp(neutron: Neutron): Promise<void> {
  const { allow_automatic_dhcp_failover, agent_down_time } = neutron.config.DEFAULT;
  if (!allow_automatic_dhcp_failover) return;
  const known = await knownAgents(neutron.api.call(serviceContext()), { type: DHCP_AGENT });
  // agent_dead_limit_seconds: one that is merely down may still come back to what it serves.
  const since = Date.now() - 2 * agent_down_time * 1000;
  const dead = known.filter((agent) => agent.admin_state_up && agent.heartbeat < since);
  if (dead.length === 0 || !known.some((agent) => agent.alive && agent.admin_state_up)) return;
  await neutron.change(serviceContext(), async (change) => {
    for (const agent of dead)
      for (const { network_id } of await dhcpBindings.list(change.tx, { keys: { agent_id: agent.id } })) {
        await withdrawNetwork(change, network_id, agent);
        tellDhcpAgents(change, network_id, true);
      }
  });
}
