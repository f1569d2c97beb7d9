/** Names that the agent gives. Source: ovs_neutron_agent.py get_tunnel_name, plugins/ml2/common plugin_utils get_interface_name. */
import { formatIpv4, parseIpv4, parseIpv6 } from "../../net/address.ts";
import type { TunnelType } from "../../net/neutron-tables.ts";

export const INTEGRATION_BRIDGE = "br-int";
export const TUNNEL_BRIDGE = "br-tun";
/** br-int's port towards br-tun, and br-tun's back. */
export const PATCH_TUN = "patch-tun";
export const PATCH_INT = "patch-int";

const LONGEST = 15;

/** br-int's port towards a physical bridge. */
export function integrationPatch(bridge: string): string {
  return `int-${bridge}`.slice(0, LONGEST);
}

export function physicalPatch(bridge: string): string {
  return `phy-${bridge}`.slice(0, LONGEST);
}

/**
 * vxlan-0a002c1f for 10.0.44.31. Neutron shortens IPv6 endpoints by SHA-1, this by their lowest bits: names of such ports
 * differ, and nothing else does.
 */
export function tunnelPort(type: TunnelType, remote: string): string {
  const v4 = parseIpv4(remote);
  if (v4 !== undefined && formatIpv4(v4) === remote) return `${type}-${v4.toString(16).padStart(8, "0")}`;
  const digits = LONGEST - type.length - 1;
  return `${type}-${(parseIpv6(remote) ?? 0n).toString(32).slice(-digits).padStart(digits, "0")}`;
}
