/** The namespace of a network that DHCP serves: its device, addresses and default route. Source: neutron/agent/linux/dhcp.py DeviceManager. */
import { ROOT } from "../../host/edit.ts";
import { parseCidr } from "../../net/address.ts";
import { setAddresses } from "../interface-driver/addresses.ts";
import type { Hand } from "../interface-driver/hand.ts";
import { plug, unplug } from "../interface-driver/plug.ts";
import { ANY, removeRoute, routesOf, setRoute } from "../interface-driver/routes.ts";
import type { DhcpNetworkView, SubnetView } from "../view.ts";
import type { DhcpConfig } from "./config.ts";
import { dhcpDevice, isDhcpDevice } from "./device.ts";
import { DHCP_IP6TABLES, DHCP_IPTABLES } from "./firewall.ts";
import { METADATA_V4, METADATA_V6 } from "./listeners.ts";

const PREFIX = "qdhcp-";

export function dhcpNamespace(networkId: string): string {
  return `${PREFIX}${networkId}`;
}

/** The network that a namespace serves; undefined for others' namespaces. */
export function networkOfNamespace(name: string): string | undefined {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined;
}

/** DeviceManager.setup */
export function setNamespace(hand: Hand, view: DhcpNetworkView, config: DhcpConfig): void {
  const { network, port } = view;
  const netns = dhcpNamespace(network.id);
  const device = dhcpDevice(hand, port.id);
  hand.ensureNamespace(netns);
  hand.sysctl(netns, {
    "net.ipv4.ip_nonlocal_bind": "1",
    // Addresses are set by the agent alone.
    "net.ipv6.conf.default.accept_ra": "0",
  });
  if (!hand.link(netns, device)) hand.edit(netns, { iptables: DHCP_IPTABLES, ip6tables: DHCP_IP6TABLES });
  plug(hand, { netns, device, portId: port.id, mac: port.mac, mtu: network.mtu });
  setAddresses(hand, netns, device, cidrsOf(view, config));
  if (config.isolatedMetadata || config.forceMetadata) addLinkLocal(hand, netns, device);
  for (const family of [4, 6] as const) setGateway(hand, netns, device, gatewayOf(view, family), family);
  for (const { name } of hand.namespace(netns)?.links ?? [])
    if (isDhcpDevice(name) && name !== device) unplug(hand, netns, name);
}

/** DeviceManager.destroy, and the namespace with it. */
export function removeNamespace(hand: Hand, netns: string): void {
  for (const { name } of hand.namespace(netns)?.links ?? []) if (isDhcpDevice(name)) unplug(hand, netns, name);
  if (hand.namespace(netns)) hand.ip(ROOT, { tool: "ip", action: "netns-del", name: netns });
}

function cidrsOf({ network, port }: DhcpNetworkView, config: DhcpConfig): string[] {
  const cidrs = port.fixedIps.flatMap(({ subnetId, address }) => {
    const subnet = network.subnets.find((one) => one.id === subnetId);
    return subnet?.enableDhcp ? [`${address}/${subnet.cidr.split("/")[1]}`] : [];
  });
  return config.isolatedMetadata || config.forceMetadata ? [...cidrs, `${METADATA_V4}/32`] : cidrs;
}

/** A device without IPv6, as one with a small MTU is, takes none. */
function addLinkLocal(hand: Hand, netns: string, dev: string): void {
  if (hand.namespace(netns)?.addresses.some((one) => one.dev === dev && one.address === METADATA_V6)) return;
  hand.attempt(netns, {
    tool: "ip",
    action: "addr-add",
    family: 6,
    dev,
    address: METADATA_V6,
    prefix: 64,
    scope: "link",
  });
}

/** That of the first subnet that has one. */
function gatewayOf({ network }: DhcpNetworkView, family: 4 | 6): string | undefined {
  const subnet = network.subnets.find(
    (one) => one.ipVersion === family && one.enableDhcp && one.gateway !== null && (family === 4 || isRouted6(one)),
  );
  return subnet?.gateway ?? undefined;
}

function isRouted6({ cidr, ipv6AddressMode, ipv6RaMode }: SubnetView): boolean {
  const prefix = parseCidr(cidr)?.prefix ?? 0;
  const byRa = [ipv6AddressMode, ipv6RaMode].some((mode) => mode === "slaac" || mode === "dhcpv6-stateless");
  return prefix > 0 && prefix <= 126 && (prefix === 64 || !byRa);
}

/** _set_default_route_ip_version */
function setGateway(hand: Hand, netns: string, dev: string, via: string | undefined, family: 4 | 6): void {
  if (via !== undefined) return setRoute(hand, netns, { dst: ANY[family], via, dev });
  for (const route of routesOf(hand, netns))
    if (route.family === family && route.dst === ANY[family] && route.dev === dev) removeRoute(hand, netns, route);
}
