/** Protocols of rules, by name and number. Source: neutron_lib/constants.py, neutron/extensions/securitygroup.py. */

import { type Kind, repr, show } from "../kind/kind.ts";
import { invalidValue } from "./refusals.ts";

const NUMBERS: Readonly<Record<string, number>> = {
  ah: 51,
  dccp: 33,
  egp: 8,
  esp: 50,
  gre: 47,
  hopopt: 0,
  icmp: 1,
  igmp: 2,
  ip: 0,
  ipip: 4,
  "ipv6-encap": 41,
  "ipv6-frag": 44,
  "ipv6-icmp": 58,
  icmpv6: 58,
  "ipv6-nonxt": 59,
  "ipv6-opts": 60,
  "ipv6-route": 43,
  ospf: 89,
  pgm: 113,
  rsvp: 46,
  sctp: 132,
  tcp: 6,
  udp: 17,
  udplite: 136,
  vrrp: 112,
};

/** What IPv6 rules may call ICMPv6, too. */
const OLD_ICMPV6 = ["icmp", "icmpv6"];
export const ICMP = 1;
export const ICMPV6 = 58;
export const WITH_PORTS: readonly string[] = ["dccp", "sctp", "tcp", "udp", "udplite"];
const IPV6_ONLY = new Set(Object.keys(NUMBERS).filter((name) => name.includes("v6")));
const IPV6_ONLY_NUMBERS = new Set([...IPV6_ONLY].map((name) => String(NUMBERS[name])));

/** convert_protocol: a known name in small letters, or a number from 0 to 255, as text; null: any. */
export const protocolKind: Kind<string | null> = {
  parse(value) {
    if (value === null || value === undefined) return null;
    const number = readNumber(value);
    if (number !== undefined && number >= 0 && number <= 255) return String(value).trim();
    const name = typeof value === "string" ? value.toLowerCase() : "";
    if (number === undefined && Object.hasOwn(NUMBERS, name)) return name;
    throw invalidValue(
      "SecurityGroupRuleInvalidProtocol",
      `Security group rule protocol ${show(value)} not supported. Only protocol values ${repr([null, ...Object.keys(NUMBERS)])} and integer representations [0 to 255] are supported.`,
      "protocol",
    );
  },
  filter: (text) => protocolKind.parse(text),
};

function readNumber(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isInteger(value) ? value : undefined;
  return typeof value === "string" && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : undefined;
}

/** undefined: any protocol. */
export function protocolNumber(protocol: string | null): number | undefined {
  return protocol === null ? undefined : (NUMBERS[protocol] ?? Number(protocol));
}

/** What of a rule's protocol is compared with others: name and number, so that `tcp` and `6` are one. */
export function protocolKey(protocol: string, ethertype: string): string {
  const name = canonicalProtocol(protocol, ethertype) ?? protocol;
  const number = NUMBERS[name];
  if (number !== undefined) return `${name} ${number}`;
  const known = Object.keys(NUMBERS).findLast((one) => one !== "icmpv6" && String(NUMBERS[one]) === name);
  return `${known ?? name} ${name}`;
}

/** ICMP of IPv6 is kept as what it is, whatever the client called it. */
export function canonicalProtocol(protocol: string | null, ethertype: string): string | null {
  if (ethertype !== "IPv6" || protocol === null) return protocol;
  if (OLD_ICMPV6.includes(protocol)) return "ipv6-icmp";
  return protocol === String(ICMP) ? String(ICMPV6) : protocol;
}

export function isIpv6Only(protocol: string): boolean {
  return IPV6_ONLY.has(protocol) || IPV6_ONLY_NUMBERS.has(protocol);
}
