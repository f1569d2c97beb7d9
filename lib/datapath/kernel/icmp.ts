/** Answers that a kernel sends about a packet that it will not carry: ICMP, ICMPv6 and TCP resets. Rate limits are not modelled. */
import type { Namespace } from "../../host/state.ts";
import { isMulticastIp, ZERO_MAC } from "../../net/address.ts";
import type { IpHeader, L4, Packet } from "../../net/packet.ts";
import { addressType, isLocalAddress } from "./addrtype.ts";
import { routeOutput } from "./routing.ts";
import { FRESH_SKB, type Skb } from "./skb.ts";
import { TCP_ACK, TCP_RST } from "./tcpstate.ts";
import { ICMP, ICMP6, TCP } from "./tuple.ts";

export type IcmpErrorReason =
  | "ttl-exceeded"
  | "frag-needed"
  | "net-unreachable"
  | "host-unreachable"
  | "proto-unreachable"
  | "port-unreachable"
  | "net-prohibited"
  | "host-prohibited"
  | "admin-prohibited"
  | "tcp-reset";

export interface IcmpError {
  reason: IcmpErrorReason;
  /** Next-hop MTU of frag-needed. */
  mtu?: number;
  /** The answer, without Ethernet addresses; source address chosen, ready for output routing. */
  packet: Packet;
  /** To be sent with: conntrack takes the answer for related to the offender's connection (nf_ct_attach). */
  skb: Skb;
}

/** Type and code (RFC 792, RFC 1812; RFC 4443). */
const V4: Record<Exclude<IcmpErrorReason, "tcp-reset">, [number, number]> = {
  "ttl-exceeded": [11, 0],
  "frag-needed": [3, 4],
  "net-unreachable": [3, 0],
  "host-unreachable": [3, 1],
  "proto-unreachable": [3, 2],
  "port-unreachable": [3, 3],
  "net-prohibited": [3, 9],
  "host-prohibited": [3, 10],
  "admin-prohibited": [3, 13],
};
const V6: Record<Exclude<IcmpErrorReason, "tcp-reset">, [number, number]> = {
  "ttl-exceeded": [3, 0],
  "frag-needed": [2, 0],
  "net-unreachable": [1, 0],
  "host-unreachable": [1, 3],
  "proto-unreachable": [4, 1],
  "port-unreachable": [1, 4],
  "net-prohibited": [1, 1],
  "host-prohibited": [1, 1],
  "admin-prohibited": [1, 1],
};

/**
 * The error that `ns` sends about `packet`, which came in by `iif` (absent for its own). Undefined where the kernel stays
 * silent: about errors, broadcasts, later fragments, senders that are no host, and where it has no route back
 * (icmp_send of net/ipv4/icmp.c, icmp6_send of net/ipv6/icmp.c). `about.skb` is the offender's, except after delivery
 * to a protocol (a closed UDP port): by then the kernel has let go of its connection.
 */
export function icmpError(
  ns: Namespace,
  packet: Packet,
  reason: IcmpErrorReason,
  about: { skb?: Skb; mtu?: number } = {},
): IcmpError | undefined {
  const { ip, l4 } = packet;
  if (!ip) return undefined;
  const skb = attached(about.skb);
  if (reason === "tcp-reset") return tcpReset(packet, skb);
  if (ip.fragment === "later" || "13579bdf".includes(packet.ethDst.charAt(1))) return undefined;
  if (isMulticastIp(ip.dst) && !(ip.version === 6 && reason === "frag-needed")) return undefined;
  if (l4 && isErrorAboutError(l4)) return undefined;
  if (ip.version === 4 && (addressType(ns, ip.src) === "BROADCAST" || addressType(ns, ip.dst) === "BROADCAST"))
    return undefined;
  if (isMulticastIp(ip.src) || ip.src === "::" || ip.src === "0.0.0.0") return undefined;
  const src = isLocalAddress(ns, ip.dst) ? ip.dst : sourceTowards(ns, ip.src);
  if (src === undefined) return undefined;
  const v4 = ip.version === 4;
  const [type, code] = (v4 ? V4 : V6)[reason];
  const header: IpHeader = {
    version: ip.version,
    src,
    dst: ip.src,
    proto: v4 ? ICMP : ICMP6,
    ttl: 64,
    // Precedence "internetwork control" (icmp_send).
    tos: v4 ? (ip.tos & 0x1e) | 0xc0 : 0,
    df: false,
  };
  const answer: Packet = {
    ethSrc: ZERO_MAC,
    ethDst: ZERO_MAC,
    ethType: v4 ? 0x0800 : 0x86dd,
    vlans: [],
    ip: header,
    l4: { kind: v4 ? "icmp" : "icmp6", type, code, id: 0, seq: 0 },
    quoted: { ...packet, quoted: undefined, encap: undefined, vlans: [] },
    l3Length: v4 ? Math.min(576, 28 + packet.l3Length) : Math.min(1280, 48 + packet.l3Length),
  };
  return { reason, packet: answer, skb, ...(about.mtu !== undefined && { mtu: about.mtu }) };
}

/** nf_ct_attach: the answer to a packet of one direction goes in the other. */
function attached(about: Skb | undefined): Skb {
  const ct = about?.ct;
  if (!ct?.connection) return FRESH_SKB;
  const direction = ct.direction === "original" ? "reply" : "original";
  return {
    mark: 0,
    ct: { state: "related", direction, zone: ct.connection.zones[direction], connection: ct.connection },
  };
}

function isErrorAboutError(l4: L4): boolean {
  if (l4.kind === "icmp") return ![0, 8, 9, 10, 13, 14, 15, 16, 17, 18].includes(l4.type);
  return l4.kind === "icmp6" && (l4.type < 128 || l4.type === 137);
}

function sourceTowards(ns: Namespace, dst: string): string | undefined {
  const route = routeOutput(ns, { dst });
  return route.kind === "drop" || route.kind === "unknown" ? undefined : route.src;
}

/** nf_send_reset: from the address that was meant, whoever sends it. */
function tcpReset(packet: Packet, skb: Skb): IcmpError | undefined {
  const { ip, l4 } = packet;
  if (!ip || l4?.kind !== "tcp" || l4.flags & TCP_RST) return undefined;
  const v4 = ip.version === 4;
  return {
    reason: "tcp-reset",
    skb,
    packet: {
      ethSrc: ZERO_MAC,
      ethDst: ZERO_MAC,
      ethType: v4 ? 0x0800 : 0x86dd,
      vlans: [],
      ip: { version: ip.version, src: ip.dst, dst: ip.src, proto: TCP, ttl: 64, tos: 0, df: v4 },
      l4: { kind: "tcp", src: l4.dst, dst: l4.src, flags: l4.flags & TCP_ACK ? TCP_RST : TCP_RST | TCP_ACK },
      l3Length: v4 ? 40 : 60,
    },
  };
}

/** The reset of a host where nothing listens at the port; it keeps the type of service of the question (tcp_v4_send_reset). */
export function refusal(packet: Packet): Packet | undefined {
  const reset = tcpReset(packet, FRESH_SKB)?.packet;
  return reset?.ip && packet.ip ? { ...reset, ip: { ...reset.ip, tos: packet.ip.tos & 0xfc } } : undefined;
}
