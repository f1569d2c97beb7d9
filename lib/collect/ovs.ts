/** Open vSwitch of one host: `ovs/` of its directory. */
import type { Namespace, OvsBridge, OvsInterface, OvsPort, OvsState } from "../host/state.ts";
import type { HostFiles } from "./files.ts";
import { readFlows, versioned } from "./openflow.ts";
import { type OfctlPort, parseOfctlShow } from "./parse/ofctl-show.ts";
import { parseOvsFdb, parseOvsRoutes, parseTunnelNeighbours } from "./parse/ovs-appctl.ts";
import { parseOvsConntrack } from "./parse/ovs-conntrack.ts";
import { type OvsdbRow, parseOvsdbTable } from "./parse/ovsdb.ts";

const VLAN_MODES: readonly string[] = [
  "access",
  "trunk",
  "native-tagged",
  "native-untagged",
  "dot1q-tunnel",
] satisfies OvsPort["vlanMode"][];

/** Interface types that Open vSwitch knows (vswitchd/vswitch.xml, lib/netdev-*.c). */
const INTERFACE_TYPES: ReadonlySet<string> = new Set(
  "system internal tap patch vxlan gre ip6gre geneve lisp stt erspan ip6erspan gtpu bareudp srv6 dpdk dpdkvhostuser dpdkvhostuserclient afxdp afxdp-nonpmd dummy dummy-pmd dummy-internal".split(
    " ",
  ),
);

/** Columns of each table: without the needed ones its rows cannot be told apart or put in place. */
const COLUMNS = {
  Open_vSwitch: { needed: [], read: ["other_config", "external_ids", "ovs_version"] },
  Bridge: {
    needed: ["name", "ports"],
    read: ["datapath_type", "datapath_id", "fail_mode", "protocols", "controller", "other_config", "external_ids"],
  },
  Port: {
    needed: ["_uuid", "name", "interfaces", "tag"],
    read: ["trunks", "vlan_mode", "bond_mode", "other_config", "external_ids"],
  },
  Interface: {
    needed: ["_uuid", "name", "type", "options", "ofport"],
    read: ["external_ids", "mac_in_use", "admin_state", "link_state", "error", "mtu"],
  },
  Controller: { needed: ["_uuid", "target"], read: [] },
} as const;

/** Undefined on a host where Open vSwitch does not run. */
export async function readOvs(files: HostFiles): Promise<OvsState | undefined> {
  if (files.directories("").every((dir) => dir !== "ovs")) return undefined;
  const root = (await table(files, "Open_vSwitch"))?.[0];
  const bridgeRows = await table(files, "Bridge");
  const ports = byUuid(await table(files, "Port"));
  const interfaces = byUuid(await table(files, "Interface"));
  const controllers = byUuid(await table(files, "Controller"));
  const state: OvsState = {
    otherConfig: root?.map("other_config") ?? {},
    externalIds: root?.map("external_ids") ?? {},
    bridges: [],
    routes: [],
    tunnelNeighbours: [],
  };
  const version = root?.text("ovs_version");
  if (version !== undefined) state.version = version;
  const seen = new Set<string>();
  for (const row of bridgeRows ?? []) {
    const name = row.text("name");
    if (name === undefined) {
      files.log.add(list("Bridge"), "a bridge without its name");
      continue;
    }
    seen.add(name);
    state.bridges.push(await readBridge(files, name, row, ports, interfaces, controllers));
  }
  for (const name of files.directories("ovs/")) {
    if (seen.has(name)) continue;
    files.log.add(
      `ovs/${name}`,
      "the Bridge table does not have this bridge: its ports, tags and interface types are unknown",
    );
    state.bridges.push(await readBridge(files, name, undefined, ports, interfaces, controllers));
  }
  const routes = await files.read("ovs/route-show.txt", { endsWithNewline: true });
  if (routes) state.routes = parseOvsRoutes(routes.text, files.log.for("ovs/route-show.txt"));
  const neighbours = await files.read("ovs/tnl-neigh-show.txt", { endsWithNewline: true });
  if (neighbours)
    state.tunnelNeighbours = parseTunnelNeighbours(neighbours.text, files.log.for("ovs/tnl-neigh-show.txt"));
  const conntrack = "ovs/dpctl-dump-conntrack.txt";
  const entries = await files.read(conntrack, { emptyOk: true, endsWithNewline: true });
  if (entries?.whole) state.conntrack = parseOvsConntrack(entries.text, files.log.for(conntrack));
  return state;
}

function list(name: string): string {
  return `ovs/ovs-vsctl-list-${name}.json`;
}

export const BRIDGE_TABLE = list("Bridge");

type Table = keyof typeof COLUMNS;

async function table(files: HostFiles, name: Table): Promise<OvsdbRow[] | undefined> {
  const content = await files.read(list(name));
  if (!content || content.text === "") return undefined;
  return parseOvsdbTable(content.text, COLUMNS[name], files.log.for(list(name)));
}

function byUuid(rows: OvsdbRow[] | undefined): Map<string, OvsdbRow> {
  return new Map((rows ?? []).map((row) => [row.text("_uuid") ?? "", row]));
}

