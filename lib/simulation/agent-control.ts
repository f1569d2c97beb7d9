/** Agents of simulated hosts are stopped and started, as their services would be. */
import { serviceContext } from "../identity/context.ts";
import { agents, DHCP_AGENT, L3_AGENT, LINUX_BRIDGE_AGENT, OVS_AGENT } from "../neutron/agent/agents.ts";
import { dhcpAgentStarted } from "../neutron/agent/dhcp-reaction.ts";
import { beat } from "../neutron/agent/heartbeat.ts";
import { setStopped } from "../neutron/agent/stopped.ts";
import { devicesUp } from "../neutron/core/device-up.ts";
import { ports } from "../neutron/core/model.ts";
import { l3AgentStarted } from "../neutron/l3/reaction.ts";
import type { Neutron } from "../neutron/neutron.ts";

/** From now on it does nothing, and is no longer heard of: after agent_down_time it counts as dead. */
export async function stopAgent(neutron: Neutron, agentId: string): Promise<void> {
  await neutron.change(serviceContext(), ({ tx }) => setStopped(tx, agentId, true));
}

/** It catches up with what it missed, and one of layer 2 reports the ports of its host. */
export async function startAgent(neutron: Neutron, agentId: string): Promise<void> {
  const up = await neutron.change(serviceContext(), async (change) => {
    const { tx } = change;
    await setStopped(tx, agentId, false);
    const agent = await agents.get(tx, agentId);
    if (!agent) return [];
    await beat(tx, [agentId]);
    if (agent.agent_type === L3_AGENT) await l3AgentStarted(change, agent);
    if (agent.agent_type === DHCP_AGENT) await dhcpAgentStarted(change, agent);
    if (agent.agent_type !== OVS_AGENT && agent.agent_type !== LINUX_BRIDGE_AGENT) return [];
    return (await ports.list(tx, { keys: { host: agent.host } })).filter((port) => port.status !== "ACTIVE");
  });
  if (up.length > 0)
    await devicesUp(
      neutron,
      up.map((port) => port.id),
    );
}
