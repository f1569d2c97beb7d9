/** What `ip` is told, of what agents and administrators tell it (iproute2 ip/*.c). */
import type { Route } from "../../state.ts";

export type IpCommand =
  | LinkAdd
  | LinkSet
  | LinkDel
  | TuntapCommand
  | AddrCommand
  | AddrFlush
  | RouteCommand
  | RouteFlush
  | RuleCommand
  | NeighCommand
  | NeighFlush
  | NetnsCommand;

/** `-4` or `-6`, where it was said or must be. */
interface Family {
  readonly family?: 4 | 6;
}

export interface LinkAdd {
  readonly tool: "ip";
  readonly action: "link-add";
  readonly name: string;
  readonly device: DeviceSpec;
  /** Parent of a VLAN or macvlan device. */
  readonly link?: string;
  readonly address?: string;
  readonly mtu?: number;
  readonly netns?: string;
  readonly up?: boolean;
}

export type DeviceSpec =
  | { readonly kind: "dummy" }
  | ({ readonly kind: "bridge" } & BridgeOptions)
  | {
      readonly kind: "veth";
      readonly peer?: string;
      readonly peerAddress?: string;
      readonly peerMtu?: number;
      readonly peerNetns?: string;
    }
  | { readonly kind: "vlan"; readonly id: number; readonly protocol?: string }
  | { readonly kind: "macvlan"; readonly mode?: string }
  | TunnelSpec;

export interface TunnelSpec {
  readonly kind: "vxlan" | "gre" | "gretap" | "geneve";
  /** VNI, or GRE key. */
  readonly key?: number;
  readonly local?: string;
  readonly remote?: string;
  readonly group?: string;
  readonly dev?: string;
  readonly dstport?: number;
  readonly ttl?: number;
  readonly learning?: boolean;
  readonly external?: boolean;
  /** VXLAN: answers ARP from its neighbour entries (l2population). */
  readonly proxy?: boolean;
}

export interface BridgeOptions {
  /** Centiseconds, as ip(8) takes them. */
  readonly ageingTime?: number;
  readonly forwardDelay?: number;
  readonly stp?: boolean;
  readonly vlanFiltering?: boolean;
  readonly nfCallIptables?: boolean;
  readonly mcastSnooping?: boolean;
}

export interface BridgePortOptions {
  readonly hairpin?: boolean;
  readonly isolated?: boolean;
  readonly learning?: boolean;
  readonly flood?: boolean;
}

export interface LinkSet {
  readonly tool: "ip";
  readonly action: "link-set";
  readonly name: string;
  readonly up?: boolean;
  readonly address?: string;
  readonly mtu?: number;
  readonly promisc?: boolean;
  /** null: `nomaster`. */
  readonly master?: string | null;
  /** A named namespace, or `1`: the host's own. */
  readonly netns?: string;
  readonly newName?: string;
  readonly bridge?: BridgeOptions;
  readonly bridgePort?: BridgePortOptions;
}

export interface LinkDel {
  readonly tool: "ip";
  readonly action: "link-del";
  readonly name: string;
}

export interface TuntapCommand {
  readonly tool: "ip";
  readonly action: "tuntap-add" | "tuntap-del";
  readonly name: string;
  readonly mode: "tap" | "tun";
  readonly multiQueue?: boolean;
}

export interface AddrCommand extends Family {
  readonly tool: "ip";
  readonly action: "addr-add" | "addr-replace" | "addr-del";
  readonly dev: string;
  readonly address: string;
  /** Absent: a host's (32, 128); to delete: any that fits. */
  readonly prefix?: number;
  readonly peer?: string;
  /** `+` (or `brd +`): all host bits set; `-`: none set. */
  readonly broadcast?: string;
  readonly scope?: string;
}

export interface AddrFlush extends Family {
  readonly tool: "ip";
  readonly action: "addr-flush";
  readonly dev: string;
  readonly scope?: string;
}

export interface RouteCommand extends Family {
  readonly tool: "ip";
  readonly action: "route-add" | "route-append" | "route-replace" | "route-change" | "route-del";
  readonly type?: Route["type"];
  /** CIDR or `default`. */
  readonly dst: string;
  readonly via?: string;
  readonly dev?: string;
  readonly src?: string;
  readonly table?: string;
  readonly metric?: number;
  readonly scope?: string;
  readonly proto?: string;
  readonly mtu?: number;
  readonly onlink?: boolean;
  readonly nexthops?: readonly { readonly via?: string; readonly dev?: string; readonly weight?: number }[];
}

export interface RouteFlush extends Family {
  readonly tool: "ip";
  readonly action: "route-flush";
  readonly table?: string;
  readonly dev?: string;
}

export interface RuleCommand extends Family {
  readonly tool: "ip";
  readonly action: "rule-add" | "rule-del";
  readonly not?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly fwmark?: { readonly value: number; readonly mask?: number };
  readonly iif?: string;
  readonly oif?: string;
  readonly ipproto?: string;
  readonly sport?: { readonly from: number; readonly to: number };
  readonly dport?: { readonly from: number; readonly to: number };
  readonly priority?: number;
  readonly table?: string;
  readonly suppressPrefixLength?: number;
  readonly goto?: number;
  readonly type?: "unreachable" | "blackhole" | "prohibit" | "nop";
}

export interface NeighCommand extends Family {
  readonly tool: "ip";
  readonly action: "neigh-add" | "neigh-replace" | "neigh-change" | "neigh-del";
  readonly address: string;
  readonly dev: string;
  readonly mac?: string;
  readonly proxy?: boolean;
  /** permanent, noarp, reachable, stale, none, … */
  readonly nud?: string;
}

export interface NeighFlush extends Family {
  readonly tool: "ip";
  readonly action: "neigh-flush";
  readonly dev?: string;
}

export interface NetnsCommand {
  readonly tool: "ip";
  readonly action: "netns-add" | "netns-del";
  readonly name: string;
}
