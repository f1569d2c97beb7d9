/**
 * HostState: what one host is, at one moment. Collectors and agents produce it, the datapath walks it, the dashboard
 * draws it. Plain data: JSON-safe, immutable by convention.
 */
import type { IptablesRuleset } from "../net/iptables/ast.ts";
import type { Flow, Group } from "../net/openflow/ast.ts";

/** A part of the host that is missing, or text that could not be read, and why. */
export interface Gap {
  host: string;
  /** File inside the bundle, e.g. `compute1/ovs/br-int/ovs-ofctl-O-OpenFlow13-dump-flows.txt`. */
  file: string;
  /** 1-based; absent when the whole file is concerned. */
  line?: number;
  /** The text at fault, cut to 200 characters. */
  text?: string;
  reason: string;
}

export interface HostState {
  name: string;
  /** ISO time of the snapshot. */
  takenAt?: string;
  namespaces: Namespace[];
  ovs?: OvsState;
  dnsmasq: DnsmasqInstance[];
  /** openvswitch_agent.ini and its kin: section → key → value. */
  config: Record<string, Record<string, Record<string, string>>>;
  processes: Process[];
  /** Parts that run or exist on the host, and could not be read, or not wholly: what they lack is unknown. */
  unread?: ("ovs" | "dnsmasq" | "namespaces")[];
  gaps: Gap[];
}

export interface Process {
  pid: number;
  netns?: string;
  command: string;
}

export type NamespacePart =
  | "links"
  | "addresses"
  | "routes"
  | "rules"
  | "routes6"
  | "rules6"
  | "neighbours"
  | "proxies"
  | "fdb"
  | "iptables"
  | "ip6tables"
  | "ipsets"
  | "conntrack"
  | "sysctls"
  | "listeners";

export interface Namespace {
  /** `root`, `qrouter-<id>`, `qdhcp-<id>`, `snat-<id>`, `fip-<id>`, or any other name. */
  name: string;
  links: Link[];
  addresses: Address[];
  routes: Route[];
  rules: PolicyRule[];
  neighbours: Neighbour[];
  /** Proxy ARP / NDP entries (`ip neigh show proxy`). */
  proxies: { address: string; dev: string }[];
  fdb: FdbEntry[];
  iptables?: IptablesRuleset;
  ip6tables?: IptablesRuleset;
  ipsets: Ipset[];
  conntrack: ConntrackEntry[];
  /** Full dotted name → value. */
  sysctls: Record<string, string>;
  listeners: Listener[];
  /** Parts that could not be read, or not wholly: what they hold is true, and what they lack is unknown. */
  unread?: NamespacePart[];
}

export type LinkKind =
  | "loopback"
  | "physical"
  | "veth"
  | "tap"
  | "tun"
  | "bridge"
  | "vlan"
  | "vxlan"
  | "gre"
  | "gretap"
  | "geneve"
  | "macvlan"
  | "macvtap"
  | "ipvlan"
  | "dummy"
  | "bond"
  | "ifb"
  | "vrf"
  | "openvswitch"
  | "other";

