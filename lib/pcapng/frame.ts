/** A PacketView as the bytes of a frame: real headers, real checksums, nothing cut off. */
import type { PacketView } from "../net/packet.ts";
import { checksum, crc32c, filler, ip4Bytes, ip6Bytes, l4Checksum, macBytes, u16, u32 } from "./bytes.ts";
import { dhcpBytes } from "./dhcp.ts";

const VXLAN_PORT = 4789;
const GENEVE_PORT = 6081;
const TRANSPARENT_ETHERNET = 0x6558;
/** Where a `later` fragment starts, in units of 8 bytes: the first one of a 1500-byte link. */
const SECOND_FRAGMENT = 185;
/** Encapsulating kernels send the outer packet with this TTL unless told otherwise. */
const OUTER_TTL = 64;

/** The frame that a capture shows, with its tunnel around it where there is one. */
export function frameBytes(packet: PacketView): number[] {
  const inner = ethernet(packet);
  const tunnel = packet.vxlan ?? packet.geneve ?? packet.gre;
  if (!tunnel) return inner;
  const udp = (port: number, header: number[]) => {
    const length = 8 + header.length + inner.length;
    // A zero checksum is what VXLAN and Geneve over IPv4 send (RFC 7348 5).
    return outerIp(tunnel, 17, [...u16(sourcePort(packet)), ...u16(port), ...u16(length), 0, 0, ...header, ...inner]);
  };
  if (packet.vxlan) return udp(VXLAN_PORT, [0x08, 0, 0, 0, ...vni(packet.vxlan.vni), 0]);
  if (packet.geneve) return udp(GENEVE_PORT, [0, 0, ...u16(TRANSPARENT_ETHERNET), ...vni(packet.geneve.vni), 0]);
  const key = packet.gre?.key ?? 0;
  return outerIp(tunnel, 47, [0x20, 0, ...u16(TRANSPARENT_ETHERNET), ...u32(key), ...inner]);
}

function vni(value: number): number[] {
  return u32(value).slice(1);
}

/** Like the kernel's, from the inner flow, so that one flow keeps one port. */
function sourcePort(packet: PacketView): number {
  const text = `${packet.eth_src}${packet.eth_dst}${packet.ip_src ?? ""}${packet.ip_dst ?? ""}`;
  let hash = 17;
  for (const char of text) hash = (hash * 31 + char.charCodeAt(0)) & 0xffff;
  return 32768 + (hash % 28232);
}

function outerIp(
  ends: { src: string; dst: string; eth_src?: string; eth_dst?: string },
  proto: number,
  payload: number[],
): number[] {
  const six = ends.src.includes(":");
  const header = six
    ? ip6Header({ src: ends.src, dst: ends.dst, ttl: OUTER_TTL, tos: 0, proto }, payload.length)
    : ip4Header(
        { src: ends.src, dst: ends.dst, ttl: OUTER_TTL, tos: 0, proto, df: true, id: 0, fragment: 0 },
        payload.length,
      );
  if (six && proto === 17) {
    const sum = l4Checksum(ip6Bytes(ends.src), ip6Bytes(ends.dst), 17, payload);
    payload.splice(6, 2, ...u16(sum || 0xffff));
  }
  return [...macBytes(ends.eth_dst), ...macBytes(ends.eth_src), ...u16(six ? 0x86dd : 0x0800), ...header, ...payload];
}

function ethernet(packet: PacketView): number[] {
  const tags: number[] = [];
  if (packet.vlan !== undefined) {
    const stacked = packet.inner_vlan !== undefined;
    tags.push(...u16(stacked ? 0x88a8 : 0x8100), ...u16(((packet.vlan_pcp ?? 0) << 13) | packet.vlan));
    if (packet.inner_vlan !== undefined) tags.push(...u16(0x8100), ...u16(packet.inner_vlan));
  }
  return [
    ...macBytes(packet.eth_dst),
    ...macBytes(packet.eth_src),
    ...tags,
    ...u16(packet.eth_type),
    ...payload(packet),
  ];
}

