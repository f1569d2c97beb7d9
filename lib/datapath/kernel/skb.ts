import type { PacketCt } from "./conntrack.ts";

/** What the kernel keeps beside a packet while it is inside one namespace. Immutable: changed by copying. */
export interface Skb {
  /** Goes over a veth pair within a namespace, is 0 after one to another; all the rest is lost there (skb_scrub_packet). */
  mark: number;
  /** Set by conntrack at PREROUTING or OUTPUT; cleared when the packet leaves the namespace. */
  ct?: PacketCt;
  /** Bridge port that the frame came in by, while br_netfilter carries it (`--physdev-in`). */
  physIn?: string;
  /** Bridge port that it will leave by (`--physdev-out`): FORWARD and POSTROUTING of a bridged packet only. */
  physOut?: string;
  /** Zone that a CT target chose in the raw table, before conntrack sees the packet. */
  ctTemplate?: { zone: number; direction: "both" | "original" | "reply" };
  /** UID and GID of the sending socket where it is known (`-m owner`). */
  owner?: { uid: number; gid: number };
}

/** A packet that just entered a namespace. */
export const FRESH_SKB: Skb = { mark: 0 };
