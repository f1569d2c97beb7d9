/** Bridges, ports and bundles as the switch sees them (vswitchd/bridge.c port_configure, ofproto/ofproto-dpif.c bundle_set). */
import type { OvsBridge, OvsInterface, OvsPort, OvsState } from "../../host/state.ts";
import type { Group } from "../../net/openflow/ast.ts";
import { Classifier, type Rule } from "./classifier.ts";
import { compileMatch } from "./match.ts";
import type { PortRef, TunnelKind } from "./switch.ts";

export const LOCAL_PORT = 65534;

export interface Tunnel {
  kind: TunnelKind;
  /** "flow": taken from tun_id. Absent: no key. */
  inKey: number | "flow";
  outKey: number | "flow" | undefined;
  local: string | "flow" | undefined;
  remote: string | "flow" | undefined;
  dstPort: number;
}

export interface PortModel {
  readonly ref: PortRef;
  readonly bridge: BridgeModel;
  readonly iface: OvsInterface;
  bundle: Bundle;
  /** For a patch port with a peer that points back. */
  peer?: PortModel;
  tunnel?: Tunnel;
  noFlood: boolean;
  noForward: boolean;
  noReceive: boolean;
  alive: boolean;
}

type VlanMode = "access" | "trunk" | "native-tagged" | "native-untagged" | "dot1q-tunnel";

export interface Bundle {
  name: string;
  ports: PortModel[];
  mode: VlanMode;
  /** Tag of access, native and tunnel ports. */
  vlan: number;
  trunks: ReadonlySet<number> | undefined;
  customerVlans: ReadonlySet<number> | undefined;
  tunnelTpid: number;
  priorityTags: "never" | "if-nonzero" | "always";
  floodable: boolean;
  protected: boolean;
  bond: string | undefined;
}

export interface BridgeModel {
  readonly name: string;
  readonly state: OvsBridge;
  readonly ports: Map<number, PortModel>;
  /** In the order in which NORMAL floods. */
  readonly bundles: Bundle[];
  readonly names: Map<string, number>;
  readonly tables: Map<number, Classifier>;
  readonly groups: Map<number, Group>;
  /** VLAN → address as a number → port. */
  readonly fdb: Map<number, Map<number, number>>;
  /** "vlan address" of entries that learning does not move. */
  readonly fixed: ReadonlySet<string>;
  readonly floodVlans: ReadonlySet<number>;
  readonly forwardBpdu: boolean;
  /** A controller before OpenFlow 1.3 is sent what no flow matches. */
  readonly missToController: boolean;
}

function setOf(text: string | undefined): ReadonlySet<number> | undefined {
  const numbers = (text ?? "").match(/\d+/g)?.map(Number);
  return numbers && numbers.length > 0 ? new Set(numbers) : undefined;
}

function modeOf(port: OvsPort): VlanMode {
  return port.vlanMode ?? (port.tag === undefined ? "trunk" : "access");
}

function makeBundle(port: OvsPort): Bundle {
  const mode = modeOf(port);
  const vlan = mode === "trunk" ? -1 : (port.tag ?? 0);
  let trunks: ReadonlySet<number> | undefined;
  if (port.trunks.length > 0 && mode !== "access" && mode !== "dot1q-tunnel")
    trunks = new Set(mode === "trunk" ? port.trunks : [...port.trunks, vlan]);
  const tags = port.otherConfig["priority-tags"];
  return {
    name: port.name,
    ports: [],
    mode,
    vlan,
    trunks,
    customerVlans: mode === "dot1q-tunnel" && port.cvlans && port.cvlans.length > 0 ? new Set(port.cvlans) : undefined,
    tunnelTpid: port.otherConfig["qinq-ethtype"] === "802.1q" ? 0x8100 : 0x88a8,
    priorityTags: tags === "always" ? "always" : tags === "true" || tags === "if-nonzero" ? "if-nonzero" : "never",
    floodable: true,
    protected: port.protected === true,
    bond: port.interfaces.length > 1 ? (port.bondMode ?? "active-backup") : undefined,
  };
}

const DEFAULT_TUNNEL_PORTS: Readonly<Record<TunnelKind, number>> = { vxlan: 4789, geneve: 6081, gre: 0 };

function key(text: string | undefined): number | "flow" | undefined {
  return text === undefined ? undefined : text === "flow" ? "flow" : Number(text);
}

function tunnelOf(iface: OvsInterface): Tunnel | undefined {
  const { type, options: o } = iface;
  const kind = type === "vxlan" || type === "geneve" || type === "gre" ? type : type === "ip6gre" ? "gre" : undefined;
  if (!kind) return undefined;
  return {
    kind,
    inKey: key(o.in_key ?? o.key) ?? 0,
    outKey: key(o.out_key ?? o.key),
    local: o.local_ip,
    remote: o.remote_ip,
    dstPort: o.dst_port === undefined ? DEFAULT_TUNNEL_PORTS[kind] : Number(o.dst_port),
  };
}

