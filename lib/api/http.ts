/**
 * Underlay's own HTTP API, as JSON shapes. Server routes return them, lib/client fetches them, components draw them.
 *
 *   GET    /api/health                                       { status: "ok" }, or 503 and the reason; no session
 *   GET    /api/session                                      SessionInfo
 *   POST   /api/session   { user, password, domain?, project? }   SessionInfo, and its cookie; without project: a choice is left
 *   PUT    /api/session   { project }                        SessionInfo, and its cookie
 *   DELETE /api/session                                      204
 *   GET    /api/clouds                                       CloudSummary[]
 *   POST   /api/clouds?name=…        body: .tar.gz           NDJSON of ImportEvent (progress, then done or failed)
 *   GET    /api/clouds/:cloud                                CloudDetail
 *   DELETE /api/clouds/:cloud                                204
 *   GET    /api/clouds/:cloud/topology                       Topology
 *   GET    /api/clouds/:cloud/hosts                          HostSummary[]
 *   GET    /api/clouds/:cloud/hosts/:host                    HostGraph
 *   GET    /api/clouds/:cloud/hosts/:host/device?netns=&name=  DevicePanel
 *   GET    /api/clouds/:cloud/hosts/:host/raw?file=          text/plain
 *   GET    /api/clouds/:cloud/hosts/:host/script             text/plain
 *   GET    /api/clouds/:cloud/ends                           TraceEnd[]
 *   GET    /api/clouds/:cloud/trace?from=&to=&proto=&dport=&size=&df=&fromAddress=   NDJSON of TraceEvent
 *   GET    /api/clouds/:cloud/trace.pcapng?…same             application/octet-stream
 *   GET    /api/clouds/:cloud/search?q=                      SearchHit[]
 *   GET    /api/clouds/:cloud/check[?repair=0][&only=HOST]   CheckReport; repair=0: without repairs, which is quicker
 *   GET    /api/clouds/:cloud/check?host=&id=                Repair: of one difference, or (no id) of all of a host
 *   POST   /api/clouds/embedded/check    { host, id?, script }  Repair: that was run
 *   GET    /api/clouds/:cloud/agents                         AgentState[]
 *   POST   /api/clouds/embedded/agents   { id, run }         AgentState[]
 *   GET    /api/clouds/:cloud/flows?q=                       FlowSearch
 *   GET    /api/clouds/embedded/hosts/:host/history?device=   HostHistory
 *   GET    /api/clouds/embedded/faults                       FaultReport
 *   GET    /api/clouds/embedded/faults?kind=                 FaultPlaces
 *   GET    /api/clouds/embedded/faults?injected=1            InjectedFault[]
 *   POST   /api/clouds/embedded/faults   { kind, place? }    201 InjectedFault
 *   DELETE /api/clouds/embedded/faults?id=…|all              InjectedFault[]: those that were undone
 * Shapes of checks' repairs, agents, histories and flow searches: operate.ts.
 * Errors: status ≥ 400 with ApiError.
 */
import type { Gap } from "../host/state.ts";

export interface ApiError {
  error: {
    /** Stable word, e.g. `not_found`, `bad_request`, `bad_bundle`. */
    code: string;
    message: string;
    /** What to try, where we know. */
    hint?: string;
    /** The query field or file at fault. */
    field?: string;
  };
}

/** Who is logged in. */
export interface SessionInfo {
  user: { id: string; name: string };
  /** Absent while it must still be chosen. */
  project?: { id: string; name: string };
  /** Names, in the project. */
  roles: string[];
  admin: boolean;
  /** All that the user has a role in, by name. */
  projects: { id: string; name: string }[];
  /** ISO time. */
  expiresAt: string;
}

export interface CloudSummary {
  id: string;
  name: string;
  /** `embedded`: the server’s own, which changes while one looks. */
  kind: "embedded" | "demo" | "bundle";
  hosts: number;
  networks: number;
  routers: number;
  instances: number;
  gaps: number;
  /** ISO times: when it was recorded, and when it was added here. */
  takenAt?: string;
  addedAt?: string;
  /** Bytes of the archive; absent for demo clouds. */
  size?: number;
}

export interface CloudDetail extends CloudSummary {
  gapList: Gap[];
  /** Inferred joins between hosts, which traces then report as `assume`. */
  assumptions: { name: string; reason: string; attachments: string[] }[];
}

export type ImportEvent =
  | { kind: "progress"; phase: "receive" | "unpack" | "read"; done: number; total?: number }
  | { kind: "done"; cloud: CloudDetail }
  | { kind: "failed"; error: ApiError["error"] };