async function readBridge(
  files: HostFiles,
  name: string,
  row: OvsdbRow | undefined,
  ports: ReadonlyMap<string, OvsdbRow>,
  interfaces: ReadonlyMap<string, OvsdbRow>,
  controllers: ReadonlyMap<string, OvsdbRow>,
): Promise<OvsBridge> {
  const dir = `ovs/${name}`;
  const showFile = versioned(files, dir, "show");
  const show = await files.read(showFile, { endsWithNewline: true });
  const shown = show && show.text !== "" ? parseOfctlShow(show.text, files.log.for(showFile)) : undefined;
  const byNumber = new Map((shown?.ports ?? []).map((port) => [port.ofport, port]));
  const flows = await readFlows(files, dir);
  const fdbFile = `${dir}/fdb-show.txt`;
  const fdb = await files.read(fdbFile, { endsWithNewline: true });
  const bridge: OvsBridge = {
    name,
    // The database's defaults (vswitchd/vswitch.xml): kernel datapath, and standalone when no fail mode is set.
    datapathType: row?.text("datapath_type") || "system",
    failMode: row?.text("fail_mode") ?? "standalone",
    protocols: row?.texts("protocols") ?? [],
    controllers: (row?.texts("controller") ?? []).flatMap((uuid) => controllers.get(uuid)?.text("target") ?? []),
    otherConfig: row?.map("other_config") ?? {},
    externalIds: row?.map("external_ids") ?? {},
    ports: [],
    fdb: fdb ? parseOvsFdb(fdb.text, files.log.for(fdbFile)) : [],
    ...flows,
  };
  const datapathId = row?.text("datapath_id") ?? shown?.datapathId;
  if (datapathId !== undefined) bridge.datapathId = datapathId;
  for (const uuid of row?.texts("ports") ?? []) {
    const port = ports.get(uuid);
    if (port) bridge.ports.push(readPort(files, port, interfaces, byNumber));
    else if (ports.size > 0) files.log.add(list("Port"), `port ${uuid} of bridge ${name} is missing`);
  }
  const unread: OvsBridge["unread"] = flows.unread ?? [];
  if (row === undefined || [list("Port"), list("Interface")].some((file) => files.log.countOf(file) > 0))
    unread.push("ports");
  if (files.log.countOf(fdbFile) > 0) unread.push("fdb");
  if (unread.length > 0) bridge.unread = unread;
  bridge.ports.sort((a, b) => (a.name < b.name ? -1 : 1));
  return bridge;
}

function readPort(
  files: HostFiles,
  row: OvsdbRow,
  interfaces: ReadonlyMap<string, OvsdbRow>,
  shown: ReadonlyMap<number, OfctlPort>,
): OvsPort {
  const name = row.text("name") ?? "";
  const port: OvsPort = {
    name,
    trunks: row.numbers("trunks"),
    otherConfig: row.map("other_config"),
    externalIds: row.map("external_ids"),
    interfaces: [],
  };
  const tag = row.number("tag");
  if (tag !== undefined) port.tag = tag;
  const mode = row.text("vlan_mode");
  if (mode !== undefined) {
    if (VLAN_MODES.includes(mode)) port.vlanMode = mode as NonNullable<OvsPort["vlanMode"]>;
    else files.log.add(list("Port"), `port ${name}: VLAN mode ${mode} is not known`);
  }
  const bond = row.text("bond_mode");
  if (bond !== undefined) port.bondMode = bond;
  for (const uuid of row.texts("interfaces")) {
    const found = interfaces.get(uuid);
    if (found) {
      const iface = readInterface(found, shown);
      port.interfaces.push(iface);
      if (iface.type !== "" && !INTERFACE_TYPES.has(iface.type))
        files.log.add(list("Interface"), `${iface.name} is of type ${iface.type}, which is not supported`);
    } else if (interfaces.size > 0) files.log.add(list("Interface"), `interface ${uuid} of port ${name} is missing`);
  }
  return port;
}

function readInterface(row: OvsdbRow, shown: ReadonlyMap<number, OfctlPort>): OvsInterface {
  const name = row.text("name") ?? "";
  const ofport = row.number("ofport");
  // By number: `show` cuts names to 15 characters.
  const show = ofport === undefined ? undefined : shown.get(ofport);
  const out: OvsInterface = {
    name,
    type: row.text("type") ?? "",
    options: row.map("options"),
    externalIds: row.map("external_ids"),
    config: show?.config ?? [],
    state: show?.state ?? [],
  };
  if (ofport !== undefined) out.ofport = ofport;
  const mac = row.text("mac_in_use") ?? row.text("mac") ?? show?.mac;
  if (mac !== undefined) out.mac = mac;
  const admin = row.text("admin_state");
  if (admin !== undefined) out.adminUp = admin === "up";
  const link = row.text("link_state");
  if (link !== undefined) out.linkUp = link === "up";
  const error = row.text("error");
  if (error !== undefined && error !== "") out.error = error;
  const mtu = row.number("mtu");
  if (mtu !== undefined) out.mtu = mtu;
  return out;
}

/**
 * Says in which namespace each interface's device lives: agents move internal ports into qrouter-, qdhcp- and other
 * namespaces, and Open vSwitch still knows them by name.
 */
export function placeInterfaces(ovs: OvsState, namespaces: Namespace[]): void {
  const homes = new Map<string, { netns: string; mac: string }[]>();
  for (const namespace of namespaces) {
    for (const link of namespace.links) {
      const at = homes.get(link.name) ?? [];
      at.push({ netns: namespace.name, mac: link.mac });
      homes.set(link.name, at);
    }
  }
  for (const bridge of ovs.bridges) {
    for (const port of bridge.ports) {
      for (const iface of port.interfaces) {
        const at = homes.get(iface.name) ?? [];
        const home = at.length > 1 ? (at.find((h) => h.mac === iface.mac) ?? at[0]) : at[0];
        if (home) iface.netns = home.netns;
      }
    }
  }
}
