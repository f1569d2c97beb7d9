/** Protocols by number, as the native firewall needs them. Source: neutron_lib/constants.py IP_PROTOCOL_MAP. */
import type { SecurityRuleView } from "../../view.ts";

const NUMBERS: Readonly<Record<string, number>> = {
  ...{ hopopt: 0, ip: 0, icmp: 1, igmp: 2, ipip: 4, tcp: 6, egp: 8, udp: 17, dccp: 33, "ipv6-encap": 41 },
  ...{ "ipv6-route": 43, "ipv6-frag": 44, rsvp: 46, gre: 47, esp: 50, ah: 51, "ipv6-icmp": 58, icmpv6: 58 },
  ...{ "ipv6-nonxt": 59, "ipv6-opts": 60, ospf: 89, vrrp: 112, pgm: 113, sctp: 132, udplite: 136 },
};

export const ICMP = 1;
export const ICMPV6 = 58;

/** Protocols whose ports flows can match. */
export const WITH_PORTS: Readonly<Record<number, string>> = { 6: "tcp", 17: "udp", 132: "sctp" };

/** Undefined for any, and for a name that nobody knows. */
export function protocolNumber({ protocol, ethertype }: SecurityRuleView): number | undefined {
  if (protocol === null || protocol === "") return undefined;
  if (/^\d+$/.test(protocol)) return Number(protocol);
  return ethertype === "IPv6" && protocol === "icmp" ? ICMPV6 : NUMBERS[protocol];
}
