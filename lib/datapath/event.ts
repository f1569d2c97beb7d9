/**
 * TraceEvents: what a walk yields. One JSON object a line on the wire, in files and from the command line.
 * Events carry no prose: sentences are made by lib/explain alone (`summary` of the verdict is the one exception, put there by it).
 */
import type { PacketView } from "../net/packet.ts";

export type Leg =
  | "arp-request"
  | "arp-reply"
  | "request"
  | "reply"
  | "error"
  /** ARP that a router, or the answering end, asks on the way; its branches are r1, r2, … */
  | "resolve-request"
  | "resolve-reply"
  | "dhcp-discover"
  | "dhcp-offer"
  | "dhcp-request"
  | "dhcp-ack"
  | "dhcp-nak";

/** Where it happened. `netns` is `root` for the host's own, `guest:<name>` for a guest. */
export interface Place {
  host: string;
  netns: string;
  device: string;
}

/** Objects that can decide a step or be at fault. `text` prints as the tool that shows it would. */
export type Element =
  | { type: "flow"; bridge: string; table: number; text: string }
  | { type: "group"; bridge: string; id: number; text: string }
  | { type: "iptables-rule"; table: string; chain: string; index: number; text: string }
  | { type: "iptables-policy"; table: string; chain: string; text: string }
  | { type: "route"; text: string }
  | { type: "policy-rule"; text: string }
  | { type: "neighbour"; text: string }
  | { type: "fdb"; text: string }
  | { type: "link"; text: string }
  | { type: "ovs-port"; bridge: string; text: string }
  | { type: "ovs-bridge"; text: string }
  | { type: "tunnel"; text: string }
  | { type: "sysctl"; text: string }
  | { type: "namespace"; text: string }
  | { type: "conntrack"; text: string }
  | { type: "dnsmasq"; text: string }
  | { type: "guest"; text: string }
  | { type: "port"; text: string }
  | { type: "config"; text: string }
  | { type: "gap"; text: string };

/** The Neutron object behind an element. `name` where it has one. */
export interface Resource {
  type:
    | "port"
    | "network"
    | "subnet"
    | "router"
    | "floatingip"
    | "security_group"
    | "security_group_rule"
    | "server"
    | "agent"
    | "segment";
  id: string;
  name?: string;
}

/** A step without its place on the trail. */
export type Step =
  | { kind: "frame"; dir: "in" | "out"; packet: PacketView }
  | {
      kind: "flow";
      bridge: string;
      table: number;
      tableName?: string;
      priority: number;
      cookie: string;
      text: string;
      /** The patch port that the packet came to this bridge by, told of the first flow that it meets there. */
      patch?: string;
      packet?: PacketView;
    }
  | { kind: "action"; bridge: string; text: string; packet?: PacketView }
  | { kind: "fdb"; bridge: string; mac: string; vlan?: number; port: string; hit: boolean }
  | {
      kind: "rule";
      family: 4 | 6;
      table: string;
      chain: string;
      index: number;
      target: string;
      text: string;
      hook: string;
    }
  | {
      kind: "conntrack";
      zone: number;
      state: "new" | "established" | "related" | "invalid" | "untracked";
      commit?: boolean;
      text?: string;
    }
  | { kind: "nat"; nat: "snat" | "dnat"; from: string; to: string; packet: PacketView }
  | {
      kind: "route";
      table: string;
      text: string;
      dev?: string;
      via?: string;
      src?: string;
      rule?: string;
      local?: boolean;
    }
  | { kind: "neighbour"; address: string; mac: string; dev: string; text: string; source: "table" | "arp" | "proxy" }
  | { kind: "rewrite"; field: string; from: string; to: string; packet?: PacketView }
  | { kind: "flood"; bridge: string; vlan?: number; ports: string[] }
  | {
      kind: "encap";
      tunnel: "vxlan" | "gre" | "geneve";
      key: number;
      src: string;
      dst: string;
      port: string;
      packet: PacketView;
    }
  | {
      kind: "decap";
      tunnel: "vxlan" | "gre" | "geneve";
      key: number;
      src: string;
      dst: string;
      port: string;
      packet: PacketView;
    }
  | { kind: "learn"; bridge: string; text: string }
  | { kind: "assume"; what: string; basis: string }
  | { kind: "drop"; code: VerdictCode; element: Element }
  | { kind: "deliver"; to: string; packet?: PacketView }
  | { kind: "exit"; segment: string; packet?: PacketView }
  /** Told to a project, of what it may not see or what its own objects decided: never yielded by a walk (lib/explain/redact). */
  | {
      kind: "redacted";
      by: "provider" | "security group" | "router" | "dhcp" | "guest";
      outcome: "carried" | "dropped" | "unknown";
      text: string;
      packet?: PacketView;
    };

export type StepEvent = { seq: number; leg: Leg; branch: string; resource?: Resource } & Place & Step;

export type Outcome = "delivered" | "exited" | "dropped" | "unknown";

export interface VerdictEvent extends Place {
  kind: "verdict";
  seq: number;
  outcome: Outcome;
  code: VerdictCode;
  leg: Leg;
  branch: string;
  element?: Element;
  resource?: Resource;
  summary: string;
}

export type TraceEvent = StepEvent | VerdictEvent;

/** The closed list of endings; each has a page in docs/verdicts. */
export const VERDICT_CODES = [
  "DELIVERED",
  "EXITED_PHYSICAL_NETWORK",
  "LINK_DOWN",
  "NO_CARRIER_PEER",
  "MTU_EXCEEDED",
  "DEAD_VLAN",
  "VLAN_MISMATCH",
  "NO_FLOW_MATCH",
  "FLOW_DROP",
  "TUNNEL_MISSING",
  "TUNNEL_KEY_UNKNOWN",
  "L2POP_ENTRY_MISSING",
  "REMOTE_UNREACHABLE",
  "FDB_STALE",
  "ARP_UNANSWERED",
  "ARP_SPOOF_BLOCKED",
  "PORT_SECURITY_BLOCKED",
  "SECURITY_GROUP_DENIED",
  "FIREWALL_DENIED",
  "CONNTRACK_INVALID",
  "NO_ROUTE",
  "ROUTER_INTERFACE_MISSING",
  "FORWARDING_OFF",
  "RP_FILTER",
  "NAT_MISSING",
  "FLOATING_IP_NOT_CONFIGURED",
  "GATEWAY_MISSING",
  "DHCP_NO_SERVER",
  "DHCP_NO_LEASE",
  "DHCP_UNREACHABLE",
  "METADATA_UNREACHABLE",
  "NAMESPACE_MISSING",
  "PORT_NOT_BOUND",
  "PORT_NOT_PLUGGED",
  "BRIDGE_MAPPING_MISSING",
  "DUPLICATE_ADDRESS",
  "ASYMMETRIC_PATH",
  "TTL_EXCEEDED",
  "GUEST_REFUSED",
  "LOOP_DETECTED",
  "STATE_INCOMPLETE",
] as const;

export type VerdictCode = (typeof VERDICT_CODES)[number];
