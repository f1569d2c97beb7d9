/**
 * The five hooks of one namespace, tables in kernel order: raw, conntrack, mangle, nat, filter, security
 * (include/uapi/linux/netfilter_ipv4.h, NF_IP_PRI_*). iptables rules are taken from `ns.iptables` and `ns.ip6tables`.
 */
import type { Namespace } from "../../host/state.ts";
import type { Packet } from "../../net/packet.ts";
import type { Element, VerdictCode } from "../event.ts";
import type { Conntrack } from "./conntrack.ts";
import type { IcmpError } from "./icmp.ts";
import type { Note } from "./note.ts";
import type { Skb } from "./skb.ts";

export type Hook = "PREROUTING" | "INPUT" | "FORWARD" | "OUTPUT" | "POSTROUTING";

export interface NetfilterContext {
  ns: Namespace;
  conntrack: Conntrack;
  note?: Note;
}

export interface HookInput {
  hook: Hook;
  packet: Packet;
  skb: Skb;
  /** `-i`: the device that the IP stack sees (the bridge, for a bridged packet). Absent at OUTPUT and POSTROUTING of local packets. */
  in?: string;
  /** `-o`. Absent at PREROUTING and INPUT. */
  out?: string;
}

export type HookVerdict =
  | { kind: "accept"; packet: Packet; skb: Skb }
  | { kind: "drop"; code: VerdictCode; element: Element; packet: Packet; skb: Skb }
  /** The packet dies and this answer is sent by the namespace as a local packet (route it, then OUTPUT, POSTROUTING). */
  | { kind: "reject"; element: Element; error: IcmpError; packet: Packet; skb: Skb }
  | { kind: "unknown"; reason: string; element?: Element };

/** A packet that is not IP passes untouched. Never throws on bad rule sets: what cannot be decided is `unknown`. */
export type Traverse = (input: HookInput, ctx: NetfilterContext) => HookVerdict;
