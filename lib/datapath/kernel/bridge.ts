/**
 * A Linux bridge: which ports a frame leaves by, whether the bridge device takes it, and what br_netfilter lets pass.
 * Mirrors net/bridge/br_input.c, br_forward.c and br_netfilter_hooks.c.
 */
import type { Namespace } from "../../host/state.ts";
import type { Packet } from "../../net/packet.ts";
import type { Element, VerdictCode } from "../event.ts";
import type { Conntrack } from "./conntrack.ts";
import type { HookVerdict } from "./netfilter.ts";
import type { Note } from "./note.ts";
import type { Skb } from "./skb.ts";

/** MACs learned during a walk: bridge → vlan/mac → port. Recorded entries come from `ns.fdb`. */
export type LearnedMacs = Map<string, Map<string, string>>;

export interface BridgeContext {
  ns: Namespace;
  conntrack: Conntrack;
  learned: LearnedMacs;
  note?: Note;
}

export type BridgeOutput =
  | { kind: "sent"; port: string; packet: Packet; skb: Skb }
  /** FORWARD or POSTROUTING of iptables stopped the copy for this port. */
  | { kind: "stopped"; port: string; verdict: Exclude<HookVerdict, { kind: "accept" }> };

export type BridgeDecision =
  | { kind: "refused"; code: VerdictCode; element: Element }
  /** PREROUTING stopped the frame. */
  | { kind: "stopped"; verdict: Exclude<HookVerdict, { kind: "accept" }> }
  | {
      kind: "forwarded";
      /** True where no FDB entry decided: all ports got a copy. */
      flooded: boolean;
      outputs: BridgeOutput[];
      /**
       * The bridge device sees the frame. `accepted`: its IP stack takes it (own MAC, broadcast, multicast); otherwise
       * only a capture does, because nothing was learned and the frame was flooded or the device is promiscuous.
       */
      local?: { packet: Packet; skb: Skb; accepted: boolean };
    };

/** Frame that came in by the port `port`. */
export type BridgeInput = (
  ctx: BridgeContext,
  bridge: string,
  port: string,
  packet: Packet,
  skb: Skb,
) => BridgeDecision;

/** Frame that the namespace itself sends by the bridge device. */
export type BridgeTransmit = (ctx: BridgeContext, bridge: string, packet: Packet, skb: Skb) => BridgeDecision;
