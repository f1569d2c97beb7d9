/**
 * The chains of one port: what may come in (i…), what may go out (o…), and whose addresses it may send from (s…).
 * Source: neutron/agent/linux/iptables_firewall.py, db/securitygroups_rpc_base.py (rules that no group has).
 */
import type { IptablesChain } from "../../../net/iptables/ast.ts";
import type { PortView, SecurityRuleView } from "../../view.ts";
import { typeOfFamily } from "../group-rules.ts";
import { comment } from "./comments.ts";
import { type Plugging, portChain } from "./names.ts";
import { rule } from "./rule.ts";
import { securityRule } from "./security-rule.ts";
import { allowedSources, type SourcePair } from "./sources.ts";

/** @param rules of all groups of the port, in their order */
export function portChains(
  plugging: Plugging,
  port: PortView,
  rules: readonly SecurityRuleView[],
  family: 4 | 6,
): IptablesChain[] {
  const name = (kind: "i" | "o" | "s") => portChain(plugging, kind, port.id);
  const pairs = allowedSources(port, family);
  const own = rules.filter((one) => one.ethertype === typeOfFamily(family));
  const filled = (kind: "i" | "o" | "s", bodies: readonly string[]) => chain(name(kind), bodies, [family]);
  const chains = [
    filled("i", [...served(port, family), ...judged(plugging, own, "ingress", delivered(port, family))]),
    filled("o", [
      ...(family === 4 ? sent4(pairs.length > 0, name("s")) : sent6(pairs.length > 0, name("s"))),
      ...judged(plugging, own, "egress", []),
    ]),
  ];
  return pairs.length === 0 ? chains : [...chains, filled("s", sources(pairs))];
}

export function chain(name: string, bodies: readonly string[], families?: readonly (4 | 6)[]): IptablesChain {
  return { name, packets: 0, bytes: 0, rules: bodies.map((body) => rule(name, body, families)) };
}

/** ICMPv6 that no guest can do without: listener queries, neighbour solicitations and advertisements. */
function served(_port: PortView, family: 4 | 6): string[] {
  return family === 4 ? [] : [130, 135, 136].map((type) => `${icmpv6(type)} -j RETURN`);
}

/** What the network's own services send: router advertisements where the port has an IPv6 address, and DHCP answers. */
function delivered(port: PortView, family: 4 | 6): string[] {
  const addresses = port.fixedIps.map((ip) => ip.address).filter((one) => one.includes(":") === (family === 6));
  const width = family === 4 ? 32 : 128;
  const destinations = [
    ...addresses.map((one) => `${one}/${width}`),
    family === 4 ? "255.255.255.255/32" : "fe80::/64",
  ];
  const ports = family === 4 ? "--sport 67 --dport 68" : "--sport 547 --dport 546";
  return [
    ...(family === 6 && addresses.length > 0 ? [`${icmpv6(134)} -j RETURN`] : []),
    ...destinations.map((to) => `-d ${to} -p udp -m udp ${ports} -j RETURN`),
  ];
}

function sent4(checked: boolean, sourceChain: string): string[] {
  return [
    `-s 0.0.0.0/32 -d 255.255.255.255/32 -p udp -m udp --sport 68 --dport 67 ${comment("dhcpClient")} -j RETURN`,
    ...(checked ? [`-j ${sourceChain}`] : []),
    `-p udp -m udp --sport 68 --dport 67 ${comment("dhcpClient")} -j RETURN`,
    `-p udp -m udp --sport 67 --dport 68 ${comment("dhcpSpoof")} -j DROP`,
  ];
}

function sent6(checked: boolean, sourceChain: string): string[] {
  return [
    // Listener reports and solicitations from the unspecified address: duplicate address detection.
    ...[131, 135, 143].map((type) => `-s ::/128 -d ff02::/16 ${icmpv6(type)} ${comment("icmpv6")} -j RETURN`),
    ...(checked ? [`-j ${sourceChain}`] : []),
    `${icmpv6(134)} ${comment("routerAdvertisements")} -j DROP`,
    `-p ipv6-icmp ${comment("icmpv6")} -j RETURN`,
    `-p udp -m udp --sport 546 --dport 547 ${comment("dhcpClient")} -j RETURN`,
    `-p udp -m udp --sport 547 --dport 546 ${comment("dhcpSpoof")} -j DROP`,
  ];
}

function icmpv6(type: number): string {
  return `-p ipv6-icmp -m icmp6 --icmpv6-type ${type}`;
}

function judged(
  plugging: Plugging,
  rules: readonly SecurityRuleView[],
  direction: SecurityRuleView["direction"],
  provided: readonly string[],
): string[] {
  const allowed = rules.filter((one) => one.direction === direction).map(securityRule);
  return [
    `-m state --state RELATED,ESTABLISHED ${comment("established")} -j RETURN`,
    // Rules of several groups may be the same.
    ...new Set([...provided, ...allowed]),
    `-m state --state INVALID ${comment("invalidDrop")} -j DROP`,
    `${comment("unmatched")} -j ${plugging.wrap}-sg-fallback`,
  ];
}

function sources(pairs: readonly SourcePair[]): string[] {
  const allowed = pairs.map(({ mac, network }) => {
    const from = network === undefined ? "" : `-s ${network} `;
    return `${from}-m mac --mac-source ${mac} ${comment("pairAllow")} -j RETURN`;
  });
  return [...new Set(allowed), `${comment("pairDrop")} -j DROP`];
}
