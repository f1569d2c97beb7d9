/** A router's devices. Source: neutron/agent/l3/router_info.py. */
import { familyOf, networkContains, networkOf, parseCidr, requireIp } from "../../net/address.ts";
import { cidrsOf, hostCidr, setAddresses } from "../interface-driver/addresses.ts";
import type { Hand } from "../interface-driver/hand.ts";
import { plug } from "../interface-driver/plug.ts";
import { ANY, removeRoute, routesOf, setRoute } from "../interface-driver/routes.ts";
import type { HostView, NetworkView, PortView, SubnetView } from "../view.ts";

/** _internal_network_added, internal_network_updated */
export function setInternalPort(hand: Hand, view: HostView, netns: string, device: string, port: PortView): void {
  const network = view.networks.get(port.networkId);
  if (!network) return;
  plug(hand, { netns, device, portId: port.id, mac: port.mac, mtu: network.mtu });
  setAddresses(hand, netns, device, cidrsOf(port, network));
}

/** _external_gateway_added. @param kept addresses of the device that are somebody else's: floating IPs */
export function setGatewayPort(
  hand: Hand,
  view: HostView,
  netns: string,
  device: string,
  port: PortView,
  kept: readonly string[],
): void {
  const network = view.networks.get(port.networkId);
  if (!network) return;
  plug(hand, { netns, device, portId: port.id, mac: port.mac, mtu: network.mtu });
  const { own, others } = subnetsOf(port, network);
  const gateways = own.flatMap(({ gateway }) => gateway ?? []);
  setAddresses(hand, netns, device, cidrsOf(port, network), new Set(kept.map(hostCidr)));
  const farGateways = own.flatMap((one) => farGateway(one) ?? []);
  setOnlinkRoutes(hand, netns, device, [...farGateways, ...others.map(({ cidr }) => cidr)]);
  setDefaultRoutes(hand, netns, device, gateways);
  setRouterAdvertisements(hand, netns, device, gateways);
}

/** Subnets of the network that the port has an address in, and those that it is only linked to. */
export function subnetsOf(port: PortView, network: NetworkView): { own: SubnetView[]; others: SubnetView[] } {
  const ids = new Set(port.fixedIps.map(({ subnetId }) => subnetId));
  return {
    own: network.subnets.filter(({ id }) => ids.has(id)),
    others: network.subnets.filter(({ id }) => !ids.has(id)),
  };
}

/** A gateway beyond the subnet gets a route of its own: _add_route_to_gw. */
export function farGateway({ cidr, gateway }: SubnetView): string | undefined {
  const parsed = parseCidr(cidr);
  if (gateway === null || !parsed || networkContains(networkOf(parsed), requireIp(gateway))) return undefined;
  return hostCidr(gateway);
}

/** set_onlink_routes: of what is on the link without an address of ours there. */
export function setOnlinkRoutes(hand: Hand, netns: string, device: string, cidrs: readonly string[]): void {
  for (const route of routesOf(hand, netns)) {
    const onlink = route.dev === device && route.scope === "link" && route.prefSrc === undefined;
    if (onlink && route.table === "main" && !cidrs.includes(route.dst)) removeRoute(hand, netns, route);
  }
  for (const dst of cidrs) setRoute(hand, netns, { dst, dev: device, scope: "link" });
}

function setDefaultRoutes(hand: Hand, netns: string, device: string, gateways: readonly string[]): void {
  for (const route of routesOf(hand, netns)) {
    const gone = route.dst === ANY[route.family] && route.via !== undefined && !gateways.includes(route.via);
    if (gone && route.dev === device && route.table === "main") removeRoute(hand, netns, route);
  }
  for (const via of gateways) setRoute(hand, netns, { dst: ANY[familyOf(via)], via, dev: device });
}

/** _configure_ipv6_params_on_gw: without an IPv6 gateway, the default route is taken from router advertisements. */
function setRouterAdvertisements(hand: Hand, netns: string, device: string, gateways: readonly string[]): void {
  const known = gateways.some((one) => familyOf(one) === 6);
  hand.sysctl(netns, {
    [`net.ipv6.conf.${device}.accept_ra`]: known ? "0" : "2",
    [`net.ipv6.conf.${device}.forwarding`]: "1",
    "net.ipv6.conf.all.forwarding": "1",
  });
}