/** The tenant's picture. Ids are Neutron's. */
export interface Topology {
  networks: TopologyNetwork[];
  routers: TopologyRouter[];
  instances: TopologyInstance[];
  floatingIps: {
    id: string;
    address: string;
    fixedIp?: string;
    portId?: string;
    routerId?: string;
    networkId: string;
    status: string;
  }[];
  securityGroups: {
    id: string;
    name: string;
    projectId: string;
    rules: { id: string; direction: "ingress" | "egress"; text: string }[];
  }[];
  projects: { id: string; name: string }[];
  /** Ports that are not an instance's: DHCP, router interfaces, unbound. */
  otherPorts: {
    id: string;
    name: string;
    owner: string;
    networkId: string;
    mac: string;
    addresses: string[];
    host?: string;
    status: string;
    deviceId: string;
  }[];
}
export interface TopologyNetwork {
  id: string;
  name: string;
  /** ISO time. */
  createdAt?: string;
  projectId: string;
  external: boolean;
  shared: boolean;
  status: string;
  mtu: number;
  /** vxlan, vlan, flat, gre, geneve, local. */
  type?: string;
  physicalNetwork?: string;
  segmentationId?: number;
  subnets: {
    id: string;
    name: string;
    cidr: string;
    gateway?: string;
    dhcp: boolean;
    dhcpAddresses: string[];
    dns: string[];
    ipVersion: 4 | 6;
  }[];
}
export interface TopologyRouter {
  id: string;
  name: string;
  projectId: string;
  status: string;
  distributed: boolean;
  ha: boolean;
  gateway?: { networkId: string; addresses: string[]; snat: boolean };
  interfaces: { portId: string; networkId: string; subnetId: string; address: string; owner: string }[];
  routes: { destination: string; nexthop: string }[];
}
export interface TopologyInstance {
  /** Server id, or the port's id where no server is known. */
  id: string;
  name: string;
  projectId: string;
  status: string;
  host?: string;
  ports: {
    id: string;
    networkId: string;
    mac: string;
    status: string;
    addresses: string[];
    floatingIps: string[];
    securityGroupIds: string[];
    portSecurity: boolean;
    tap: string;
    /** Of a trunk's subport: its tag on the tap. */
    vlan?: number;
    localVlan?: number;
  }[];
}

export interface HostSummary {
  name: string;
  /** network, compute, outside …: derived from agents and devices. */
  roles: string[];
  agents: { type: string; alive: boolean }[];
  links: number;
  namespaces: number;
  bridges: number;
  flows: number;
  guests: number;
  gaps: number;
  takenAt?: string;
  tunnelAddress?: string;
}

/** A host's device graph; the layout is computed from it in the browser by pure functions. */
export interface HostGraph {
  host: HostSummary;
  nodes: DeviceNode[];
  edges: { id: string; from: string; to: string; kind: "veth" | "patch" | "member" | "parent" | "guest" | "tunnel" }[];
  gaps: Gap[];
  networks: {
    id: string;
    name: string;
    type?: string;
    segmentationId?: number;
    localVlan?: number;
    /** Colours by the names of design tokens, the same in every view. */
    hue?: { edge: string; soft: string };
  }[];
  /** Namespaces other than the host's own, with the name of the router or network that they serve. */
  namespaces?: { name: string; title?: string }[];
}
export interface DeviceNode {
  /** `<netns>/<device>`; an OVS bridge is `root/<bridge>`, an OVS port without a link (patch, tunnel) `root/<port>`. */
  id: string;
  netns: string;
  name: string;
  kind:
    | "guest"
    | "tap"
    | "qbr"
    | "qvb"
    | "qvo"
    | "linuxbridge"
    | "ovs-bridge"
    | "patch"
    | "tunnel"
    | "nic"
    | "veth"
    | "router-port"
    | "dhcp-port"
    | "vlan"
    | "vxlan"
    | "internal"
    | "other";
  /** OVS bridge or Linux bridge (node id) that the device is a port of. */
  bridge?: string;
  /** Local VLAN tag, if any. */
  tag?: number;
  networkId?: string;
  networkName?: string;
  portId?: string;
  label?: string;
  /** Second line: address, VNI, remote … */
  detail?: string;
  up: boolean;
  /** `differs`: the check found something about it that is not as Neutron wants it. */
  marks: ("dead-vlan" | "down" | "unknown-to-neutron" | "expected-missing" | "differs")[];
}

