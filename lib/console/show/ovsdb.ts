/** Rows of the switch's database, with the columns that a host's state tells, and values as ovs-vsctl prints them (lib/ovsdb-data.c). */
import type { HostState, OvsBridge, OvsInterface, OvsPort, OvsState } from "../../host/state.ts";

export type Cell =
  | { readonly kind: "atom"; readonly value: string | number | boolean }
  | { readonly kind: "set"; readonly values: readonly (string | number | boolean)[] }
  /** Ids of rows, which stand bare. */
  | { readonly kind: "rows"; readonly ids: readonly string[] }
  | { readonly kind: "map"; readonly map: Readonly<Record<string, string>> };

export interface Row {
  /** What the record is called by; empty for the one row of Open_vSwitch. */
  readonly name: string;
  readonly cells: Readonly<Record<string, Cell>>;
}

export type TableName = "Bridge" | "Port" | "Interface" | "Open_vSwitch";
export const TABLES: readonly TableName[] = ["Bridge", "Port", "Interface", "Open_vSwitch"];

const atom = (value: string | number | boolean): Cell => ({ kind: "atom", value });
const map = (value: Readonly<Record<string, string>>): Cell => ({ kind: "map", map: value });
/** A column that may be empty: one value stands alone. */
const maybe = (value: string | number | boolean | undefined): Cell =>
  value === undefined || value === "" ? { kind: "set", values: [] } : atom(value);
const set = (values: readonly (string | number)[]): Cell => {
  const [only] = values;
  return values.length === 1 && only !== undefined ? atom(only) : { kind: "set", values };
};

/** Rows are told apart by ids that follow from their names: a host's state has none. */
export function uuidOf(text: string): string {
  let hex = "";
  for (let part = 0; part < 4; part++) {
    let hash = 0x811c9dc5 ^ part;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
    hex += hash.toString(16).padStart(8, "0");
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const rows = (ids: readonly string[]): Cell => ({ kind: "rows", ids });
const id = (host: HostState, table: string, name: string) => uuidOf(`${host.name} ${table} ${name}`);

export function rowsOf(host: HostState, table: TableName): Row[] {
  const { ovs } = host;
  if (!ovs) return [];
  switch (table) {
    case "Open_vSwitch":
      return [{ name: "", cells: rootCells(host, ovs) }];
    case "Bridge":
      return ovs.bridges.map((one) => ({ name: one.name, cells: bridgeCells(host, one) }));
    case "Port":
      return ovs.bridges.flatMap((b) => b.ports.map((one) => ({ name: one.name, cells: portCells(host, one) })));
    case "Interface":
      return ovs.bridges.flatMap((b) =>
        b.ports.flatMap((p) => p.interfaces.map((one) => ({ name: one.name, cells: interfaceCells(host, one) }))),
      );
  }
}

function rootCells(host: HostState, ovs: OvsState): Row["cells"] {
  return {
    _uuid: rows([id(host, "Open_vSwitch", "")]),
    bridges: rows(ovs.bridges.map((one) => id(host, "Bridge", one.name))),
    external_ids: map(ovs.externalIds),
    other_config: map(ovs.otherConfig),
    ovs_version: maybe(ovs.version),
  };
}

function bridgeCells(host: HostState, one: OvsBridge): Row["cells"] {
  return {
    _uuid: rows([id(host, "Bridge", one.name)]),
    controller: rows(one.controllers.map((target) => id(host, "Controller", `${one.name} ${target}`))),
    datapath_id: maybe(one.datapathId),
    datapath_type: atom(one.datapathType === "system" ? "" : one.datapathType),
    external_ids: map(one.externalIds),
    fail_mode: maybe(one.failMode),
    name: atom(one.name),
    other_config: map(one.otherConfig),
    ports: rows(one.ports.map((port) => id(host, "Port", port.name))),
    protocols: set(one.protocols),
  };
}

function portCells(host: HostState, one: OvsPort): Row["cells"] {
  return {
    _uuid: rows([id(host, "Port", one.name)]),
    bond_mode: maybe(one.bondMode),
    cvlans: set(one.cvlans ?? []),
    external_ids: map(one.externalIds),
    interfaces: rows(one.interfaces.map((i) => id(host, "Interface", i.name))),
    name: atom(one.name),
    other_config: map(one.otherConfig),
    protected: atom(one.protected ?? false),
    tag: maybe(one.tag),
    trunks: set(one.trunks),
    vlan_mode: maybe(one.vlanMode),
  };
}

function interfaceCells(host: HostState, one: OvsInterface): Row["cells"] {
  const upDown = (value: boolean | undefined) => (value === undefined ? undefined : value ? "up" : "down");
  return {
    _uuid: rows([id(host, "Interface", one.name)]),
    admin_state: maybe(upDown(one.adminUp)),
    error: maybe(one.error),
    external_ids: map(one.externalIds),
    link_state: maybe(upDown(one.linkUp)),
    mac_in_use: maybe(one.mac),
    mtu: maybe(one.mtu),
    name: atom(one.name),
    ofport: maybe(one.ofport),
    options: map(one.options),
    type: atom(one.type),
  };
}

export function cellText(cell: Cell): string {
  switch (cell.kind) {
    case "atom":
      return atomText(cell.value);
    case "rows":
      return cell.ids.length === 1 ? (cell.ids[0] ?? "[]") : `[${cell.ids.join(", ")}]`;
    case "set":
      return `[${cell.values.map(atomText).join(", ")}]`;
    case "map":
      return `{${Object.entries(cell.map)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => `${atomText(key)}=${atomText(value)}`)
        .join(", ")}}`;
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Text stands in quotes unless it is a plain word that is no id (ovsdb-data.c string_needs_quotes). */
export function atomText(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  const plain = /^[A-Za-z_][-.A-Za-z0-9_]*$/.test(value) && value !== "true" && value !== "false" && !UUID.test(value);
  return plain ? value : JSON.stringify(value);
}
