/**
 * Which DHCP agents get a network: those alive, of the zones that it asks for, each zone in turn and in it the one that
 * serves the fewest. Source: neutron/scheduler/dhcp_agent_scheduler.py.
 */
import type { Network } from "../core/model.ts";
import type { Call, Change } from "../resource.ts";
import { type Agent, aliveAgents, DHCP_AGENT } from "./agents.ts";
import { agentsServing, bindNetwork, dhcpBindings } from "./dhcp-bindings.ts";

/** Whether the network has all the agents that it is to have. */
export async function isScheduled(call: Call, networkId: string): Promise<boolean> {
  const has = await dhcpBindings.count(call.reader, { keys: { network_id: networkId } });
  return has >= call.neutron.config.DEFAULT.dhcp_agents_per_network;
}

export async function scheduleNetwork(change: Change, network: Network): Promise<void> {
  const { dhcp_agents_per_network, default_availability_zones, network_auto_schedule } = change.neutron.config.DEFAULT;
  if (!network_auto_schedule) return;
  const serving = await agentsServing(change, network.id);
  const hints =
    network.availability_zone_hints.length > 0 ? network.availability_zone_hints : default_availability_zones;
  const free = (await aliveAgents(change, { type: DHCP_AGENT })).filter(
    (agent) =>
      agent.admin_state_up &&
      !serving.some((one) => one.id === agent.id) &&
      (hints.length === 0 || hints.includes(agent.availability_zone ?? "")),
  );
  for (const agent of choose(await byLoad(change, free), serving, dhcp_agents_per_network - serving.length))
    await bindNetwork(change, network.id, agent.id);
}

async function byLoad(change: Change, agents: readonly Agent[]): Promise<Agent[]> {
  const loaded = await Promise.all(
    agents.map(async (agent) => ({
      agent,
      load: await dhcpBindings.count(change.reader, { keys: { agent_id: agent.id } }),
    })),
  );
  return loaded.sort((a, b) => a.load - b.load).map(({ agent }) => agent);
}

/** @param free by load @param serving that already do */
function choose(free: readonly Agent[], serving: readonly Agent[], wanted: number): Agent[] {
  const left = [...free];
  const chosen: Agent[] = [];
  while (chosen.length < wanted && left.length > 0) {
    const inZone = (zone: string | null) =>
      [...serving, ...chosen].filter((agent) => agent.availability_zone === zone).length;
    const next = left.reduce((a, b) => (inZone(b.availability_zone) < inZone(a.availability_zone) ? b : a));
    left.splice(left.indexOf(next), 1);
    chosen.push(next);
  }
  return chosen;
}
