/**
 * What DHCP agents do about changes of networks, once these are committed and in transactions of their own, as they would
 * hear of them by a message. Source: neutron/api/rpc/agentnotifiers/dhcp_rpc_agent_api.py.
 */
import { serviceContext } from "../../identity/context.ts";
import type { Tx } from "../../store/store.ts";
import { devicesUp } from "../core/device-up.ts";
import { networks } from "../core/model.ts";
import type { Hooks } from "../hooks.ts";
import type { Neutron } from "../neutron.ts";
import type { Change } from "../resource.ts";
import { type Agent, DHCP_AGENT, withLife } from "./agents.ts";
import { agentsServing, dhcpBindings, forgetBindings } from "./dhcp-bindings.ts";
import { DHCP_OWNER, settleDhcpPort } from "./dhcp-port.ts";
import { isScheduled, scheduleNetwork } from "./dhcp-scheduling.ts";
import { isStopped } from "./stopped.ts";

/** Networks that the agents will be told of when the transaction commits, and whether they need agents first. */
const told = new WeakMap<Tx, Map<string, boolean>>();

export function tellDhcpAgents(change: Change, networkId: string, schedule = false): void {
  const { neutron, tx } = change;
  const known = told.get(tx);
  if (known) return void known.set(networkId, schedule || (known.get(networkId) ?? false));
  const all = new Map([[networkId, schedule]]);
  told.set(tx, all);
  tx.afterCommit(async () => {
    // What agents fail to do is no failure of what the client asked for.
    for (const [id, needed] of all) await agentsAct(neutron, id, needed).catch(neutron.report);
  });
}

/** An agent that was started asks for all its networks. neutron/agent/dhcp/agent.py sync_state */
export async function dhcpAgentStarted(change: Change, agent: Agent): Promise<void> {
  for (const { network_id } of await dhcpBindings.list(change.reader, { keys: { agent_id: agent.id } }))
    tellDhcpAgents(change, network_id);
}

async function agentsAct(neutron: Neutron, networkId: string, schedule: boolean): Promise<void> {
  const up = await neutron.change(serviceContext(), async (change) => {
    const network = await networks.get(change.reader, networkId);
    if (!network) return [];
    if (schedule) await scheduleNetwork(change, network);
    const fresh: string[] = [];
    for (const agent of await withLife(change, await agentsServing(change, network.id))) {
      if (!agent.alive || (await isStopped(change.reader, DHCP_AGENT, agent.host))) continue;
      const port = await settleDhcpPort(change, network, agent);
      if (port && port.status !== "ACTIVE") fresh.push(port.id);
    }
    return fresh;
  });
  if (up.length > 0) await devicesUp(neutron, up);
}

export const dhcpHooks: Hooks = {
  async networkUpdated(change, before, after) {
    if (before.admin_state_up !== after.admin_state_up) tellDhcpAgents(change, after.id);
  },
  networkDeleting: (change, network) => forgetBindings(change, { network_id: network.id }),
  async subnetCreated(change, subnet) {
    tellDhcpAgents(change, subnet.network_id, true);
  },
  async subnetUpdated(change, _before, after) {
    tellDhcpAgents(change, after.network_id);
  },
  async subnetDeleting(change, subnet) {
    tellDhcpAgents(change, subnet.network_id);
  },
  async portCreated(change, port) {
    if (port.device_owner === DHCP_OWNER || (await isScheduled(change, port.network_id))) return;
    tellDhcpAgents(change, port.network_id, true);
  },
  /** An agent whose port was taken away makes another. */
  async portDeleting(change, port, byApi) {
    if (byApi && port.device_owner === DHCP_OWNER) tellDhcpAgents(change, port.network_id);
  },
};
