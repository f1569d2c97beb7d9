/** `ovs-vsctl` that only asks (utilities/ovs-vsctl.c, lib/db-ctl-base.c). */
import { CommandError } from "../../host/command/command.ts";
import type { HostState, OvsBridge, OvsPort, OvsState } from "../../host/state.ts";
import { type Answer, lines } from "../answer.ts";
import { atomText, type Cell, cellText, type Row, rowsOf, TABLES, type TableName, uuidOf } from "./ovsdb.ts";

const QUERIES = new Set([
  "show",
  "list-br",
  "list-ports",
  "list-ifaces",
  "br-exists",
  "port-to-br",
  "iface-to-br",
  "get",
  "list",
  "find",
  "get-fail-mode",
  "get-controller",
  "get-manager",
  "br-to-vlan",
  "br-to-parent",
  "br-get-external-id",
]);

/** Undefined where one of the commands changes something. */
export function showVsctl(host: HostState, words: readonly string[]): Answer | undefined {
  if (words.some((word) => word === "-V" || word === "--version"))
    return lines([`ovs-vsctl (Open vSwitch) ${host.ovs?.version ?? "3.1.0"}`, "DB Schema 8.3.1"]);
  const steps = split(words).map(readStep);
  if (steps.length === 0) throw new CommandError("ovs-vsctl: missing command name (use --help for help)", 1);
  if (!steps.every((step) => QUERIES.has(step.name))) return undefined;
  const { ovs } = host;
  if (!ovs)
    throw new CommandError(
      "ovs-vsctl: unix:/var/run/openvswitch/db.sock: database connection failed (No such file or directory)",
      1,
    );
  const answers = steps.map((step) => answer(host, ovs, step));
  return {
    text: answers.map((one) => one.text).join(""),
    status: answers.find((one) => one.status !== 0)?.status ?? 0,
  };
}

interface Step {
  name: string;
  args: string[];
  columns?: string[];
  ifExists: boolean;
}

function split(words: readonly string[]): string[][] {
  const out: string[][] = [[]];
  for (const word of words) {
    if (word === "--") out.push([]);
    else out.at(-1)?.push(word);
  }
  return out.filter((piece) => piece.some((word) => !word.startsWith("-")));
}

const VALUED = new Set(["-t", "--timeout", "--db"]);

function readStep(words: readonly string[]): Step {
  let columns: string[] | undefined;
  let ifExists = false;
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at] as string;
    if (!word.startsWith("-")) break;
    const [option = "", value] = word.split("=");
    if (option === "--columns") columns = (value ?? words[++at] ?? "").split(",");
    else if (option === "--if-exists") ifExists = true;
    else if (VALUED.has(option) && value === undefined) at++;
    else if (option === "-f" || option === "--format") {
      if ((value ?? words[++at]) !== "list")
        throw new CommandError("ovs-vsctl: only --format=list is supported here", 1);
    }
  }
  const [name = "", ...args] = words.slice(at);
  return { name, args, ifExists, ...(columns && { columns }) };
}

function answer(host: HostState, ovs: OvsState, step: Step): Answer {
  const [first = "", second] = step.args;
  const need = (count: number) => {
    if (step.args.length < count)
      throw new CommandError(`ovs-vsctl: '${step.name}' command requires at least ${count} arguments`, 1);
  };
  const sorted = (names: readonly string[]) => lines([...names].sort());
  switch (step.name) {
    case "show":
      return lines(show(host, ovs));
    case "list-br":
      return sorted(ovs.bridges.map((one) => one.name));
    case "list-ports":
      return sorted(bridge(ovs, first).ports.flatMap((one) => (one.name === first ? [] : [one.name])));
    case "list-ifaces":
      return sorted(
        bridge(ovs, first).ports.flatMap((one) => (one.name === first ? [] : one.interfaces.map((i) => i.name))),
      );
    case "br-exists":
      return { text: "", status: ovs.bridges.some((one) => one.name === first) ? 0 : 2 };
    case "port-to-br":
    case "iface-to-br": {
      need(1);
      const has = (port: OvsPort) =>
        step.name === "port-to-br" ? port.name === first : port.interfaces.some((i) => i.name === first);
      const found = ovs.bridges.find((one) => one.ports.some(has));
      if (!found)
        throw new CommandError(`ovs-vsctl: no ${step.name === "port-to-br" ? "port" : "interface"} named ${first}`, 1);
      return lines([found.name]);
    }
    case "br-to-vlan":
      return lines([bridge(ovs, first) && "0"]);
    case "br-to-parent":
      return lines([bridge(ovs, first).name]);
    case "br-get-external-id": {
      const ids = bridge(ovs, first).externalIds;
      return lines(
        second === undefined
          ? Object.entries(ids).map(([key, value]) => `${key}=${value}`)
          : ids[second] === undefined
            ? []
            : [ids[second]],
      );
    }
    case "get-fail-mode":
      return lines([bridge(ovs, first).failMode].filter(Boolean));
    case "get-controller":
      return sorted(bridge(ovs, first).controllers);
    case "get-manager":
      return lines([]);
    case "get":
      need(2);
      return get(host, step);
    default:
      need(1);
      return list(host, step);
  }
}

function bridge(ovs: OvsState, name: string): OvsBridge {
  const found = ovs.bridges.find((one) => one.name === name);
  if (!found) throw new CommandError(`ovs-vsctl: no bridge named ${name}`, 1);
  return found;
}

