/**
 * Columns of the database's tables that a HostState holds: how they are read and replaced (vswitchd/vswitch.ovsschema). A
 * column that exists, and that a HostState does not hold, takes any value and forgets it.
 */
import type { OvsBridge, OvsInterface, OvsPort, OvsState } from "../../state.ts";
import { CommandError } from "../command.ts";
import { readMap, readSet, readValue } from "./ovsdb-value.ts";
import type { VsctlTable } from "./vsctl-command.ts";

/** A set of atoms, as texts, or a map. */
export type Datum =
  | { readonly kind: "set"; readonly atoms: readonly string[] }
  | { readonly kind: "map"; readonly map: Readonly<Record<string, string>> };

interface ColumnType {
  readonly kind: "set" | "map";
  readonly atom: "string" | "integer" | "boolean";
  readonly most: number;
  readonly least?: number;
  readonly values?: readonly string[];
  readonly range?: readonly [number, number];
}

interface Column<Row> {
  readonly type: ColumnType;
  read(row: Row): Datum;
  write(row: Row, datum: Datum): Row;
}

const MANY = 4096;

const set = (...atoms: (string | number | boolean | undefined)[]): Datum => ({
  kind: "set",
  atoms: atoms.filter((a) => a !== undefined && a !== "").map(String),
});
const atomsOf = (datum: Datum): readonly string[] => (datum.kind === "set" ? datum.atoms : []);
const first = (datum: Datum): string | undefined => atomsOf(datum)[0];

const MAP: ColumnType = { kind: "map", atom: "string", most: MANY };
const TEXT: ColumnType = { kind: "set", atom: "string", most: 1 };
const NAMES: ColumnType = { kind: "set", atom: "string", most: MANY };
const VLAN: readonly [number, number] = [0, 4095];

type MapKey<Row> = { [K in keyof Row]: Row[K] extends Record<string, string> ? K : never }[keyof Row];

function mapColumn<Row>(key: MapKey<Row>): Column<Row> {
  return {
    type: MAP,
    // The key is one whose value is such a map.
    read: (row) => ({ kind: "map", map: row[key] as Record<string, string> }),
    write: (row, datum) => ({ ...row, [key]: datum.kind === "map" ? sorted(datum.map) : {} }),
  };
}

