/**
 * Route lookup of one namespace: policy rules, tables, longest prefix, source validation. Indexes are kept per
 * namespace in a WeakMap: a Namespace must not be changed after its first lookup.
 */
import type { Namespace } from "../../host/state.ts";
import type { Packet } from "../../net/packet.ts";
import type { Element, VerdictCode } from "../event.ts";
import type { Note } from "./note.ts";

export interface RouteQuery {
  dst: string;
  /** Absent when the sender has not chosen yet. */
  src?: string;
  /** Absent for local packets. */
  iif?: string;
  /** Bound output device (SO_BINDTODEVICE). */
  oif?: string;
  mark?: number;
  proto?: number;
  sport?: number;
  dport?: number;
}

export type RouteDecision =
  /** Leaves by `dev` to the neighbour `nexthop` (the destination itself when it is on the link). */
  | { kind: "unicast"; dev: string; nexthop: string; src: string; mtu?: number; element: Element; table: string }
  | { kind: "local"; dev: string; src: string; element: Element; table: string }
  | { kind: "broadcast"; dev: string; src: string; element: Element; table: string }
  | { kind: "multicast"; dev: string; src: string; element: Element; table: string }
  /** The kernel answers with this ICMP error, or with silence where `error` is absent. */
  | {
      kind: "drop";
      code: VerdictCode;
      error?: "net-unreachable" | "host-unreachable" | "net-prohibited";
      element: Element;
    }
  | { kind: "unknown"; reason: string; element?: Element };

/** What a namespace does with a packet that came in by `iif`: martians, rules, routes, rp_filter, forwarding switch. */
export type RouteInput = (ns: Namespace, packet: Packet, iif: string, mark: number, note?: Note) => RouteDecision;

/** Route of a packet that the namespace itself sends, with the source address it would choose. */
export type RouteOutput = (ns: Namespace, query: RouteQuery, note?: Note) => RouteDecision;
