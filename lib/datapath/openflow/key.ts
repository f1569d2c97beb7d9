/**
 * The flow key: one packet with its metadata as 32-bit words, and where each field of the registry lies in it.
 * Plays the part of `struct flow` (include/openvswitch/flow.h).
 */
import { FIELDS, type Field } from "../../net/openflow/field.ts";

export const W = {
  IN_PORT: 0,
  DL_TYPE: 1,
  /** 0x1000 (CFI) is set on a real tag, as in OVS. */
  VLAN0: 2,
  TPID0: 3,
  VLAN1: 4,
  TPID1: 5,
  DL_SRC: 6,
  DL_DST: 8,
  NW_SRC: 10,
  NW_DST: 11,
  IPV6_SRC: 12,
  IPV6_DST: 16,
  IPV6_LABEL: 20,
  NW_PROTO: 21,
  NW_TOS: 22,
  NW_TTL: 23,
  /** 1: any fragment, 2: not the first. */
  NW_FRAG: 24,
  TP_SRC: 25,
  TP_DST: 26,
  TCP_FLAGS: 27,
  ARP_SHA: 28,
  ARP_THA: 30,
  ND_TARGET: 32,
  TUN_ID: 36,
  TUN_SRC: 38,
  TUN_DST: 39,
  TUN_IPV6_SRC: 40,
  TUN_IPV6_DST: 44,
  TUN_FLAGS: 48,
  TUN_GBP_ID: 49,
  TUN_GBP_FLAGS: 50,
  TUN_TTL: 51,
  TUN_TOS: 52,
  METADATA: 53,
  PKT_MARK: 55,
  SKB_PRIORITY: 56,
  DP_HASH: 57,
  RECIRC_ID: 58,
  CONJ_ID: 59,
  ACTSET_OUTPUT: 60,
  CT_STATE: 61,
  CT_ZONE: 62,
  CT_MARK: 63,
  CT_LABEL: 64,
  CT_NW_SRC: 68,
  CT_NW_DST: 69,
  CT_IPV6_SRC: 70,
  CT_IPV6_DST: 74,
  CT_NW_PROTO: 78,
  CT_TP_SRC: 79,
  CT_TP_DST: 80,
  REG0: 81,
  MPLS0: 97,
  MPLS1: 98,
  MPLS2: 99,
  ND_RESERVED: 100,
  PACKET_TYPE: 101,
} as const;

const KEY_WORDS = 102;
/** Words before this one are packet headers (with in_port, which is first). */
export const HEADER_END = W.TUN_ID;

export const VLAN_CFI = 0x1000;
export const UNSET_PORT = 0xfff7;

export type FlowKey = Uint32Array;

export function newKey(): FlowKey {
  const key = new Uint32Array(KEY_WORDS);
  key[W.ACTSET_OUTPUT] = UNSET_PORT;
  return key;
}

// Keys are too large for V8 to keep a typed array inside its heap, and copies are made for every clone and patch port: so
// they are lent out in the manner of a stack, and given back together.
const lent: FlowKey[] = [];
let lentCount = 0;

/** A copy that is good until `giveBack` is called with a mark taken before. */
export function lendKey(from: FlowKey): FlowKey {
  let key = lent[lentCount];
  if (!key) {
    key = new Uint32Array(KEY_WORDS);
    lent.push(key);
  }
  lentCount++;
  key.set(from);
  return key;
}

export function keyMark(): number {
  return lentCount;
}

export function giveBack(mark: number): void {
  lentCount = mark;
}

/** Where a field lies: first word, bits to the right of it (fields up to 32 bits), width. */
interface Location {
  word: number;
  shift: number;
  bits: number;
  words: number;
}

