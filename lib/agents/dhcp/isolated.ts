/** Which subnets have no router, and what follows for metadata. Source: neutron/agent/linux/dhcp.py get_isolated_subnets, should_enable_metadata. */
import type { DhcpNetworkView, PortView } from "../view.ts";
import type { DhcpConfig } from "./config.ts";

const ROUTERS: readonly string[] = [
  "network:router_interface",
  "network:ha_router_replicated_interface",
  "network:router_interface_distributed",
];

/** Ids of the subnets whose gateway is a router's port. */
export function routedSubnets({ network, ports }: DhcpNetworkView): ReadonlySet<string> {
  const gateways = new Map(network.subnets.map((one) => [one.id, one.gateway]));
  const routed = new Set<string>();
  for (const port of ports) {
    if (!ROUTERS.includes(port.deviceOwner)) continue;
    for (const { subnetId, address } of port.fixedIps) if (gateways.get(subnetId) === address) routed.add(subnetId);
  }
  return routed;
}

/** Whether the agent's own proxy answers for 169.254.169.254. */
export function servesMetadata(view: DhcpNetworkView, config: DhcpConfig): boolean {
  const served = view.network.subnets.filter((one) => one.enableDhcp);
  if (served.length === 0) return false;
  if (config.forceMetadata) return true;
  if (!config.isolatedMetadata) return false;
  const routed = routedSubnets(view);
  return served.some((one) => !routed.has(one.id));
}

/** The address of the agent's port in a subnet. */
export function addressIn(port: PortView, subnetId: string): string | undefined {
  return port.fixedIps.find((ip) => ip.subnetId === subnetId)?.address;
}