function payload(packet: PacketView): number[] {
  if (packet.arp_op !== undefined) return arp(packet);
  if (packet.ip_src === undefined || packet.ip_dst === undefined) return filler(packet.length);
  return network(packet, packet.length);
}

function arp(packet: PacketView): number[] {
  return [
    ...u16(1),
    ...u16(0x0800),
    6,
    4,
    ...u16(packet.arp_op ?? 1),
    ...macBytes(packet.arp_sha),
    ...ip4Bytes(packet.arp_spa),
    ...macBytes(packet.arp_tha),
    ...ip4Bytes(packet.arp_tpa),
  ];
}

interface IpFields {
  src: string;
  dst: string;
  ttl: number;
  tos: number;
  proto: number;
}

function ip4Header(ip: IpFields & { df: boolean; id: number; fragment: number }, payloadLength: number): number[] {
  const flags = (ip.df ? 0x4000 : 0) | ip.fragment;
  const head = [
    0x45,
    ip.tos,
    ...u16(20 + payloadLength),
    ...u16(ip.id),
    ...u16(flags),
    ip.ttl,
    ip.proto,
    0,
    0,
    ...ip4Bytes(ip.src),
    ...ip4Bytes(ip.dst),
  ];
  head.splice(10, 2, ...u16(checksum(head)));
  return head;
}

function ip6Header(ip: IpFields, payloadLength: number): number[] {
  return [
    0x60 | (ip.tos >>> 4),
    (ip.tos & 0xf) << 4,
    0,
    0,
    ...u16(payloadLength),
    ip.proto,
    ip.ttl,
    ...ip6Bytes(ip.src),
    ...ip6Bytes(ip.dst),
  ];
}

/** An IP packet of about `length` bytes; never shorter than its headers need. */
function network(packet: PacketView, length: number): number[] {
  const src = packet.ip_src ?? "";
  const dst = packet.ip_dst ?? "";
  const six = src.includes(":");
  const room = Math.max(0, length - (six ? 40 : 20));
  const [from, to] = six ? [ip6Bytes(src), ip6Bytes(dst)] : [ip4Bytes(src), ip4Bytes(dst)];
  const proto = packet.ip_proto ?? 0;
  const body = packet.frag === "later" ? filler(room) : transport(packet, proto, from, to, room);
  const fields = { src, dst, ttl: packet.ttl ?? 64, tos: packet.tos ?? 0, proto };
  if (six) return [...ip6Header(fields, body.length), ...body];
  const fragment = packet.frag === "first" ? 0x2000 : packet.frag === "later" ? SECOND_FRAGMENT : 0;
  const id = packet.df ? 0 : ((packet.icmp_seq ?? 0) + (packet.icmp_id ?? packet.tp_src ?? 0)) & 0xffff;
  return [...ip4Header({ ...fields, df: packet.df === true, id, fragment }, body.length), ...body];
}

function transport(
  packet: PacketView,
  proto: number,
  src: readonly number[],
  dst: readonly number[],
  room: number,
): number[] {
  switch (proto) {
    case 1:
      return sealed(icmp(packet, room), 2, (bytes) => checksum(bytes));
    case 58:
      return sealed(icmp6(packet, room), 2, (bytes) => l4Checksum(src, dst, 58, bytes));
    case 6:
      return sealed(tcp(packet, room), 16, (bytes) => l4Checksum(src, dst, 6, bytes));
    case 17:
      return sealed(udp(packet, room), 6, (bytes) => l4Checksum(src, dst, 17, bytes) || 0xffff);
    case 132:
      return sctp(packet);
    default:
      return filler(room);
  }
}

/** Fills in a 16-bit checksum that was computed over zeros. */
function sealed(bytes: number[], at: number, sum: (bytes: readonly number[]) => number): number[] {
  bytes.splice(at, 2, ...u16(sum(bytes)));
  return bytes;
}