/** Everything a device's panel shows; a section is absent when the device has none. */
export interface DevicePanel {
  id: string;
  netns: string;
  name: string;
  summary: { label: string; value: string; mono?: boolean; href?: string }[];
  flows?: { bridge: string; tables: FlowTable[]; total: number };
  fdb?: { columns: string[]; rows: string[][] };
  firewall?: {
    family: 4 | 6;
    table: string;
    chains: { name: string; policy?: string; rules: { text: string; packets: number; bytes: number }[] }[];
  }[];
  ipsets?: { name: string; type: string; members: string[] }[];
  routes?: { rules: string[]; tables: { name: string; routes: string[] }[] };
  neighbours?: { columns: string[]; rows: string[][] };
  conntrack?: string[];
  leases?: { network: string; command: string; hosts: string[]; options: string[]; leases: string[] };
  commands?: string[];
  raw?: { command: string; file: string; text: string; truncated: boolean }[];
}
export interface FlowTable {
  table: number;
  name?: string;
  flows: {
    priority: number;
    cookie: string;
    packets: number;
    bytes: number;
    /** As ovs-ofctl prints it, like what follows; the whole line is made of them (lib/client/flow-text.ts). */
    duration: string;
    /** Timeouts, flags and ages, ending in a blank; absent where there are none. */
    terms?: string;
    match: string;
    actions: string;
    /** Names woven in: token in the text → what it is (port, network, VM). */
    hints: { token: string; name: string }[];
  }[];
  /** Tables that this one leads to. */
  next: number[];
}

/** Something that a trace can start from or go to. */
export interface TraceEnd {
  /** What goes into `from` / `to`: unambiguous in this cloud. */
  value: string;
  label: string;
  kind: "instance" | "router" | "dhcp" | "floatingip" | "host" | "port";
  /** Addresses, network, host: for matching while typing, and for the second line. */
  detail: string;
  canSend: boolean;
}

export interface SearchHit {
  kind: "instance" | "network" | "router" | "port" | "floatingip" | "security_group" | "host" | "device" | "subnet";
  id: string;
  label: string;
  detail: string;
  href: string;
}

export interface TraceQuery {
  from: string;
  to?: string;
  proto: "icmp" | "tcp" | "udp" | "dhcp";
  dport?: number;
  /** ICMP payload bytes (56 as ping's default) or L4 payload. */
  size?: number;
  df?: boolean;
  fromAddress?: string;
  ttl?: number;
}

/** Intent against actual. */
export interface CheckReport {
  hosts: CheckedHost[];
}
export interface CheckedHost {
  name: string;
  /** false: nothing of it could be judged. */
  checked: boolean;
  /** What could not be, and why. */
  notChecked: string[];
  differences: CheckDifference[];
  /** Shell commands that set the host right, a line (or heredoc) each; empty where nothing is to be done, absent unasked. */
  repair?: string;
}
export interface CheckDifference {
  /** Unique on its host, and the same as long as the difference stays. */
  id: string;
  /** missing: Neutron wants it and the host lacks it; unexpected: the host has it and Neutron does not want it. */
  kind: "missing" | "unexpected" | "different";
  /** link, address, route, flow, iptables … */
  part: string;
  place: { netns?: string; device?: string; bridge?: string; table?: string };
  name: string;
  /** In the words of the host's tools. */
  actual?: string;
  desired?: string;
  resource?: { type: "port" | "network" | "router"; id: string };
  /** Agents of the host that do not run, and see to it once they do: `L3 agent`. */
  waitsFor?: string[];
}

/** Faults of the embedded cloud. */
export interface FaultReport {
  /** `places`: where it can be put as the cloud is now; `hosts`: which of them that is on. */
  kinds: (FaultKindText & { places: string[]; hosts: string[] })[];
  injected: InjectedFault[];
}
export interface FaultKindText {
  kind: string;
  /** One sentence: what is broken. */
  title: string;
  /** What it breaks: `Routers`. */
  family: string;
  /** What a trace through it ends with. */
  code: string;
}
/** One kind's places, with the shell lines that break it and a trace that meets it. */
export interface FaultPlaces {
  kind: string;
  places: { label: string; lines: { host: string; line: string }[]; trace: TraceQuery }[];
}
/** Oldest first in lists. */
export interface InjectedFault {
  id: string;
  kind: string;
  place: string;
  /** ISO time. */
  since: string;
  code: string;
  lines: { host: string; line: string }[];
  /** A trace that meets it. */
  trace?: TraceQuery;
  /** false: something else has mended it. */
  stands: boolean;
}
