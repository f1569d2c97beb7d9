/** Who gets which line in dnsmasq's files. Source: neutron/agent/linux/dhcp.py Dnsmasq._iter_hosts. */
import type { NetworkView, PortView, SubnetView } from "../view.ts";

export interface Entry {
  readonly port: PortView;
  readonly subnet: SubnetView | undefined;
  readonly address: string;
  readonly hostname: string;
  /** The name with its domain. */
  readonly fqdn: string;
  /** Its address does not come by DHCP (IPv6 by router advertisement). */
  readonly noDhcp: boolean;
  /** Nor do options. */
  readonly noOptions: boolean;
  /** Before the name: keeps an IPv6 line from answering IPv4 requests. dnsmasq 2.81 */
  readonly tag: string;
}

/** port_requires_dhcp_configuration: all but these. */
const WITHOUT = ["network:router_ha_interface", "network:floatingip", "network:dhcp", "network:distributed"];

interface Known {
  readonly network: NetworkView;
  readonly domain: string;
  readonly entries: readonly Entry[];
}
const known = new WeakMap<PortView, Known>();

/** A port's entries; the same ones for the same port and network. */
export function entriesOf(port: PortView, network: NetworkView, domain: string): readonly Entry[] {
  const last = known.get(port);
  if (last && last.network === network && last.domain === domain) return last.entries;
  const entries = WITHOUT.includes(port.deviceOwner) ? [] : make(port, network, domain);
  known.set(port, { network, domain, entries });
  return entries;
}

function make(port: PortView, network: NetworkView, domain: string): Entry[] {
  const subnets = new Map(network.subnets.map((one) => [one.id, one]));
  const entries = port.fixedIps.map(({ subnetId, address }) => entry(port, subnets.get(subnetId), address, domain));
  // Stateless IPv6 first: dnsmasq reads from the end, and would take such a line for an IPv4 request.
  return [...entries.filter(isStateless), ...entries.filter((one) => !isStateless(one))];
}

function isStateless({ subnet }: Entry): boolean {
  return subnet?.ipVersion === 6 && subnet.ipv6AddressMode === "dhcpv6-stateless";
}

function entry(port: PortView, subnet: SubnetView | undefined, address: string, domain: string): Entry {
  const hostname = port.dnsName || `host-${address.replaceAll(/[.:]/g, "-")}`;
  const v6 = subnet?.ipVersion === 6;
  const mode = v6 ? subnet.ipv6AddressMode : null;
  return {
    port,
    subnet,
    address,
    hostname,
    fqdn: domain === "" ? hostname : `${hostname}.${domain}`,
    noDhcp: mode === "slaac" || mode === "dhcpv6-stateless",
    noOptions: mode === "slaac",
    tag: v6 ? "tag:dhcpv6," : "",
  };
}