function icmp(packet: PacketView, room: number): number[] {
  const head = [packet.icmp_type ?? 8, packet.icmp_code ?? 0, 0, 0];
  // The next hop's MTU (RFC 1191) is not part of the view: zero, as routers send that do not know it.
  if (packet.quoted) return [...head, ...u32(0), ...quote(packet.quoted, room - 8)];
  return [...head, ...u16(packet.icmp_id ?? 0), ...u16(packet.icmp_seq ?? 0), ...filler(room - 8)];
}

/** As much of the quoted packet as an error carries (RFC 792: its header and eight bytes; Linux: up to 548). */
function quote(packet: PacketView, room: number): number[] {
  const whole = network(packet, packet.length);
  return whole.slice(0, Math.max(28, Math.min(whole.length, room)));
}

function icmp6(packet: PacketView, room: number): number[] {
  const type = packet.icmp_type ?? 128;
  const head = [type, packet.icmp_code ?? 0, 0, 0];
  if (type === 135 || type === 136) {
    const flags = type === 136 ? 0x60000000 : 0;
    return [
      ...head,
      ...u32(flags),
      ...ip6Bytes(packet.nd_target ?? "::"),
      type === 136 ? 2 : 1,
      1,
      ...macBytes(packet.eth_src),
    ];
  }
  if (packet.quoted) return [...head, ...u32(type === 2 ? 1280 : 0), ...quote(packet.quoted, room - 8)];
  return [...head, ...u16(packet.icmp_id ?? 0), ...u16(packet.icmp_seq ?? 0), ...filler(room - 8)];
}

function tcp(packet: PacketView, room: number): number[] {
  const flags = packet.tcp_flags ?? 0x02;
  const extra = Math.max(0, room - 20);
  // A SYN carries options, not data.
  const options = flags & 0x02 ? synOptions(Math.min(40, extra - (extra % 4))) : [];
  const data = flags & 0x02 ? [] : filler(extra);
  const ack = flags & 0x10 ? 1 : 0;
  return [
    ...u16(packet.tp_src ?? 0),
    ...u16(packet.tp_dst ?? 0),
    ...u32(flags & 0x02 && !ack ? 0 : 1),
    ...u32(ack),
    ((20 + options.length) / 4) << 4,
    flags,
    ...u16(64240),
    0,
    0,
    0,
    0,
    ...options,
    ...data,
  ];
}

/** What Linux opens a connection with; another length gets the segment size alone and padding. */
function synOptions(length: number): number[] {
  if (length < 4) return [];
  const mss = [2, 4, ...u16(1460)];
  if (length === 20) return [...mss, 4, 2, 8, 10, ...u32(1), ...u32(0), 1, 3, 3, 7];
  return [...mss, ...Array.from({ length: length - 4 }, () => 0)];
}

function udp(packet: PacketView, room: number): number[] {
  const data = packet.dhcp
    ? dhcpBytes(packet.dhcp, room - 8, packet.ip_src === "0.0.0.0" || packet.tp_src === 67 ? undefined : packet.ip_src)
    : filler(room - 8);
  return [...u16(packet.tp_src ?? 0), ...u16(packet.tp_dst ?? 0), ...u16(8 + data.length), 0, 0, ...data];
}

/** An INIT chunk: what opens an association. */
function sctp(packet: PacketView): number[] {
  const chunk = [1, 0, ...u16(20), ...u32(1), ...u32(65535), ...u16(10), ...u16(10), ...u32(1)];
  const bytes = [...u16(packet.tp_src ?? 0), ...u16(packet.tp_dst ?? 0), ...u32(0), 0, 0, 0, 0, ...chunk];
  const crc = crc32c(bytes);
  bytes.splice(8, 4, crc & 0xff, (crc >>> 8) & 0xff, (crc >>> 16) & 0xff, (crc >>> 24) & 0xff);
  return bytes;
}