// name word shift; the width is the field's.
const PLACES: Readonly<Record<string, number | [number, number]>> = {
  dp_hash: W.DP_HASH,
  recirc_id: W.RECIRC_ID,
  packet_type: W.PACKET_TYPE,
  conj_id: W.CONJ_ID,
  tun_id: W.TUN_ID,
  tun_src: W.TUN_SRC,
  tun_dst: W.TUN_DST,
  tun_ipv6_src: W.TUN_IPV6_SRC,
  tun_ipv6_dst: W.TUN_IPV6_DST,
  tun_flags: W.TUN_FLAGS,
  tun_ttl: W.TUN_TTL,
  tun_tos: W.TUN_TOS,
  tun_gbp_id: W.TUN_GBP_ID,
  tun_gbp_flags: W.TUN_GBP_FLAGS,
  metadata: W.METADATA,
  in_port: W.IN_PORT,
  in_port_oxm: W.IN_PORT,
  actset_output: W.ACTSET_OUTPUT,
  skb_priority: W.SKB_PRIORITY,
  pkt_mark: W.PKT_MARK,
  ct_state: W.CT_STATE,
  ct_zone: W.CT_ZONE,
  ct_mark: W.CT_MARK,
  ct_label: W.CT_LABEL,
  ct_nw_proto: W.CT_NW_PROTO,
  ct_nw_src: W.CT_NW_SRC,
  ct_nw_dst: W.CT_NW_DST,
  ct_ipv6_src: W.CT_IPV6_SRC,
  ct_ipv6_dst: W.CT_IPV6_DST,
  ct_tp_src: W.CT_TP_SRC,
  ct_tp_dst: W.CT_TP_DST,
  eth_src: W.DL_SRC,
  eth_dst: W.DL_DST,
  eth_type: W.DL_TYPE,
  vlan_tci: W.VLAN0,
  vlan_tci1: W.VLAN1,
  dl_vlan: W.VLAN0,
  dl_vlan1: W.VLAN1,
  vlan_vid: W.VLAN0,
  dl_vlan_pcp: [W.VLAN0, 13],
  dl_vlan_pcp1: [W.VLAN1, 13],
  vlan_pcp: [W.VLAN0, 13],
  mpls_label: [W.MPLS0, 12],
  mpls_tc: [W.MPLS0, 9],
  mpls_bos: [W.MPLS0, 8],
  mpls_ttl: W.MPLS0,
  mpls_lse1: W.MPLS1,
  mpls_lse2: W.MPLS2,
  ip_src: W.NW_SRC,
  ip_dst: W.NW_DST,
  ipv6_src: W.IPV6_SRC,
  ipv6_dst: W.IPV6_DST,
  ipv6_label: W.IPV6_LABEL,
  nw_proto: W.NW_PROTO,
  nw_tos: W.NW_TOS,
  ip_dscp: [W.NW_TOS, 2],
  nw_ecn: W.NW_TOS,
  nw_ttl: W.NW_TTL,
  ip_frag: W.NW_FRAG,
  arp_op: W.NW_PROTO,
  arp_spa: W.NW_SRC,
  arp_tpa: W.NW_DST,
  arp_sha: W.ARP_SHA,
  arp_tha: W.ARP_THA,
  tcp_src: W.TP_SRC,
  tcp_dst: W.TP_DST,
  tcp_flags: W.TCP_FLAGS,
  udp_src: W.TP_SRC,
  udp_dst: W.TP_DST,
  sctp_src: W.TP_SRC,
  sctp_dst: W.TP_DST,
  icmp_type: W.TP_SRC,
  icmp_code: W.TP_DST,
  icmpv6_type: W.TP_SRC,
  icmpv6_code: W.TP_DST,
  nd_target: W.ND_TARGET,
  nd_sll: W.ARP_SHA,
  nd_tll: W.ARP_THA,
  nd_reserved: W.ND_RESERVED,
  nd_options_type: W.TCP_FLAGS,
};

const locations = new Map<Field, Location>();
for (const field of FIELDS) {
  let place = PLACES[field.name];
  const reg = /^(x{0,2})reg(\d+)$/.exec(field.name);
  if (reg) place = W.REG0 + Number(reg[2]) * ({ "": 1, x: 2, xx: 4 }[reg[1] as "" | "x" | "xx"] as number);
  if (place === undefined) continue;
  const [word, shift] = typeof place === "number" ? [place, 0] : place;
  locations.set(field, { word, shift, bits: field.bits, words: Math.ceil(field.bits / 32) });
}

/** Undefined: the engine does not carry the field (NSH, ERSPAN, GTP-U, Geneve options). */
export function locate(field: Field): Location | undefined {
  return locations.get(field);
}

/** A run of bits inside one word. */
export interface BitRun {
  word: number;
  shift: number;
  bits: number;
}

/** The words that bits `from`..`to` of a field occupy, lowest bits first. */
export function bitRuns(at: Location, from: number, to: number): BitRun[] {
  const runs: BitRun[] = [];
  for (let bit = from; bit <= to; ) {
    const inWord = at.words === 1 ? bit + at.shift : bit % 32;
    const word = at.words === 1 ? at.word : at.word + at.words - 1 - Math.floor(bit / 32);
    const bits = Math.min(to - bit + 1, 32 - inWord);
    runs.push({ word, shift: inWord, bits });
    bit += bits;
  }
  return runs;
}

export function maskOf(bits: number): number {
  return bits >= 32 ? 0xffffffff : (1 << bits) - 1;
}

/** lib/meta-flow.c mf_are_prereqs_ok. */
export function hasField(field: Field, key: FlowKey): boolean {
  const type = key[W.DL_TYPE];
  const ip = type === 0x0800 || type === 0x86dd;
  const proto = key[W.NW_PROTO];
  const whole = !((key[W.NW_FRAG] as number) & 2);
  switch (field.prerequisite) {
    case "none":
      return true;
    case "vlan":
      return ((key[W.VLAN0] as number) & VLAN_CFI) !== 0;
    case "mpls":
      return type === 0x8847 || type === 0x8848;
    case "ipv4":
      return type === 0x0800;
    case "ipv6":
      return type === 0x86dd;
    case "ip":
      return ip;
    case "arp":
      return type === 0x0806 || type === 0x8035;
    case "tcp":
      return ip && proto === 6 && whole;
    case "udp":
      return ip && proto === 17 && whole;
    case "sctp":
      return ip && proto === 132 && whole;
    case "icmp4":
      return type === 0x0800 && proto === 1;
    case "icmp6":
      return type === 0x86dd && proto === 58;
    case "nd":
    case "nd-solicit":
    case "nd-advert": {
      if (type !== 0x86dd || proto !== 58 || key[W.TP_DST] !== 0) return false;
      const t = key[W.TP_SRC];
      return (t === 135 && field.prerequisite !== "nd-advert") || (t === 136 && field.prerequisite !== "nd-solicit");
    }
    case "nsh":
      return type === 0x894f;
    case "ct":
      return ((key[W.CT_STATE] as number) & 32) !== 0 && key[W.CT_NW_PROTO] !== 0;
  }
}
