/** Errors that a kernel sends about a packet: ICMP, ICMPv6 and TCP resets. */
import type { Packet } from "../../net/packet.ts";

export type IcmpErrorReason =
  | "ttl-exceeded"
  | "frag-needed"
  | "net-unreachable"
  | "host-unreachable"
  | "proto-unreachable"
  | "port-unreachable"
  | "net-prohibited"
  | "host-prohibited"
  | "admin-prohibited"
  | "tcp-reset";

export interface IcmpError {
  reason: IcmpErrorReason;
  /** Next-hop MTU of frag-needed. */
  mtu?: number;
  /** The answer without Ethernet addresses; source address chosen, ready for output routing. */
  packet: Packet;
}