/** `cmd_show_tables` of ovs-vsctl.c: which columns of which rows. */
function show(host: HostState, ovs: OvsState): string[] {
  const out = [uuidOf(`${host.name} Open_vSwitch `)];
  const connected = host.processes.some((one) => /neutron-openvswitch-agent|openvswitch-agent/.test(one.command));
  for (const one of ovs.bridges) {
    out.push(`    Bridge ${atomText(one.name)}`);
    for (const target of one.controllers) {
      out.push(`        Controller ${atomText(target)}`);
      if (connected) out.push("            is_connected: true");
    }
    if (one.failMode !== "") out.push(`        fail_mode: ${one.failMode}`);
    if (one.datapathType !== "system" && one.datapathType !== "")
      out.push(`        datapath_type: ${one.datapathType}`);
    for (const port of one.ports) out.push(...showPort(port));
  }
  if (ovs.version !== undefined) out.push(`    ovs_version: ${JSON.stringify(ovs.version)}`);
  return out;
}

function showPort(port: OvsPort): string[] {
  const out = [`        Port ${atomText(port.name)}`];
  if (port.tag !== undefined) out.push(`            tag: ${port.tag}`);
  if (port.trunks.length > 0) out.push(`            trunks: [${port.trunks.join(", ")}]`);
  for (const one of port.interfaces) {
    out.push(`            Interface ${atomText(one.name)}`);
    if (one.type !== "") out.push(`                type: ${one.type}`);
    if (Object.keys(one.options).length > 0)
      out.push(`                options: ${cellText({ kind: "map", map: one.options })}`);
    if (one.error !== undefined && one.error !== "") out.push(`                error: ${JSON.stringify(one.error)}`);
  }
  return out;
}

function tableOf(text: string): TableName {
  const plain = (name: string) => name.toLowerCase().replaceAll("-", "_");
  const found = TABLES.filter((table) => plain(table) === plain(text));
  const near = found.length > 0 ? found : TABLES.filter((table) => plain(table).startsWith(plain(text)));
  const [only] = near;
  if (only === undefined || near.length > 1)
    throw new CommandError(
      `ovs-vsctl: unknown table "${text}"; Bridge, Port, Interface and Open_vSwitch can be asked here`,
      1,
    );
  return only;
}

/** By name, by id, or `.` for the only one. */
function record(host: HostState, table: TableName, text: string): Row | undefined {
  const rows = rowsOf(host, table);
  return (
    rows.find((row) => row.name === text || cellText(row.cells._uuid ?? { kind: "rows", ids: [] }) === text) ??
    (text === "." && rows.length === 1 ? rows[0] : undefined)
  );
}

function cellOf(row: Row, table: TableName, column: string) {
  const name = column.replaceAll("-", "_");
  const found = row.cells[name] ?? row.cells[Object.keys(row.cells).find((key) => key.startsWith(name)) ?? ""];
  if (!found)
    throw new CommandError(
      `ovs-vsctl: ${table} does not contain a column whose name matches "${column}", or it is not known here`,
      1,
    );
  return found;
}

function get(host: HostState, { args, ifExists }: Step): Answer {
  const [tableText = "", name = "", ...columns] = args;
  const table = tableOf(tableText);
  const row = record(host, table, name);
  if (!row) {
    if (ifExists) return lines([]);
    throw new CommandError(`ovs-vsctl: no row "${name}" in table ${table}`, 1);
  }
  return lines(
    columns.map((text) => {
      const colon = text.indexOf(":");
      const column = colon < 0 ? text : text.slice(0, colon);
      const cell = cellOf(row, table, column);
      if (colon < 0) return cellText(cell);
      const key = text.slice(colon + 1).replace(/^"(.*)"$/, "$1");
      if (cell.kind !== "map")
        throw new CommandError(`ovs-vsctl: cannot specify key to get for non-map column ${column}`, 1);
      const value = cell.map[key];
      if (value === undefined && !ifExists)
        throw new CommandError(`ovs-vsctl: no key ${key} in ${table} record "${name}" column ${column}`, 1);
      return value === undefined ? "" : JSON.stringify(value);
    }),
  );
}

function list(host: HostState, { name, args, columns }: Step): Answer {
  const table = tableOf(args[0] ?? "");
  const conditions = args.slice(1);
  const rows =
    name === "find"
      ? rowsOf(host, table).filter((row) => conditions.every((text) => meets(row, table, text)))
      : chosen(host, table, conditions);
  const blocks = rows.map((row) => {
    const names = columns ?? Object.keys(row.cells);
    return names.map((column) => `${column.padEnd(20)}: ${cellText(cellOf(row, table, column))}\n`).join("");
  });
  return { text: blocks.join("\n"), status: 0 };
}

function chosen(host: HostState, table: TableName, names: readonly string[]): Row[] {
  if (names.length === 0) return rowsOf(host, table);
  return names.map((name) => {
    const row = record(host, table, name);
    if (!row) throw new CommandError(`ovs-vsctl: no row "${name}" in table ${table}`, 1);
    return row;
  });
}

/** `column=value`, `column!=value`, `column:key=value`. */
function meets(row: Row, table: TableName, condition: string): boolean {
  const m = /^([A-Za-z_-]+)(?::([^=!]+))?(!?=)(.*)$/.exec(condition);
  if (!m) throw new CommandError(`ovs-vsctl: ${condition}: only = and != are supported here`, 1);
  const [, column = "", key, operator, text = ""] = m;
  const value = text.replace(/^"(.*)"$/, "$1");
  return isValue(cellOf(row, table, column), key?.replace(/^"(.*)"$/, "$1"), value) === (operator === "=");
}

function isValue(cell: Cell, key: string | undefined, value: string): boolean {
  switch (cell.kind) {
    case "map":
      return key !== undefined && cell.map[key] === value;
    case "set":
      return cell.values.map(String).join(",") === value.replace(/^\[(.*)\]$/, "$1");
    case "rows":
      return cell.ids.join(",") === value;
    case "atom":
      return String(cell.value) === value;
  }
}
