/**
 * Protocols as iptables names them. Sources: neutron_lib/constants.py IPTABLES_PROTOCOL_NAME_MAP and /etc/protocols
 * (netbase), which the driver reads over it.
 */

/** What the API calls otherwise than iptables. */
const RENAMED: Readonly<Record<string, string>> = {
  "ipv6-encap": "ipv6",
  icmpv6: "ipv6-icmp",
  pgm: "113",
};

const BY_NUMBER: Readonly<Record<number, string>> = {
  ...{ 1: "icmp", 2: "igmp", 3: "ggp", 4: "ipencap", 5: "st", 6: "tcp", 8: "egp", 9: "igp", 12: "pup", 17: "udp" },
  ...{ 20: "hmp", 22: "xns-idp", 27: "rdp", 29: "iso-tp4", 33: "dccp", 36: "xtp", 37: "ddp", 38: "idpr-cmtp" },
  ...{ 41: "ipv6", 43: "ipv6-route", 44: "ipv6-frag", 45: "idrp", 46: "rsvp", 47: "gre", 50: "esp", 51: "ah" },
  ...{ 57: "skip", 58: "ipv6-icmp", 59: "ipv6-nonxt", 60: "ipv6-opts", 73: "rspf", 81: "vmtp", 88: "eigrp" },
  ...{ 89: "ospf", 93: "ax.25", 94: "ipip", 97: "etherip", 98: "encap", 103: "pim", 108: "ipcomp", 112: "vrrp" },
  ...{ 115: "l2tp", 124: "isis", 132: "sctp", 133: "fc", 135: "mobility-header", 136: "udplite" },
  ...{ 137: "mpls-in-ip", 138: "manet", 139: "hip", 140: "shim6", 141: "wesp", 142: "rohc", 143: "ethernet" },
};

/** Undefined for any: no `-p`. Number 0 is any to iptables, by whatever name. */
export function protocolName(protocol: string | null): string | undefined {
  if (protocol === null || ["", "0", "ip", "hopopt", "any"].includes(protocol)) return undefined;
  return RENAMED[protocol] ?? (/^\d+$/.test(protocol) ? (BY_NUMBER[Number(protocol)] ?? protocol) : protocol);
}

/** `-m` words that iptables brings in by itself when ports or types are asked for. IPTABLES_PROTOCOL_MAP */
export const EXTENSION: Readonly<Record<string, string>> = {
  ...{ dccp: "dccp", icmp: "icmp", "ipv6-icmp": "icmp6", sctp: "sctp", tcp: "tcp", udp: "udp" },
};

/** Protocols with ports. neutron/common/_constants.py SG_PORT_PROTO_NAMES */
export const WITH_PORTS: ReadonlySet<string> = new Set(["dccp", "sctp", "tcp", "udp", "udplite"]);

/** No match extension of its own: only `-m multiport`. */
export const MULTIPORT_ONLY = "udplite";
