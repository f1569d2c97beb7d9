/** Neighbours of one namespace: its table, and what it answers to ARP and neighbour solicitations. */
import type { Namespace } from "../../host/state.ts";
import type { Packet } from "../../net/packet.ts";
import type { Element } from "../event.ts";

export type NeighbourState =
  /** Usable at once, without asking (PERMANENT, REACHABLE, STALE, DELAY, PROBE, NOARP). */
  | { kind: "known"; mac: string; permanent: boolean; text: string }
  /** Must be asked for. `text` is the failed or incomplete entry, where there is one. */
  | { kind: "ask"; text?: string };

export type NeighbourLookup = (ns: Namespace, dev: string, address: string) => NeighbourState;

export type NeighbourAnswer =
  | { kind: "answer"; reply: Packet; source: "address" | "proxy-sysctl" | "proxy-entry"; element: Element }
  | { kind: "silent"; element: Element };

/** Answer of the namespace to an ARP request or neighbour solicitation that came in by `iif`. */
export type AnswerSolicitation = (ns: Namespace, iif: string, request: Packet) => NeighbourAnswer;

/** The request that the namespace sends to find `target` on `dev` for a packet with source `src` (arp_announce decides the sender address). */
export type MakeSolicitation = (ns: Namespace, dev: string, target: string, src: string) => Packet;