/** Maps are kept in the order of their keys, as the database prints them. */
function sorted(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function without<Row, K extends keyof Row>(row: Row, key: K): Row {
  const { [key]: _, ...rest } = row;
  // Only optional columns are taken out.
  return rest as Row;
}

const optional = <Row, K extends keyof Row>(row: Row, key: K, value: Row[K] | undefined): Row =>
  value === undefined ? without(row, key) : { ...row, [key]: value };

const numbers = (datum: Datum): number[] =>
  atomsOf(datum)
    .map(Number)
    .sort((a, b) => a - b);

/** An interface while a transaction runs: what is asked for, and is no part of a HostState. */
export interface DraftInterface extends OvsInterface {
  ofportRequest?: number;
  macRequest?: string;
  mtuRequest?: number;
}

const BRIDGE: Readonly<Record<string, Column<OvsBridge>>> = {
  datapath_type: {
    type: TEXT,
    // The database has the empty text for the kernel's datapath.
    read: (row) => set(row.datapathType === "system" ? "" : row.datapathType),
    write: (row, datum) => ({ ...row, datapathType: first(datum) || "system" }),
  },
  fail_mode: {
    type: { ...TEXT, values: ["secure", "standalone"] },
    read: (row) => set(row.failMode),
    write: (row, datum) => ({ ...row, failMode: first(datum) ?? "standalone" }),
  },
  protocols: {
    type: {
      ...NAMES,
      values: ["OpenFlow10", "OpenFlow11", "OpenFlow12", "OpenFlow13", "OpenFlow14", "OpenFlow15"],
    },
    read: (row) => set(...row.protocols),
    write: (row, datum) => ({ ...row, protocols: [...new Set(atomsOf(datum))].sort() }),
  },
  other_config: mapColumn("otherConfig"),
  external_ids: mapColumn("externalIds"),
};

const PORT: Readonly<Record<string, Column<OvsPort>>> = {
  tag: {
    type: { kind: "set", atom: "integer", most: 1, range: VLAN },
    read: (row) => set(row.tag),
    write: (row, datum) => optional(row, "tag", numbers(datum)[0]),
  },
  trunks: {
    type: { kind: "set", atom: "integer", most: 4096, range: VLAN },
    read: (row) => set(...row.trunks),
    write: (row, datum) => ({ ...row, trunks: numbers(datum) }),
  },
  cvlans: {
    type: { kind: "set", atom: "integer", most: 4096, range: VLAN },
    read: (row) => set(...(row.cvlans ?? [])),
    write: (row, datum) => optional(row, "cvlans", atomsOf(datum).length === 0 ? undefined : numbers(datum)),
  },
  vlan_mode: {
    type: { ...TEXT, values: ["access", "dot1q-tunnel", "native-tagged", "native-untagged", "trunk"] },
    read: (row) => set(row.vlanMode),
    // Checked against `values` before.
    write: (row, datum) => optional(row, "vlanMode", first(datum) as OvsPort["vlanMode"]),
  },
  bond_mode: {
    type: { ...TEXT, values: ["active-backup", "balance-slb", "balance-tcp"] },
    read: (row) => set(row.bondMode),
    write: (row, datum) => optional(row, "bondMode", first(datum)),
  },
  protected: {
    type: { kind: "set", atom: "boolean", most: 1, least: 1 },
    read: (row) => set(row.protected ?? false),
    write: (row, datum) => optional(row, "protected", first(datum) === "true" ? true : undefined),
  },
  other_config: mapColumn("otherConfig"),
  external_ids: mapColumn("externalIds"),
};

const INTERFACE: Readonly<Record<string, Column<DraftInterface>>> = {
  type: {
    type: { ...TEXT, least: 1 },
    read: (row) => set(row.type),
    write: (row, datum) => ({ ...row, type: first(datum) ?? "" }),
  },
  options: mapColumn("options"),
  external_ids: mapColumn("externalIds"),
  ofport_request: {
    type: { kind: "set", atom: "integer", most: 1, range: [1, 65279] },
    read: (row) => set(row.ofportRequest),
    write: (row, datum) => optional(row, "ofportRequest", numbers(datum)[0]),
  },
  mac: {
    type: TEXT,
    read: (row) => set(row.macRequest),
    write: (row, datum) => optional(row, "macRequest", first(datum)),
  },
  mtu_request: {
    type: { kind: "set", atom: "integer", most: 1, range: [68, 65535] },
    read: (row) => set(row.mtuRequest),
    write: (row, datum) => optional(row, "mtuRequest", numbers(datum)[0]),
  },
};

const ROOT_TABLE: Readonly<Record<string, Column<OvsState>>> = {
  other_config: mapColumn("otherConfig"),
  external_ids: mapColumn("externalIds"),
};

interface Rows {
  Bridge: OvsBridge;
  Port: OvsPort;
  Interface: DraftInterface;
  Open_vSwitch: OvsState;
}

const COLUMNS: { readonly [T in VsctlTable]: Readonly<Record<string, Column<Rows[T]>>> } = {
  Bridge: BRIDGE,
  Port: PORT,
  Interface: INTERFACE,
  Open_vSwitch: ROOT_TABLE,
};

/** Columns that nothing here holds. */
const FORGOTTEN: Readonly<Record<VsctlTable, readonly string[]>> = {
  Bridge: [
    ...["stp_enable", "rstp_enable", "mcast_snooping_enable", "flood_vlans", "netflow", "sflow", "ipfix", "mirrors"],
    ...["auto_attach", "flow_tables", "controller"],
  ],
  Port: [
    ...["qos", "lacp", "mac", "bond_updelay", "bond_downdelay", "bond_active_slave", "bond_fake_iface"],
    "fake_bridge",
  ],
  Interface: [
    ...["other_config", "ingress_policing_rate", "ingress_policing_burst", "ingress_policing_kpkts_rate", "bfd"],
    ...["ingress_policing_kpkts_burst", "cfm_mpid", "lldp", "duplex"],
  ],
  Open_vSwitch: ["system_type", "system_version", "db_version", "ovs_version", "manager_options", "ssl"],
};

const READ_ONLY: Readonly<Record<VsctlTable, readonly string[]>> = {
  Bridge: ["name", "_uuid"],
  Port: ["name", "_uuid"],
  Interface: ["name", "_uuid", "ofport", "link_state", "admin_state", "mac_in_use", "mtu", "ifindex", "error"],
  Open_vSwitch: ["_uuid"],
};

/** The column's full name, `_` for `-`, by its name or an unambiguous beginning (db-ctl-base.c get_column). */
export function columnName(table: VsctlTable, text: string): string {
  const plain = text.replaceAll("-", "_").toLowerCase();
  const all = [...Object.keys(COLUMNS[table]), ...FORGOTTEN[table], ...READ_ONLY[table]];
  const exact = all.filter((name) => name === plain);
  const found = exact.length > 0 ? exact : all.filter((name) => name.startsWith(plain));
  const [name] = found;
  if (name === undefined)
    throw new CommandError(`ovs-vsctl: ${table} does not contain a column whose name matches "${text}"`);
  if (found.length > 1)
    throw new CommandError(`ovs-vsctl: ${table} contains more than one column whose name matches "${text}"`);
  if (READ_ONLY[table].includes(name))
    throw new CommandError(`ovs-vsctl: cannot modify read-only column ${name} in table ${table}`);
  return name;
}

/** What a command does to a column; `undefined` takes it back to nothing. */
export type Edit =
  | { readonly kind: "set"; readonly key?: string; readonly value: string }
  | { readonly kind: "add" | "remove"; readonly values: readonly string[] }
  | { readonly kind: "clear" };

/** The row with the column changed. Throws CommandError as ovs-vsctl and the database would refuse. */
export function editColumn<T extends VsctlTable>(table: T, row: Rows[T], column: string, edit: Edit): Rows[T] {
  const name = columnName(table, column);
  const known = COLUMNS[table][name];
  if (!known) return row;
  const datum = edited(known.type, known.read(row), edit, name);
  check(known.type, datum, edit);
  return known.write(row, datum);
}

function edited(type: ColumnType, before: Datum, edit: Edit, name: string): Datum {
  if (edit.kind === "clear") {
    if (type.least)
      throw new CommandError(
        `ovs-vsctl: "clear" operation cannot be applied to column ${name}, which is not allowed to be empty`,
      );
    return type.kind === "map" ? { kind: "map", map: {} } : { kind: "set", atoms: [] };
  }
  if (before.kind === "map") return { kind: "map", map: editedMap(before.map, edit) };
  if (edit.kind === "set") {
    if (edit.key !== undefined)
      throw new CommandError(`ovs-vsctl: cannot specify key to set for non-map column ${name}`);
    const text = edit.value;
    // One text may hold anything; several are cut at commas.
    const atoms = type.atom === "string" && type.most === 1 && !text.startsWith("[") ? single(text) : readSet(text);
    return { kind: "set", atoms };
  }
  const values = edit.values.flatMap(readSet);
  const atoms =
    edit.kind === "add"
      ? [...new Set([...before.atoms, ...values])]
      : before.atoms.filter((atom) => !values.includes(atom));
  return { kind: "set", atoms };
}

function single(text: string): string[] {
  const value = readValue(text);
  return value === "" ? [] : [value];
}

function editedMap(
  before: Readonly<Record<string, string>>,
  edit: Exclude<Edit, { kind: "clear" }>,
): Record<string, string> {
  if (edit.kind === "set") {
    if (edit.key === undefined) return readMap(edit.value);
    return { ...before, [readValue(edit.key)]: readValue(edit.value) };
  }
  if (edit.kind === "add") {
    const added = Object.assign({}, ...edit.values.map(readMap)) as Record<string, string>;
    // A key that is there keeps its value (ovsdb_datum_union).
    return { ...added, ...before };
  }
  const out = { ...before };
  for (const text of edit.values) {
    const pair = /^("(?:[^"\\]|\\.)*"|[^=]+)=(.*)$/s.exec(text);
    if (!pair) {
      for (const key of readSet(text)) delete out[key];
      continue;
    }
    for (const [key, value] of Object.entries(readMap(text))) if (out[key] === value) delete out[key];
  }
  return out;
}

