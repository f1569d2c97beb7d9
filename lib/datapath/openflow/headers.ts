/** Packet to flow key and back (lib/flow.c miniflow_extract). Packets stay as they are where no header word changed. */

import { formatIpv4, formatIpv6, formatMac, parseIpv4, parseIpv6, parseMac } from "../../net/openflow/value.ts";
import type { IpHeader, L4, Packet, VlanTag } from "../../net/packet.ts";
import { type FlowKey, HEADER_END, lendKey, newKey, VLAN_CFI, W } from "./key.ts";

const CACHE_LIMIT = 50_000;

/** The same few addresses come again and again: text to words, remembered. */
function remember<K, V>(read: (key: K) => V): (key: K) => V {
  let known = new Map<K, V>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      if (known.size > CACHE_LIMIT) known = new Map();
      value = read(key);
      known.set(key, value);
    }
    return value;
  };
}

const macWords = remember((text: string) => parseMac(text) ?? ([0, 0] as [number, number]));
const ipv4Word = remember((text: string) => parseIpv4(text) ?? 0);
const ipv6Words = remember((text: string) => parseIpv6(text) ?? [0, 0, 0, 0]);
const macText = remember((n: number) => formatMac(Math.floor(n / 0x100000000), n % 0x100000000));
const ipv4Text = remember(formatIpv4);

/** A packet inside a switch: its key, and what the key does not hold. */
export interface KeyedPacket {
  key: FlowKey;
  base: Packet;
  /** The key as it was when `base` came in. */
  baseKey: FlowKey;
  /** Tags below those that the switch looks at (other_config:vlan-limit). */
  hidden: readonly VlanTag[];
}

function putMac(key: FlowKey, word: number, text: string): void {
  const m = macWords(text);
  key[word] = m[0];
  key[word + 1] = m[1];
}

function putIpv6(key: FlowKey, word: number, text: string): void {
  key.set(ipv6Words(text), word);
}

/** Fills the header words of a key; metadata words stay. */
export function putHeaders(key: FlowKey, p: Packet, vlanLimit: number): readonly VlanTag[] {
  key.fill(0, W.DL_TYPE, HEADER_END);
  putMac(key, W.DL_SRC, p.ethSrc);
  putMac(key, W.DL_DST, p.ethDst);
  const seen = Math.min(p.vlans.length, vlanLimit);
  for (let i = 0; i < seen; i++) {
    const tag = p.vlans[i] as VlanTag;
    key[W.VLAN0 + 2 * i] = (tag.pcp << 13) | VLAN_CFI | tag.vid;
    key[W.TPID0 + 2 * i] = tag.tpid;
  }
  const hidden = p.vlans.length > seen ? p.vlans.slice(seen) : [];
  if (hidden.length > 0) {
    key[W.DL_TYPE] = (hidden[0] as VlanTag).tpid;
    return hidden;
  }
  key[W.DL_TYPE] = p.ethType;
  if (p.arp) {
    key[W.NW_PROTO] = p.arp.op < 256 ? p.arp.op : 0;
    key[W.NW_SRC] = ipv4Word(p.arp.spa);
    key[W.NW_DST] = ipv4Word(p.arp.tpa);
    putMac(key, W.ARP_SHA, p.arp.sha);
    putMac(key, W.ARP_THA, p.arp.tha);
  } else if (p.ip) putIp(key, p.ip, p.l4);
  return hidden;
}

function putIp(key: FlowKey, ip: IpHeader, l4: L4 | undefined): void {
  if (ip.version === 4) {
    key[W.NW_SRC] = ipv4Word(ip.src);
    key[W.NW_DST] = ipv4Word(ip.dst);
  } else {
    putIpv6(key, W.IPV6_SRC, ip.src);
    putIpv6(key, W.IPV6_DST, ip.dst);
  }
  key[W.NW_PROTO] = ip.proto;
  key[W.NW_TOS] = ip.tos;
  key[W.NW_TTL] = ip.ttl;
  if (ip.fragment) key[W.NW_FRAG] = ip.fragment === "first" ? 1 : 3;
  if (!l4 || ip.fragment === "later") return;
  switch (l4.kind) {
    case "icmp":
    case "icmp6":
      key[W.TP_SRC] = l4.type;
      key[W.TP_DST] = l4.code;
      if (l4.kind === "icmp6" && l4.nd) {
        putIpv6(key, W.ND_TARGET, l4.nd.target);
        if (l4.nd.sll) putMac(key, W.ARP_SHA, l4.nd.sll);
        if (l4.nd.tll) putMac(key, W.ARP_THA, l4.nd.tll);
      }
      return;
    case "tcp":
      key[W.TCP_FLAGS] = l4.flags;
      key[W.TP_SRC] = l4.src;
      key[W.TP_DST] = l4.dst;
      return;
    case "udp":
    case "sctp":
      key[W.TP_SRC] = l4.src;
      key[W.TP_DST] = l4.dst;
  }
}

const BLANK = newKey();

/** On lent keys: good until they are given back. */
export function keyPacket(packet: Packet, inPort: number, vlanLimit: number): KeyedPacket {
  const key = lendKey(BLANK);
  const hidden = putHeaders(key, packet, vlanLimit);
  key[W.IN_PORT] = inPort;
  return { key, base: packet, baseKey: lendKey(key), hidden };
}

function mac(key: FlowKey, word: number): string {
  return macText((key[word] as number) * 0x100000000 + (key[word + 1] as number));
}

