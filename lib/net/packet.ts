/**
 * A frame as the datapath carries it: one immutable value, changed by copying.
 * Addresses are canonical text (lower-case colon MACs, dotted IPv4, RFC 5952 IPv6), as every tool prints them.
 */

export interface VlanTag {
  /** 0x8100 or 0x88a8. */
  tpid: number;
  /** VLAN id, 0–4095. */
  vid: number;
  pcp: number;
}

export interface ArpHeader {
  /** 1 request, 2 reply. */
  op: number;
  sha: string;
  spa: string;
  tha: string;
  tpa: string;
}

export interface IpHeader {
  version: 4 | 6;
  src: string;
  dst: string;
  /** IP protocol number (1 ICMP, 6 TCP, 17 UDP, 58 ICMPv6, …). */
  proto: number;
  /** TTL or hop limit. */
  ttl: number;
  /** DSCP and ECN as one byte. */
  tos: number;
  /** Don't fragment (IPv4). */
  df: boolean;
  /** Fragment: absent for a whole packet. `later` has no L4 header. */
  fragment?: "first" | "later";
}

export type L4 =
  | { kind: "icmp"; type: number; code: number; id: number; seq: number }
  | {
      kind: "icmp6";
      type: number;
      code: number;
      id: number;
      seq: number;
      nd?: { target: string; sll?: string; tll?: string };
    }
  | { kind: "tcp"; src: number; dst: number; flags: number }
  | { kind: "udp"; src: number; dst: number }
  | { kind: "sctp"; src: number; dst: number };

/** What a DHCP message carries, as far as the exchange depends on it (RFC 2131). */
export interface DhcpMessage {
  type: "DISCOVER" | "OFFER" | "REQUEST" | "ACK" | "NAK";
  xid: number;
  chaddr: string;
  yiaddr?: string;
  serverId?: string;
  requestedIp?: string;
  options?: Record<string, string>;
}

/** The tunnel a frame is inside, seen from the underlay (what a capture on the NIC shows around the frame). */
export interface Encapsulation {
  kind: "vxlan" | "gre" | "geneve";
  /** VNI or GRE key. */
  key: number;
  src: string;
  dst: string;
  /** Outer MACs where known. */
  ethSrc?: string;
  ethDst?: string;
  dstPort?: number;
  /** VLAN tags of the outer frame. */
  vlans?: readonly VlanTag[];
}

export interface Packet {
  ethSrc: string;
  ethDst: string;
  /** Ethertype of the payload after all VLAN tags. */
  ethType: number;
  /** Outermost first; empty when untagged. */
  vlans: readonly VlanTag[];
  arp?: ArpHeader;
  ip?: IpHeader;
  l4?: L4;
  dhcp?: DhcpMessage;
  /** The packet an ICMP error quotes. */
  quoted?: Packet;
  /** Length of the L3 packet in bytes (IP header included). */
  l3Length: number;
  encap?: Encapsulation;
}

/** A packet's headers as flat JSON, on the wire and in files: the field names of `ofproto-trace --json` and of recorded hops. */
export interface PacketView {
  eth_src: string;
  eth_dst: string;
  eth_type: number;
  /** Outermost VLAN id; absent when untagged. */
  vlan?: number;
  vlan_pcp?: number;
  inner_vlan?: number;
  arp_op?: number;
  arp_spa?: string;
  arp_tpa?: string;
  arp_sha?: string;
  arp_tha?: string;
  ip_src?: string;
  ip_dst?: string;
  ip_proto?: number;
  ttl?: number;
  tos?: number;
  df?: boolean;
  frag?: "first" | "later";
  tp_src?: number;
  tp_dst?: number;
  tcp_flags?: number;
  icmp_type?: number;
  icmp_code?: number;
  icmp_id?: number;
  icmp_seq?: number;
  nd_target?: string;
  dhcp?: DhcpMessage;
  /** L3 length in bytes. */
  length: number;
  vxlan?: { vni: number; src: string; dst: string; eth_src?: string; eth_dst?: string };
  gre?: { key: number; src: string; dst: string; eth_src?: string; eth_dst?: string };
  geneve?: { vni: number; src: string; dst: string; eth_src?: string; eth_dst?: string };
  /** The packet an ICMP error quotes. */
  quoted?: PacketView;
}

export function viewPacket(p: Packet): PacketView {
  const v: PacketView = { eth_src: p.ethSrc, eth_dst: p.ethDst, eth_type: p.ethType, length: p.l3Length };
  const [outer, inner] = p.vlans;
  if (outer) {
    v.vlan = outer.vid;
    if (outer.pcp) v.vlan_pcp = outer.pcp;
  }
  if (inner) v.inner_vlan = inner.vid;
  if (p.arp) {
    v.arp_op = p.arp.op;
    v.arp_spa = p.arp.spa;
    v.arp_tpa = p.arp.tpa;
    v.arp_sha = p.arp.sha;
    v.arp_tha = p.arp.tha;
  }
  if (p.ip) {
    v.ip_src = p.ip.src;
    v.ip_dst = p.ip.dst;
    v.ip_proto = p.ip.proto;
    v.ttl = p.ip.ttl;
    v.tos = p.ip.tos;
    if (p.ip.df) v.df = true;
    if (p.ip.fragment) v.frag = p.ip.fragment;
  }
  if (p.l4) viewL4(p.l4, v);
  if (p.dhcp) v.dhcp = p.dhcp;
  if (p.encap) {
    const e = p.encap;
    const ends = { src: e.src, dst: e.dst, eth_src: e.ethSrc, eth_dst: e.ethDst };
    if (e.kind === "gre") v.gre = { key: e.key, ...ends };
    else v[e.kind] = { vni: e.key, ...ends };
  }
  if (p.quoted) v.quoted = viewPacket(p.quoted);
  return v;
}

function viewL4(l4: L4, v: PacketView): void {
  switch (l4.kind) {
    case "icmp":
    case "icmp6":
      v.icmp_type = l4.type;
      v.icmp_code = l4.code;
      v.icmp_id = l4.id;
      v.icmp_seq = l4.seq;
      if (l4.kind === "icmp6" && l4.nd) v.nd_target = l4.nd.target;
      return;
    case "tcp":
      v.tcp_flags = l4.flags;
      v.tp_src = l4.src;
      v.tp_dst = l4.dst;
      return;
    case "udp":
    case "sctp":
      v.tp_src = l4.src;
      v.tp_dst = l4.dst;
  }
}
