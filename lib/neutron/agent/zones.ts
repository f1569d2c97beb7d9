/**
 * Availability zones: those that DHCP agents (for networks) and L3 agents (for routers) say they are in. Source:
 * neutron/db/agents_db.py AgentAvailabilityZoneMixin, neutron/conf/policies/availability_zone.py.
 */
import type { Json } from "../attribute.ts";
import { notFound } from "../errors.ts";
import { anything } from "../kind/kind.ts";
import { anyone } from "../policy.ts";
import type { Call, Resource } from "../resource.ts";
import { agents, DHCP_AGENT, L3_AGENT } from "./agents.ts";
import { dhcpBindings } from "./dhcp-bindings.ts";

const RESOURCES: Readonly<Record<string, "network" | "router">> = { [DHCP_AGENT]: "network", [L3_AGENT]: "router" };

export const availabilityZoneResource: Resource = {
  name: "availability_zone",
  plural: "availability_zones",
  path: "availability_zones",
  key: "name",
  attributes: {
    name: { kind: anything, filter: true },
    resource: { kind: anything, filter: true },
    state: { kind: anything, filter: true },
  },
  policy: { get: anyone },
  list: allZones,
  show: async () => undefined,
  missing: (name) => notFound("AvailabilityZone", name),
};

/** A zone is available for what one enabled agent of it serves. */
async function allZones(call: Call): Promise<Json[]> {
  const zones = new Map<string, { name: string; resource: string; state: string }>();
  for (const agent of await agents.list(call.reader, { keys: { agent_type: Object.keys(RESOURCES) } })) {
    const resource = RESOURCES[agent.agent_type];
    const name = agent.availability_zone;
    if (!resource || !name) continue;
    const key = JSON.stringify([name, resource]);
    const available = agent.admin_state_up || zones.get(key)?.state === "available";
    zones.set(key, { name, resource, state: available ? "available" : "unavailable" });
  }
  return [...zones.values()];
}

/** Refuses a zone that no agent for this resource is in. */
export async function checkZones(call: Call, resource: "network" | "router", hints: readonly string[]): Promise<void> {
  if (hints.length === 0) return;
  const agent_type = resource === "network" ? DHCP_AGENT : L3_AGENT;
  const known = await agents.list(call.reader, { keys: { agent_type } });
  const absent = hints.find((hint) => !known.some((agent) => agent.availability_zone === hint));
  if (absent !== undefined) throw notFound("AvailabilityZone", absent);
}

/** The zones of the agents that serve each network. get_network_availability_zones */
export async function zonesOfNetworks(call: Call, networkIds: readonly string[]): Promise<Map<string, string[]>> {
  const bindings = await dhcpBindings.list(call.reader, { keys: { network_id: networkIds } });
  const found = new Map<string, string[]>();
  if (bindings.length === 0) return found;
  const zones = new Map((await agents.list(call.reader)).map((agent) => [agent.id, agent.availability_zone]));
  for (const { network_id, agent_id } of bindings) {
    const zone = zones.get(agent_id);
    const known = found.get(network_id) ?? [];
    if (zone && !known.includes(zone)) found.set(network_id, [...known, zone]);
  }
  return found;
}
