/** `opts`. Source: neutron/agent/linux/dhcp.py Dnsmasq._generate_opts_per_subnet, _generate_opts_per_port, _format_option. */
import type { DnsmasqInstance } from "../../host/state.ts";
import type { DhcpNetworkView, SubnetView } from "../view.ts";
import type { DhcpConfig } from "./config.ts";
import { isClientId } from "./hosts-file.ts";
import { addressIn, routedSubnets } from "./isolated.ts";

type Option = DnsmasqInstance["options"][number];

const METADATA = "169.254.169.254/32";
const ANYWHERE = "0.0.0.0/0";
/** Windows' own number of classless-static-route. */
const WINDOWS_ROUTES = "249";

export function optionLines(view: DhcpNetworkView, config: DhcpConfig): Option[] {
  const routed = routedSubnets(view);
  const served = view.network.subnets.filter(
    (one) => one.enableDhcp && !(one.ipVersion === 6 && one.ipv6AddressMode === "slaac"),
  );
  return [
    ...served.flatMap((subnet) => ofSubnet(view, subnet, routed.has(subnet.id), config)),
    ...ofPorts(view, served),
  ];
}

function ofSubnet(view: DhcpNetworkView, subnet: SubnetView, routed: boolean, config: DhcpConfig): Option[] {
  const tag = `subnet-${subnet.id}`;
  const option = (name: string, ...values: string[]) => line(subnet.ipVersion, tag, name, values);
  const options: Option[] = [];
  if (subnet.dnsNameservers.length > 0) {
    // The address "any" as a server: clients are told of none.
    const [first] = subnet.dnsNameservers;
    const none = subnet.dnsNameservers.length === 1 && first === (subnet.ipVersion === 4 ? "0.0.0.0" : "::");
    options.push(
      none ? option("dns-server") : option("dns-server", literal(subnet.ipVersion, subnet.dnsNameservers).join(",")),
    );
  }
  if (config.domain !== "" && subnet.ipVersion === 6) options.push(option("domain-search", config.domain));
  if (subnet.ipVersion === 6) return options;

  const gateway =
    subnet.gateway ?? subnet.hostRoutes.find(({ destination }) => destination === ANYWHERE)?.nexthop ?? null;
  const routes = routesOf(view, subnet, routed, gateway, config);
  if (routes.length > 0) {
    if (gateway !== null) routes.push(`${ANYWHERE},${gateway}`);
    options.push(option("classless-static-route", routes.join(",")), option(WINDOWS_ROUTES, routes.join(",")));
  }
  options.push(gateway === null ? option("router") : option("router", gateway));
  return options;
}

function routesOf(
  { network, port }: DhcpNetworkView,
  subnet: SubnetView,
  routed: boolean,
  gateway: string | null,
  config: DhcpConfig,
): string[] {
  const routes = subnet.hostRoutes
    .filter(({ destination }) => destination !== ANYWHERE)
    .map(({ destination, nexthop }) => `${destination},${nexthop}`);
  if (config.forceMetadata || (!routed && config.isolatedMetadata)) {
    const own = addressIn(port, subnet.id);
    if (own !== undefined) routes.push(`${METADATA},${own}`);
  } else if (routed && gateway !== null) routes.push(`${METADATA},${gateway}`);
  // Other subnets of the network are on the link.
  for (const other of network.subnets)
    if (other.ipVersion === 4 && other.cidr !== subnet.cidr) routes.unshift(`${other.cidr},0.0.0.0`);
  return routes;
}

function ofPorts({ ports }: DhcpNetworkView, served: readonly SubnetView[]): Option[] {
  const options: Option[] = [];
  const servers = new Map<string, string[]>();
  const nameless = new Map(served.flatMap((one) => (one.dnsNameservers.length === 0 ? [[one.id, one]] : [])));
  for (const port of ports) {
    for (const { name, value, ipVersion } of port.extraDhcpOptions) {
      if (isClientId(name)) continue;
      const family = ipVersion === 6;
      if (port.fixedIps.some(({ address }) => address.includes(":") === family))
        options.push(line(ipVersion, `port-${port.id}`, name, [value]));
    }
    if (port.deviceOwner !== "network:dhcp") continue;
    for (const { subnetId, address } of port.fixedIps)
      if (nameless.has(subnetId)) servers.set(subnetId, [...(servers.get(subnetId) ?? []), address]);
  }
  // Each of several agents names all of them.
  for (const [id, addresses] of servers) {
    const version = nameless.get(id)?.ipVersion ?? 4;
    if (addresses.length > 1)
      options.push(line(version, `subnet-${id}`, "dns-server", [literal(version, addresses).join(",")]));
  }
  return options;
}

/** A line, and what dnsmasq reads in it. A name may bring a tag of its own: `tag:ipxe,bootfile-name`. */
function line(version: 4 | 6, tag: string, given: string, values: readonly string[]): Option {
  const [first = ""] = given.split("\n", 1);
  const [, extra, bare = ""] = /^(?:tag:(.*),)?(.*)$/.exec(first) ?? [];
  const option = version === 6 ? `option6:${bare}` : /^\d+$/.test(bare) ? bare : `option:${bare}`;
  const clean = values.map((one) => one.split("\n", 1)[0] ?? "");
  const words = [`tag:${tag}`, ...(extra === undefined ? [] : [`tag:${extra}`]), option, ...clean];
  return { name: bare, value: clean.join(","), line: words.join(","), tag: extra ?? tag };
}

function literal(version: 4 | 6, addresses: readonly string[]): readonly string[] {
  return version === 4 ? addresses : addresses.map((one) => `[${one}]`);
}
