/** How addresses of a subnet come about. Source: neutron/common/ipv6_utils.py, neutron/objects/subnet.py. */
import { eui64Address } from "../../net/eui64.ts";
import type { Subnet } from "../core/model.ts";

/** Hosts make their own address of the prefix and their MAC. */
const AUTO_MODES: readonly (string | null)[] = ["slaac", "dhcpv6-stateless"];

/** What routers hold inside of networks: their addresses are chosen, never made of a MAC. ROUTER_INTERFACE_OWNERS. */
export const ROUTER_INTERFACE_OWNERS: readonly string[] = [
  "network:router_interface",
  "network:ha_router_replicated_interface",
  "network:router_interface_distributed",
];
export const ROUTER_INTERFACE_OWNERS_SNAT: readonly string[] = [
  ...ROUTER_INTERFACE_OWNERS,
  "network:router_centralized_snat",
];
export const ROUTER_PORT_OWNERS: readonly string[] = [...ROUTER_INTERFACE_OWNERS_SNAT, "network:router_gateway"];

/** Ports that the service made for itself, and takes away by itself. neutron/common/_constants.py */
export const AUTO_DELETE_PORT_OWNERS: readonly string[] = [
  "network:dhcp",
  "network:distributed",
  "network:floatingip_agent_gateway",
];

export function isAutoAddress(subnet: Pick<Subnet, "ipv6_address_mode" | "ipv6_ra_mode">): boolean {
  return AUTO_MODES.includes(subnet.ipv6_address_mode) || AUTO_MODES.includes(subnet.ipv6_ra_mode);
}

/** The address that a host with this MAC makes for itself. */
export function automaticAddress(subnet: Subnet, mac: string): string {
  return eui64Address(subnet.cidr, mac);
}

/**
 * Subnets that a port of this owner may have addresses of, those made for such ports first. DHCP ports may stand in any
 * subnet that has DHCP. SubnetServiceType.query_filter_service_subnets
 */
export function candidateSubnets(subnets: readonly Subnet[], deviceOwner: string): Subnet[] {
  const fit = subnets.filter(
    ({ service_types, enable_dhcp }) =>
      service_types.length === 0 ||
      service_types.includes(deviceOwner) ||
      (enable_dhcp && deviceOwner === "network:dhcp"),
  );
  return [...fit.filter((s) => s.service_types.length > 0), ...fit.filter((s) => s.service_types.length === 0)];
}