export interface Link {
  name: string;
  ifindex: number;
  kind: LinkKind;
  /** `info_kind` as printed, where the kind is `other`. */
  rawKind?: string;
  mac: string;
  mtu: number;
  /** Administratively up (flag UP). */
  up: boolean;
  /** Has carrier (flag LOWER_UP). */
  carrier: boolean;
  operstate: string;
  promisc: boolean;
  /** Name of the bridge, bond or VRF that this link is enslaved to. */
  master?: string;
  altnames: string[];
  /** Peer of a veth, parent of a VLAN, macvlan or VXLAN device: interface index in the other namespace. */
  linkIndex?: number;
  /** Name of that device where it is in the same namespace, or was resolved. */
  linkName?: string;
  /** Namespace (name) where the peer lives, when resolved; same namespace when absent. */
  linkNetns?: string;
  /** Kernel netnsid as printed, before resolution. */
  linkNetnsId?: number;
  vlan?: { id: number; protocol: string };
  tunnel?: {
    key?: number;
    local?: string;
    remote?: string;
    group?: string;
    /** Device that its packets are bound to. */
    dev?: string;
    port?: number;
    learning?: boolean;
    external?: boolean;
    ttl?: number;
  };
  bridge?: { ageingTime: number; stp: boolean; vlanFiltering: boolean; nfCallIptables?: boolean };
  /** State of the port when `master` is a bridge. */
  bridgePort?: {
    state: string;
    hairpin: boolean;
    isolated: boolean;
    learning: boolean;
    flood: boolean;
    pvid?: number;
    vlans?: { from: number; to: number; untagged: boolean }[];
  };
  macvlanMode?: string;
  stats?: {
    rxPackets: number;
    txPackets: number;
    rxBytes: number;
    txBytes: number;
    rxDropped: number;
    txDropped: number;
    rxErrors: number;
    txErrors: number;
  };
}

export interface Address {
  dev: string;
  family: 4 | 6;
  address: string;
  prefix: number;
  scope: string;
  secondary: boolean;
  broadcast?: string;
  peer?: string;
}

export interface Route {
  family: 4 | 6;
  type:
    | "unicast"
    | "local"
    | "broadcast"
    | "multicast"
    | "anycast"
    | "unreachable"
    | "blackhole"
    | "prohibit"
    | "throw"
    | "nat";
  /** CIDR, `default` written as 0.0.0.0/0 or ::/0. */
  dst: string;
  table: string;
  via?: string;
  dev?: string;
  prefSrc?: string;
  src?: string;
  scope?: string;
  metric: number;
  protocol?: string;
  onlink?: boolean;
  mtu?: number;
  /** linkdown, dead, … as printed. */
  flags: string[];
  nexthops?: { via?: string; dev?: string; weight: number; flags: string[] }[];
}

export interface PolicyRule {
  family: 4 | 6;
  priority: number;
  /** CIDR; absent means all. */
  src?: string;
  dst?: string;
  iif?: string;
  oif?: string;
  fwmark?: { value: number; mask: number };
  not?: boolean;
  ipProto?: string;
  sport?: { from: number; to: number };
  dport?: { from: number; to: number };
  action: "lookup" | "unreachable" | "blackhole" | "prohibit" | "goto" | "nop";
  table?: string;
  goto?: number;
  suppressPrefixLength?: number;
  /** Selectors that we carry but cannot judge (l3mdev, tun_id, …): they make the rule undecidable. */
  unsupported?: string[];
}

export interface Neighbour {
  address: string;
  dev: string;
  mac?: string;
  state: string[];
}

export interface FdbEntry {
  mac: string;
  dev: string;
  vlan?: number;
  /** Bridge that the entry belongs to, when not `self`. */
  master?: string;
  self: boolean;
  permanent: boolean;
  /** VXLAN destination. */
  dst?: string;
  state?: string;
  flags: string[];
}

export interface Ipset {
  name: string;
  type: string;
  family: "inet" | "inet6";
  /** Members as printed: address, CIDR, `addr,proto:port`, MAC …, with options such as `nomatch`. */
  members: { value: string; options: Record<string, string | true> }[];
  options: Record<string, string>;
}

export interface ConntrackTuple {
  src: string;
  dst: string;
  sport?: number;
  dport?: number;
  icmpType?: number;
  icmpCode?: number;
  icmpId?: number;
}

export interface ConntrackEntry {
  proto: number;
  /** TCP state where printed (ESTABLISHED, SYN_SENT, …). */
  state?: string;
  timeout?: number;
  original: ConntrackTuple;
  reply: ConntrackTuple;
  zone: number;
  zoneOriginal?: number;
  zoneReply?: number;
  mark: number;
  /** ASSURED, UNREPLIED, … */
  flags: string[];
}

