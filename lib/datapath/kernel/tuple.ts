/** Tuples of conntrack: what names one direction of a connection (net/netfilter/nf_conntrack_core.c). */
import type { ConntrackTuple } from "../../host/state.ts";
import type { IpHeader, L4, Packet } from "../../net/packet.ts";

export interface CtTuple {
  src: string;
  dst: string;
  proto: number;
  /** Source port, or ICMP id. */
  sport: number;
  /** Destination port, or ICMP type × 256 + code. */
  dport: number;
}

export const ICMP = 1;
export const TCP = 6;
export const ICMP6 = 58;

/** ICMP types that ask and the types that answer them (nf_conntrack_proto_icmp.c, …_icmpv6.c: invmap). */
const ANSWERS: Record<number, Record<number, number>> = {
  [ICMP]: { 8: 0, 0: 8, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17 },
  [ICMP6]: { 128: 129, 129: 128, 139: 140, 140: 139 },
};

export function isIcmp(proto: number): boolean {
  return proto === ICMP || proto === ICMP6;
}

/** Undefined for what is no IP packet or has lost its ports (a later fragment). */
export function tupleOf(packet: Packet): CtTuple | undefined {
  const { ip, l4 } = packet;
  if (!ip || ip.fragment === "later") return undefined;
  const t: CtTuple = { src: ip.src, dst: ip.dst, proto: ip.proto, sport: 0, dport: 0 };
  if (l4) fillPorts(t, l4);
  return t;
}

function fillPorts(t: CtTuple, l4: L4): void {
  switch (l4.kind) {
    case "icmp":
    case "icmp6":
      t.sport = l4.id;
      t.dport = l4.type * 256 + l4.code;
      return;
    case "tcp":
    case "udp":
    case "sctp":
      t.sport = l4.src;
      t.dport = l4.dst;
  }
}

/** The tuple of a packet that answers; undefined for ICMP types that nothing answers. */
export function invertTuple(t: CtTuple): CtTuple | undefined {
  if (!isIcmp(t.proto)) return { src: t.dst, dst: t.src, proto: t.proto, sport: t.dport, dport: t.sport };
  const type = ANSWERS[t.proto]?.[t.dport >> 8];
  if (type === undefined) return undefined;
  return { src: t.dst, dst: t.src, proto: t.proto, sport: t.sport, dport: type * 256 + (t.dport & 255) };
}

export function tupleKey(t: CtTuple): string {
  return `${t.proto}|${t.src}|${t.sport}|${t.dst}|${t.dport}`;
}

export function sameTuple(a: CtTuple, b: CtTuple): boolean {
  return a.src === b.src && a.dst === b.dst && a.sport === b.sport && a.dport === b.dport && a.proto === b.proto;
}

export function recordedTuple(t: ConntrackTuple, proto: number): CtTuple {
  if (isIcmp(proto)) {
    return { src: t.src, dst: t.dst, proto, sport: t.icmpId ?? 0, dport: (t.icmpType ?? 0) * 256 + (t.icmpCode ?? 0) };
  }
  return { src: t.src, dst: t.dst, proto, sport: t.sport ?? 0, dport: t.dport ?? 0 };
}

/** Rewrites one side of a packet's addresses and ports to those of a tuple. ICMP ids follow `sport` at both sides. */
export function rewriteSide(packet: Packet, t: CtTuple, side: "src" | "dst"): Packet {
  const { ip, l4 } = packet;
  if (!ip) return packet;
  const header: IpHeader = side === "src" ? { ...ip, src: t.src } : { ...ip, dst: t.dst };
  if (!l4) return { ...packet, ip: header };
  switch (l4.kind) {
    case "icmp":
    case "icmp6":
      // Errors carry no id: theirs is in the packet they quote (nf_nat_proto.c, icmp_manip_pkt).
      return { ...packet, ip: header, l4: packet.quoted || !isIcmp(t.proto) ? l4 : { ...l4, id: t.sport } };
    case "tcp":
    case "udp":
    case "sctp":
      if (ip.proto !== t.proto) return { ...packet, ip: header };
      return { ...packet, ip: header, l4: side === "src" ? { ...l4, src: t.sport } : { ...l4, dst: t.dport } };
  }
}
