/**
 * Ports on external networks of L3 agents in DVR mode, one for each agent and network that its routers lead to: floating IPs
 * of the host's guests go through them. Source: neutron/db/l3_dvr_db.py create_fip_agent_gw_port_if_not_exists, delete_floatingip_agent_gateway_port.
 */
import { type Agent, agents, L3_AGENT } from "../agent/agents.ts";
import { type Port, ports } from "../core/model.ts";
import type { Call, Change } from "../resource.ts";
import { AGENT_GATEWAY } from "./model.ts";
import { createOwnPort, deleteOwnPort } from "./own-ports.ts";
import { agentMode } from "./scheduling.ts";

/** The port of a host's L3 agent on an external network; it is made when it is not there. undefined: no such agent there. */
export async function ensureAgentGateway(change: Change, networkId: string, host: string): Promise<Port | undefined> {
  const agent = await dvrAgent(change, host);
  if (!agent) return undefined;
  const [known] = await agentGateways(change, agent.id, networkId);
  return (
    known ?? createOwnPort(change, { network_id: networkId, device_id: agent.id, device_owner: AGENT_GATEWAY, host })
  );
}

/** Whether that port would have to be made. */
export async function lacksAgentGateway(call: Call, networkId: string, host: string): Promise<boolean> {
  const agent = await dvrAgent(call, host);
  return agent !== undefined && (await agentGateways(call, agent.id, networkId)).length === 0;
}

/** Those of one agent; of one network, where it is named. */
export function agentGateways(call: Call, agentId: string, networkId?: string): Promise<Port[]> {
  return ports.list(call.reader, {
    keys: {
      device_id: agentId,
      device_owner: AGENT_GATEWAY,
      ...(networkId !== undefined && { network_id: networkId }),
    },
  });
}

/** The last gateway to an external network is gone: agents need none there either. */
export async function deleteAgentGateways(change: Change, networkId: string): Promise<void> {
  const gone = await ports.list(change.reader, { keys: { network_id: networkId, device_owner: AGENT_GATEWAY } });
  for (const port of gone) await deleteOwnPort(change, port);
}

async function dvrAgent(call: Call, host: string): Promise<Agent | undefined> {
  const found = await agents.list(call.reader, { keys: { agent_type: L3_AGENT, host } });
  return found.find((agent) => agentMode(agent) === "dvr" || agentMode(agent) === "dvr_snat");
}