function check(type: ColumnType, datum: Datum, edit: Edit): void {
  if (datum.kind === "map") return;
  const { atoms } = datum;
  for (const atom of atoms) {
    if (type.atom === "integer" && !/^-?\d+$/.test(atom))
      throw new CommandError(`ovs-vsctl: "${atom}" is not a valid integer`);
    if (type.atom === "boolean" && atom !== "true" && atom !== "false")
      throw new CommandError(`ovs-vsctl: "${atom}" is not a valid boolean (use "true" or "false")`);
    if (type.range && (Number(atom) < type.range[0] || Number(atom) > type.range[1]))
      throw new CommandError(
        `ovs-vsctl: constraint violation: ${atom} is not in the valid range ${type.range[0]} to ${type.range[1]} (inclusive)`,
      );
    if (type.values && !type.values.includes(atom))
      throw new CommandError(
        `ovs-vsctl: constraint violation: ${atom} is not one of the allowed values ([${type.values.join(", ")}])`,
      );
  }
  if (atoms.length <= type.most) return;
  if (edit.kind === "set")
    throw new CommandError(
      `ovs-vsctl: ${edit.value}: ${atoms.length} value(s) specified but the maximum number is ${type.most}`,
    );
  const details = `Attempted to store ${atoms.length} elements in set of up to ${type.most} ${type.atom}s.`;
  throw new CommandError(`ovs-vsctl: transaction error: {"details":"${details}","error":"constraint violation"}`);
}