function ipv6(key: FlowKey, word: number): string {
  return formatIpv6([...key.subarray(word, word + 4)]);
}

/** The packet that the key now describes. Gives `base` itself back when no header changed. */
export function unkeyPacket(key: FlowKey, from: KeyedPacket): Packet {
  const { base, baseKey } = from;
  let changed = false;
  for (let i = W.DL_TYPE; i < HEADER_END; i++) {
    if (key[i] !== baseKey[i]) {
      changed = true;
      break;
    }
  }
  if (!changed) return base;
  const p: Packet = {
    ...base,
    ethSrc: mac(key, W.DL_SRC),
    ethDst: mac(key, W.DL_DST),
    vlans: [...tags(key), ...from.hidden],
  };
  if (from.hidden.length > 0) return p;
  p.ethType = key[W.DL_TYPE] as number;
  if (base.arp) {
    p.arp = {
      op: key[W.NW_PROTO] as number,
      sha: mac(key, W.ARP_SHA),
      spa: ipv4Text(key[W.NW_SRC] as number),
      tha: mac(key, W.ARP_THA),
      tpa: ipv4Text(key[W.NW_DST] as number),
    };
  } else if (base.ip) {
    const v4 = base.ip.version === 4;
    p.ip = {
      ...base.ip,
      src: v4 ? ipv4Text(key[W.NW_SRC] as number) : ipv6(key, W.IPV6_SRC),
      dst: v4 ? ipv4Text(key[W.NW_DST] as number) : ipv6(key, W.IPV6_DST),
      ttl: key[W.NW_TTL] as number,
      tos: key[W.NW_TOS] as number,
    };
    if (base.l4) p.l4 = l4Of(key, base.l4);
  }
  return p;
}

function tags(key: FlowKey): VlanTag[] {
  const out: VlanTag[] = [];
  for (let i = 0; i < 2; i++) {
    const tci = key[W.VLAN0 + 2 * i] as number;
    if (!(tci & VLAN_CFI)) break;
    out.push({ tpid: (key[W.TPID0 + 2 * i] as number) || 0x8100, vid: tci & 0xfff, pcp: tci >>> 13 });
  }
  return out;
}

function l4Of(key: FlowKey, l4: L4): L4 {
  const src = key[W.TP_SRC] as number;
  const dst = key[W.TP_DST] as number;
  switch (l4.kind) {
    case "icmp":
      return { ...l4, type: src, code: dst };
    case "icmp6": {
      if (!l4.nd) return { ...l4, type: src, code: dst };
      const nd: { target: string; sll?: string; tll?: string } = { target: ipv6(key, W.ND_TARGET) };
      if (key[W.ARP_SHA] || key[W.ARP_SHA + 1]) nd.sll = mac(key, W.ARP_SHA);
      if (key[W.ARP_THA] || key[W.ARP_THA + 1]) nd.tll = mac(key, W.ARP_THA);
      return { ...l4, type: src, code: dst, nd };
    }
    case "tcp":
    case "udp":
    case "sctp":
      return { ...l4, src, dst };
  }
}

/** A packet made of nothing but a key: for flows that were written down, not captured. */
export function packetOfKey(key: FlowKey): Packet {
  const type = key[W.DL_TYPE] as number;
  const p: Packet = {
    ethSrc: mac(key, W.DL_SRC),
    ethDst: mac(key, W.DL_DST),
    ethType: type,
    vlans: tags(key),
    l3Length: 0,
  };
  if (type === 0x0806 || type === 0x8035) {
    p.arp = {
      op: key[W.NW_PROTO] as number,
      sha: mac(key, W.ARP_SHA),
      spa: ipv4Text(key[W.NW_SRC] as number),
      tha: mac(key, W.ARP_THA),
      tpa: ipv4Text(key[W.NW_DST] as number),
    };
  } else if (type === 0x0800 || type === 0x86dd) {
    const v4 = type === 0x0800;
    const proto = key[W.NW_PROTO] as number;
    const frag = key[W.NW_FRAG] as number;
    p.ip = {
      version: v4 ? 4 : 6,
      src: v4 ? ipv4Text(key[W.NW_SRC] as number) : ipv6(key, W.IPV6_SRC),
      dst: v4 ? ipv4Text(key[W.NW_DST] as number) : ipv6(key, W.IPV6_DST),
      proto,
      ttl: key[W.NW_TTL] as number,
      tos: key[W.NW_TOS] as number,
      df: false,
    };
    if (frag) p.ip.fragment = frag & 2 ? "later" : "first";
    const l4 = frag & 2 ? undefined : plainL4(key, v4, proto);
    if (l4) p.l4 = l4;
  }
  return p;
}

function plainL4(key: FlowKey, v4: boolean, proto: number): L4 | undefined {
  const src = key[W.TP_SRC] as number;
  const dst = key[W.TP_DST] as number;
  if (proto === 6) return { kind: "tcp", src, dst, flags: key[W.TCP_FLAGS] as number };
  if (proto === 17) return { kind: "udp", src, dst };
  if (proto === 132) return { kind: "sctp", src, dst };
  if (proto === 1 && v4) return { kind: "icmp", type: src, code: dst, id: 0, seq: 0 };
  if (proto === 58 && !v4) {
    const l4: L4 = { kind: "icmp6", type: src, code: dst, id: 0, seq: 0 };
    if ((src === 135 || src === 136) && dst === 0) return l4Of(key, { ...l4, nd: { target: "::" } });
    return l4;
  }
  return undefined;
}
