/** Packets as bytes and back, for tests that speak to the real kernel: IPv4 over Ethernet, and ARP. */
import { formatIpv4, formatMac, parseIpv4, parseMac } from "../../../net/address.ts";
import type { L4, Packet, VlanTag } from "../../../net/packet.ts";

const PAYLOAD = Buffer.from("underlay");

export function encodeFrame(p: Packet): string {
  const head = Buffer.alloc(12);
  head.writeUIntBE(parseMac(p.ethDst) ?? 0, 0, 6);
  head.writeUIntBE(parseMac(p.ethSrc) ?? 0, 6, 6);
  const tags = p.vlans.map((v) => u16(v.tpid, (v.pcp << 13) | v.vid));
  return Buffer.concat([head, ...tags, u16(p.ethType), p.arp ? encodeArp(p) : encodeIp(p)]).toString("hex");
}

function u16(...values: number[]): Buffer {
  const b = Buffer.alloc(values.length * 2);
  for (const [i, v] of values.entries()) b.writeUInt16BE(v & 0xffff, i * 2);
  return b;
}

function encodeArp(p: Packet): Buffer {
  const { arp } = p;
  if (!arp) return Buffer.alloc(0);
  const b = Buffer.alloc(28);
  u16(1, 0x0800, 0x0604, arp.op).copy(b);
  b.writeUIntBE(parseMac(arp.sha) ?? 0, 8, 6);
  b.writeUInt32BE(parseIpv4(arp.spa) ?? 0, 14);
  b.writeUIntBE(parseMac(arp.tha) ?? 0, 18, 6);
  b.writeUInt32BE(parseIpv4(arp.tpa) ?? 0, 24);
  return b;
}

export function encodeIp(p: Packet): Buffer {
  const { ip } = p;
  if (!ip) return Buffer.alloc(0);
  const body = encodeL4(p);
  const b = Buffer.alloc(20);
  b.writeUInt16BE(0x4500 | ip.tos, 0);
  b.writeUInt16BE(20 + body.length, 2);
  b.writeUInt16BE(ip.df ? 0x4000 : 0, 6);
  b.writeUInt8(ip.ttl, 8);
  b.writeUInt8(ip.proto, 9);
  b.writeUInt32BE(parseIpv4(ip.src) ?? 0, 12);
  b.writeUInt32BE(parseIpv4(ip.dst) ?? 0, 16);
  b.writeUInt16BE(checksum(b), 10);
  return Buffer.concat([b, body]);
}

function encodeL4(p: Packet): Buffer {
  const { l4, ip } = p;
  if (!l4 || !ip) return PAYLOAD;
  switch (l4.kind) {
    case "icmp": {
      const quoted = p.quoted ? encodeIp(p.quoted) : PAYLOAD;
      const b = Buffer.concat([u16((l4.type << 8) | l4.code, 0, l4.id, l4.seq), quoted]);
      b.writeUInt16BE(checksum(b), 2);
      return b;
    }
    case "udp": {
      const b = Buffer.concat([u16(l4.src, l4.dst, 8 + PAYLOAD.length, 0), PAYLOAD]);
      b.writeUInt16BE(checksum(Buffer.concat([pseudo(p, b.length), b])) || 0xffff, 6);
      return b;
    }
    case "tcp": {
      const b = Buffer.alloc(20);
      u16(l4.src, l4.dst).copy(b);
      b.writeUInt32BE(1000, 4);
      b.writeUInt32BE(l4.flags & 16 ? 1000 : 0, 8);
      b.writeUInt16BE(0x5000 | l4.flags, 12);
      b.writeUInt16BE(64000, 14);
      b.writeUInt16BE(checksum(Buffer.concat([pseudo(p, b.length), b])), 16);
      return b;
    }
    default:
      throw new Error(`no bytes for ${l4.kind}`);
  }
}

function pseudo(p: Packet, length: number): Buffer {
  const b = Buffer.alloc(12);
  b.writeUInt32BE(parseIpv4(p.ip?.src ?? "") ?? 0, 0);
  b.writeUInt32BE(parseIpv4(p.ip?.dst ?? "") ?? 0, 4);
  b.writeUInt16BE(p.ip?.proto ?? 0, 8);
  b.writeUInt16BE(length, 10);
  return b;
}

function checksum(b: Buffer): number {
  let sum = 0;
  for (let i = 0; i < b.length; i += 2) sum += i + 1 < b.length ? b.readUInt16BE(i) : (b[i] ?? 0) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

export function decodeFrame(hex: string): Packet {
  const b = Buffer.from(hex, "hex");
  const vlans: VlanTag[] = [];
  let at = 12;
  while (b.readUInt16BE(at) === 0x8100 || b.readUInt16BE(at) === 0x88a8) {
    const tci = b.readUInt16BE(at + 2);
    vlans.push({ tpid: b.readUInt16BE(at), vid: tci & 0xfff, pcp: tci >> 13 });
    at += 4;
  }
  const p: Packet = {
    ethDst: formatMac(b.readUIntBE(0, 6)),
    ethSrc: formatMac(b.readUIntBE(6, 6)),
    ethType: b.readUInt16BE(at),
    vlans,
    l3Length: b.length - at - 2,
  };
  const body = b.subarray(at + 2);
  if (p.ethType === 0x0806) {
    p.arp = {
      op: body.readUInt16BE(6),
      sha: formatMac(body.readUIntBE(8, 6)),
      spa: formatIpv4(body.readUInt32BE(14)),
      tha: formatMac(body.readUIntBE(18, 6)),
      tpa: formatIpv4(body.readUInt32BE(24)),
    };
    p.l3Length = 28;
  } else if (p.ethType === 0x0800) Object.assign(p, decodeIp(body));
  return p;
}

function decodeIp(b: Buffer): Pick<Packet, "ip" | "l4" | "quoted" | "l3Length"> {
  const size = (b.readUInt8(0) & 15) * 4;
  const out: Pick<Packet, "ip" | "l4" | "quoted" | "l3Length"> = { l3Length: b.readUInt16BE(2) };
  out.ip = {
    version: 4,
    src: formatIpv4(b.readUInt32BE(12)),
    dst: formatIpv4(b.readUInt32BE(16)),
    proto: b.readUInt8(9),
    ttl: b.readUInt8(8),
    tos: b.readUInt8(1),
    df: (b.readUInt16BE(6) & 0x4000) !== 0,
  };
  const body = b.subarray(size);
  out.l4 = decodeL4(out.ip.proto, body);
  if (out.l4?.kind === "icmp" && [3, 5, 11, 12].includes(out.l4.type)) {
    out.l4 = { ...out.l4, id: 0, seq: 0 };
    out.quoted = { ethSrc: "", ethDst: "", ethType: 0x0800, vlans: [], ...decodeIp(body.subarray(8)) };
  }
  return out;
}

function decodeL4(proto: number, b: Buffer): L4 | undefined {
  if (proto === 1)
    return { kind: "icmp", type: b.readUInt8(0), code: b.readUInt8(1), id: b.readUInt16BE(4), seq: b.readUInt16BE(6) };
  if (proto === 17) return { kind: "udp", src: b.readUInt16BE(0), dst: b.readUInt16BE(2) };
  if (proto === 6)
    return {
      kind: "tcp",
      src: b.readUInt16BE(0),
      dst: b.readUInt16BE(2),
      flags: b.length > 13 ? b.readUInt8(13) & 63 : 0,
    };
  return undefined;
}

/** The L3 length that `encodeFrame` will give. */
export function lengthOf(p: Packet): number {
  return p.arp ? 28 : encodeIp(p).length;
}
