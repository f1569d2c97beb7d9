/**
 * Neutron's names of OpenFlow tables.
 * Only the agent's own bridges have them: on any other bridge a table is a number.
 */
import type { HostState } from "../host/state.ts";
import { INTEGRATION, PHYSICAL, TUNNEL } from "../net/neutron-tables.ts";

export type BridgeRole = "integration" | "tunnel" | "physical";

const NAMES: Record<BridgeRole, Readonly<Record<number, string>>> = {
  integration: byNumber(INTEGRATION),
  tunnel: byNumber(TUNNEL),
  physical: byNumber(PHYSICAL),
};

function byNumber(tables: Readonly<Record<string, number>>): Record<number, string> {
  return Object.fromEntries(Object.entries(tables).map(([name, number]) => [number, name]));
}

/** Neutron's name of a table, e.g. 60 of br-int is TRANSIENT_TABLE; undefined where Neutron has none. */
export function tableName(role: BridgeRole | undefined, table: number): string | undefined {
  return role && NAMES[role][table];
}

/** What a bridge is to the Open vSwitch agent: by the agent's configuration, else by the default names. */
export function bridgeRole(host: Pick<HostState, "config">, bridge: string): BridgeRole | undefined {
  const sections = Object.values(host.config).map((file) => file.ovs);
  const setting = (key: string) => sections.map((section) => section?.[key]).find((value) => value !== undefined);
  if (bridge === (setting("integration_bridge") ?? "br-int")) return "integration";
  if (bridge === (setting("tunnel_bridge") ?? "br-tun")) return "tunnel";
  const mappings = setting("bridge_mappings");
  if (mappings === undefined) return bridge === "br-ex" ? "physical" : undefined;
  return mappings.split(",").some((pair) => pair.trim().endsWith(`:${bridge}`)) ? "physical" : undefined;
}
