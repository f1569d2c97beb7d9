/**
 * Connection tracking: one table for each network namespace (and one for a userspace OVS datapath), with zones. It is
 * seeded by recorded entries and keeps what a walk adds, so that reply legs find the requests' connections.
 * Mutable on purpose: it is the one memory that a walk carries from leg to leg beside learned MACs.
 * Mirrors net/netfilter/nf_conntrack_core.c and nf_nat_core.c.
 */
import type { ConntrackEntry } from "../../host/state.ts";
import type { Packet } from "../../net/packet.ts";

export type CtState = "new" | "established" | "related" | "invalid" | "untracked";
export type CtDirection = "original" | "reply";

export interface CtTuple {
  src: string;
  dst: string;
  proto: number;
  /** Source port, or ICMP id. */
  sport: number;
  /** Destination port, or ICMP type × 256 + code. */
  dport: number;
}

export interface Connection {
  zone: number;
  original: CtTuple;
  /** As replies will look on the wire: differs from the mirrored original where NAT applies. */
  reply: CtTuple;
  confirmed: boolean;
  seenReply: boolean;
  mark: number;
  /** 128-bit ct_label. */
  label: bigint;
  /** NAT bindings decided, even when to nothing (as IPS_SRC_NAT_DONE, IPS_DST_NAT_DONE). */
  srcDone: boolean;
  dstDone: boolean;
  /** The connection that an ICMP error or helper connection belongs to. */
  master?: Connection;
  /** TCP state name, as conntrack prints it. */
  tcp?: string;
  /** The recorded entry that it came from; absent for what the walk made. */
  recorded?: ConntrackEntry;
}

/** Conntrack's judgement of one packet. */
export interface PacketCt {
  state: CtState;
  direction: CtDirection;
  zone: number;
  /** Absent for invalid and untracked packets. */
  connection?: Connection;
}

/** New source or destination for a connection. Ports and ICMP ids are kept where they can be. */
export interface NatRange {
  min?: string;
  max?: string;
  ports?: { from: number; to: number };
  /** NETMAP: only the network part is replaced, by `min`/`prefix`. */
  netmapPrefix?: number;
}

export interface Conntrack {
  /** Judges a packet: looks its tuple up in both directions, makes an unconfirmed connection when there is none. */
  track(packet: Packet, zone: number): PacketCt;
  /** Binds an unconfirmed connection to a new source or destination; without a range the binding is "none". */
  bind(ct: PacketCt, side: "src" | "dst", range?: NatRange): void;
  /** Rewrites the packet as the connection's bindings demand at this side, replies undone, quoted packets too. */
  translate(packet: Packet, ct: PacketCt, side: "src" | "dst"): Packet;
  /** The packet left by POSTROUTING or reached a socket (or OVS committed it): the connection becomes real. */
  confirm(ct: PacketCt): void;
}
