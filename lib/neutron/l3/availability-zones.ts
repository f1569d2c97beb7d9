/** Zones that routers may be asked to be in: those of the L3 agents. Source: neutron/db/agents_db.py validate_availability_zones. */
import { agents, L3_AGENT } from "../agent/agents.ts";
import { notFound } from "../errors.ts";
import { text, uniqueList } from "../kind/kind.ts";
import type { Call } from "../resource.ts";

export const zoneHints = uniqueList(text());

export async function checkZones(call: Call, hints: readonly string[]): Promise<void> {
  if (hints.length === 0) return;
  const known = await agents.list(call.reader, { keys: { agent_type: L3_AGENT } });
  const absent = hints.find((hint) => !known.some((agent) => agent.availability_zone === hint));
  if (absent !== undefined) throw notFound("AvailabilityZone", absent);
}