function addPort(bridge: BridgeModel, bundle: Bundle, iface: OvsInterface): void {
  const ofport = iface.name === bridge.name ? LOCAL_PORT : iface.ofport;
  if (ofport === undefined || ofport < 0) return;
  const has = (word: string): boolean => iface.config.includes(word);
  const model: PortModel = {
    ref: { bridge: bridge.name, ofport, name: iface.name, type: iface.type },
    bridge,
    iface,
    bundle,
    noFlood: has("NO_FLOOD"),
    noForward: has("NO_FWD"),
    noReceive: has("NO_RECV"),
    alive: !iface.state.includes("LINK_DOWN") && !has("PORT_DOWN") && iface.linkUp !== false,
  };
  const tunnel = tunnelOf(iface);
  if (tunnel) model.tunnel = tunnel;
  if (model.noFlood) bundle.floodable = false;
  bundle.ports.push(model);
  bridge.ports.set(ofport, model);
  bridge.names.set(iface.name, ofport);
}

function macNumber(text: string): number {
  return Number.parseInt(text.replaceAll(":", ""), 16);
}

function firstPort(bundle: Bundle): number {
  const first = bundle.ports[0]?.ref.ofport ?? LOCAL_PORT;
  return first === LOCAL_PORT ? -1 : first;
}

function makeBridge(state: OvsBridge): BridgeModel {
  const protocols = state.protocols;
  const old = (p: string): boolean => /OpenFlow1[012]$/.test(p);
  const bridge: BridgeModel = {
    name: state.name,
    state,
    ports: new Map(),
    bundles: [],
    names: new Map(),
    tables: new Map(),
    groups: new Map(state.groups.map((g) => [g.id, g])),
    fdb: new Map(),
    fixed: new Set(state.fdb.filter((e) => e.static).map((e) => `${e.vlan} ${macNumber(e.mac)}`)),
    floodVlans: setOf(state.otherConfig["flood-vlans"]) ?? new Set(),
    forwardBpdu: state.otherConfig["forward-bpdu"] === "true",
    missToController: state.controllers.length > 0 && (protocols.length === 0 || protocols.every(old)),
  };
  for (const port of state.ports) {
    const bundle = makeBundle(port);
    for (const iface of port.interfaces) addPort(bridge, bundle, iface);
    if (bundle.ports.length > 0) bridge.bundles.push(bundle);
  }
  // Open vSwitch floods in the order in which ports came, and numbers them in that order too; the bridge's own came first.
  bridge.bundles.sort((a, b) => firstPort(a) - firstPort(b));
  for (const e of state.fdb) {
    let vlan = bridge.fdb.get(e.vlan);
    if (!vlan) {
      vlan = new Map();
      bridge.fdb.set(e.vlan, vlan);
    }
    vlan.set(macNumber(e.mac), e.port);
  }
  for (const flow of state.flows) {
    let table = bridge.tables.get(flow.table);
    if (!table) {
      table = new Classifier();
      bridge.tables.set(flow.table, table);
    }
    table.insert(makeRule(flow, bridge.names));
  }
  return bridge;
}

export function makeRule(flow: OvsBridge["flows"][number], names: ReadonlyMap<string, number>): Rule {
  const match = compileMatch(flow.match, names);
  const conjunctions = flow.actions.filter((a) => a.kind === "conjunction");
  const rule: Rule = { flow, priority: flow.priority, match };
  return conjunctions.length > 0 ? { ...rule, conjunctions } : rule;
}

/** All bridges of a host, with patch ports joined. */
export function makeBridges(ovs: OvsState): Map<string, BridgeModel> {
  const bridges = new Map(ovs.bridges.map((b) => [b.name, makeBridge(b)]));
  const patches = new Map<string, PortModel>();
  for (const bridge of bridges.values())
    for (const port of bridge.ports.values()) if (port.ref.type === "patch") patches.set(port.ref.name, port);
  for (const port of patches.values()) {
    const peer = patches.get(port.iface.options.peer ?? "");
    if (peer && peer.iface.options.peer === port.ref.name) port.peer = peer;
  }
  return bridges;
}

export function portElement(port: PortModel): { type: "ovs-port"; bridge: string; text: string } {
  return { type: "ovs-port", bridge: port.ref.bridge, text: describePort(port.ref.name, port.ref.ofport, port.bundle) };
}

function describePort(name: string, ofport: number, bundle: Bundle): string {
  const tag = bundle.vlan >= 0 ? ` tag=${bundle.vlan}` : "";
  const mode = bundle.mode === "access" || bundle.mode === "trunk" ? "" : ` vlan_mode=${bundle.mode}`;
  return `${name} (${ofport === LOCAL_PORT ? "LOCAL" : ofport})${tag}${mode}`;
}