export interface Listener {
  proto: "tcp" | "udp";
  address: string;
  port: number;
  dev?: string;
  process?: string;
}

export interface OvsState {
  /** other_config and external_ids of the Open_vSwitch row. */
  otherConfig: Record<string, string>;
  externalIds: Record<string, string>;
  version?: string;
  bridges: OvsBridge[];
  /** `ovs/route/show`, `tnl/neigh/show`: what a userspace datapath uses for native tunnels. */
  routes: { dst: string; dev: string; via?: string; src?: string; local: boolean }[];
  tunnelNeighbours: { address: string; mac: string; bridge: string }[];
  /** `dpctl/dump-conntrack`: the userspace datapath's own table; with the kernel datapath, the kernel's. Absent: unknown. */
  conntrack?: ConntrackEntry[];
}

export interface OvsBridge {
  name: string;
  datapathType: string;
  failMode: string;
  protocols: string[];
  controllers: string[];
  datapathId?: string;
  otherConfig: Record<string, string>;
  externalIds: Record<string, string>;
  ports: OvsPort[];
  flows: Flow[];
  groups: Group[];
  fdb: OvsFdbEntry[];
  /** False when the flows could not be read, or not all of them: a walk through this bridge is then unknown. */
  flowsKnown: boolean;
  /**
   * Present when single lines alone could not be read, of a dump that is whole otherwise: only a lookup in one of these
   * tables is then unknown (in any table, where an entry has none).
   */
  flowErrors?: { table?: number; text: string; reason: string }[];
  /** Parts that could not be read, or not wholly: what they hold is true, and what they lack is unknown. */
  unread?: ("ports" | "groups" | "fdb")[];
}

export interface OvsFdbEntry {
  /** OpenFlow port number, or LOCAL as 65534. */
  port: number;
  vlan: number;
  mac: string;
  age: number;
  /** Added by fdb/add (`static` in place of an age): never moves by learning. */
  static?: boolean;
}

export interface OvsPort {
  name: string;
  tag?: number;
  trunks: number[];
  vlanMode?: "access" | "trunk" | "native-tagged" | "native-untagged" | "dot1q-tunnel";
  /** other_config of the Port: Neutron keeps net_uuid, network_type, physical_network, segmentation_id, tag here. */
  otherConfig: Record<string, string>;
  externalIds: Record<string, string>;
  bondMode?: string;
  /** Column `protected`: no traffic between two such ports. */
  protected?: boolean;
  /** Column `cvlans` of a dot1q-tunnel port: customer VLANs that it takes; absent means all. */
  cvlans?: number[];
  interfaces: OvsInterface[];
}

export interface OvsInterface {
  name: string;
  /** "" or system, internal, tap, patch, vxlan, gre, geneve, dpdkvhostuserclient, dummy, … */
  type: string;
  /** Absent or -1: the port could not be added. */
  ofport?: number;
  options: Record<string, string>;
  externalIds: Record<string, string>;
  mac?: string;
  adminUp?: boolean;
  linkUp?: boolean;
  error?: string;
  mtu?: number;
  /** Namespace where the kernel device of that name lives; absent when the recording has none (patch, tunnel, DPDK). */
  netns?: string;
  /** OpenFlow port config/state words of `ovs-ofctl show`: PORT_DOWN, NO_FLOOD, NO_RECV, LINK_DOWN, … */
  config: string[];
  state: string[];
  /** As the switch counts. */
  stats?: Link["stats"];
}

export interface DnsmasqInstance {
  networkId: string;
  netns: string;
  /** Interface the agent wrote, e.g. tap388b5d68-e2. */
  interface?: string;
  command: string;
  /** False when no process runs it. */
  running: boolean;
  hosts: { mac: string; name?: string; address?: string; tags: string[]; line: string }[];
  options: { tag?: string; name: string; value: string; line: string }[];
  addnHosts: { address: string; names: string[] }[];
  leases: { expiry: number; mac: string; address: string; name: string }[];
}
