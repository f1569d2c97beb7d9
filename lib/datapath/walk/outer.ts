/** The underlay's view of an encapsulated frame: a plain UDP or GRE packet, for everything that looks at outer headers. */
import type { Encapsulation, Packet, VlanTag } from "../../net/packet.ts";

export const VXLAN_PORT = 4789;
export const GENEVE_PORT = 6081;

const ETHERNET = 14;
const VLAN = 4;
const HEADERS = { vxlan: 20 + 8 + 8, geneve: 20 + 8 + 8, gre: 20 + 8 } as const;

/** Outer L3 length in bytes for an inner frame. */
export function outerLength(kind: Encapsulation["kind"], inner: Packet): number {
  return HEADERS[kind] + ETHERNET + VLAN * inner.vlans.length + inner.l3Length;
}

/** The frame as the wire and the host's stack see it; the packet itself when it is in no tunnel. */
export function outerOf(packet: Packet): Packet {
  const e = packet.encap;
  if (!e) return packet;
  const udp = e.kind !== "gre";
  return {
    ethSrc: e.ethSrc ?? "00:00:00:00:00:00",
    ethDst: e.ethDst ?? "00:00:00:00:00:00",
    ethType: e.dst.includes(":") ? 0x86dd : 0x0800,
    vlans: e.vlans ?? [],
    ip: {
      version: e.dst.includes(":") ? 6 : 4,
      src: e.src,
      dst: e.dst,
      proto: udp ? 17 : 47,
      ttl: 64,
      tos: packet.ip?.tos ?? 0,
      df: true,
    },
    ...(udp
      ? {
          l4: {
            kind: "udp" as const,
            src: sourcePort(packet),
            dst: e.dstPort ?? (e.kind === "vxlan" ? VXLAN_PORT : GENEVE_PORT),
          },
        }
      : {}),
    l3Length: outerLength(e.kind, packet),
  };
}

/** Senders hash the inner headers into 32768–60999; which value it is matters to nobody. */
function sourcePort(packet: Packet): number {
  let h = 0;
  for (const text of [packet.ethSrc, packet.ethDst, packet.ip?.src ?? "", packet.ip?.dst ?? ""])
    for (let i = 0; i < text.length; i++) h = (h * 31 + text.charCodeAt(i)) >>> 0;
  return 32768 + (h % 28232);
}

/** Puts what happened to the outer packet back around the inner one. */
export function rewrap(outer: Packet, original: Packet): Packet {
  const e = original.encap;
  if (!e) return outer;
  return {
    ...original,
    encap: {
      ...e,
      ethSrc: outer.ethSrc,
      ethDst: outer.ethDst,
      src: outer.ip?.src ?? e.src,
      dst: outer.ip?.dst ?? e.dst,
      vlans: outer.vlans,
    },
  };
}

export function outerVlan(packet: Packet): VlanTag | undefined {
  return packet.encap ? packet.encap.vlans?.[0] : packet.vlans[0];
}

export function pushVlan(packet: Packet, tag: VlanTag): Packet {
  if (!packet.encap) return { ...packet, vlans: [tag, ...packet.vlans] };
  return { ...packet, encap: { ...packet.encap, vlans: [tag, ...(packet.encap.vlans ?? [])] } };
}

export function popVlan(packet: Packet): Packet {
  if (!packet.encap) return { ...packet, vlans: packet.vlans.slice(1) };
  return { ...packet, encap: { ...packet.encap, vlans: (packet.encap.vlans ?? []).slice(1) } };
}
