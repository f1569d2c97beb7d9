/** What is sent: the question that a walk answers. */
import type { Guest } from "../../host/world.ts";

export type ProbeProtocol = "icmp" | "tcp" | "udp" | "dhcp";

/** Where the packet starts. */
export type Origin =
  | { kind: "guest"; guest: Guest }
  /** A namespace of a host (`root` for the host's own). */
  | { kind: "netns"; host: string; netns: string };

export interface Probe {
  from: Origin;
  /** Destination address; absent for DHCP alone. */
  to?: string;
  proto: ProbeProtocol;
  /** Destination port of TCP and UDP; 80 when absent. */
  dport?: number;
  /** Payload bytes after the L4 header; 56 for ICMP (as ping), 0 for the others. */
  size?: number;
  df?: boolean;
  /** 64 when absent. */
  ttl?: number;
  /** Source address, instead of the one that the sender would choose. */
  source?: string;
}
