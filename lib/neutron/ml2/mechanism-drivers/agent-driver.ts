/** Binding through the L2 agent of the port's host. Source: neutron/plugins/ml2/drivers/mech_agent.py. */
import { aliveAgents, type LiveAgent } from "../../agent/agents.ts";
import type { Json } from "../../attribute.ts";
import type { Segment } from "../../core/model.ts";
import type { Call } from "../../resource.ts";
import type { BindingRequest, Bound } from "../mechanism-driver.ts";

export interface AgentBinding {
  readonly agentType: string;
  readonly vnicTypes: readonly string[];
  /** Physical networks that the agent reaches: `bridge_mappings`, … of its configurations. */
  physicalNetworks(configurations: Json): readonly string[];
  /** How the agent connects a port of this segment. */
  vif(configurations: Json, segment: Segment): Pick<Bound, "vif_type" | "vif_details">;
}

/** The first segment that an agent of this type on the host reaches; undefined: none does. */
export async function bindByAgent(
  call: Call,
  request: BindingRequest,
  binding: AgentBinding,
): Promise<Bound | undefined> {
  if (!binding.vnicTypes.includes(request.vnic_type)) return undefined;
  for (const agent of await aliveAgents(call, { type: binding.agentType, host: request.host }))
    for (const segment of request.segments)
      if (reaches(agent, segment, binding)) return { segment, ...binding.vif(agent.configurations, segment) };
  return undefined;
}

/** mech_agent.py SimpleAgentMechanismDriverBase.check_segment_for_agent */
function reaches(agent: LiveAgent, segment: Segment, binding: AgentBinding): boolean {
  const { network_type, physical_network } = segment;
  const tunnels = texts(agent.configurations.tunnel_types);
  if (!["local", "flat", "vlan", ...tunnels].includes(network_type)) return false;
  if (network_type !== "flat" && network_type !== "vlan") return true;
  return physical_network !== null && binding.physicalNetworks(agent.configurations).includes(physical_network);
}

export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

export function keysOf(value: unknown): string[] {
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}
