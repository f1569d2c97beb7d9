/** `ovs-ofctl` that only asks (utilities/ovs-ofctl.c, lib/ofp-flow.c, lib/ofp-port.c). */
import { CommandError } from "../../host/command/command.ts";
import { selector } from "../../host/command/ovs/flow-table.ts";
import { readSelection } from "../../host/command/ovs/ofctl-parse.ts";
import type { HostState, OvsBridge, OvsInterface } from "../../host/state.ts";
import type { Action, Flow } from "../../net/openflow/ast.ts";
import { printFlow, printGroup } from "../../net/openflow/print.ts";
import { FlowSyntaxError } from "../../net/openflow/scan.ts";
import { type Answer, lines } from "../answer.ts";
import { asOpenFlow10 } from "./openflow10.ts";

const QUERIES = new Set([
  "show",
  "dump-flows",
  "dump-groups",
  "dump-ports",
  "dump-ports-desc",
  "dump-aggregate",
  "dump-desc",
  "dump-tables",
  ...["dump-table-features", "dump-group-stats", "dump-group-features", "dump-meters", "meter-stats", "queue-stats"],
  ...["snoop", "monitor", "probe", "ping", "benchmark", "packet-out", "diff-flows"],
]);
const LOCAL = 65534;

export function showOfctl(host: HostState, words: readonly string[], tty: boolean): Answer | undefined {
  if (words.some((word) => word === "-V" || word === "--version"))
    return lines([`ovs-ofctl (Open vSwitch) ${host.ovs?.version ?? "3.1.0"}`, "OpenFlow versions 0x1:0x6"]);
  const rest: string[] = [];
  let version = "OpenFlow10";
  let names = tty;
  let stats = true;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === "-O") version = words[++i] ?? version;
    else if (/^-O.|^--protocols=/.test(word)) version = word.replace(/^-O|^--protocols=/, "");
    else if (word === "--names") names = true;
    else if (word === "--no-names") names = false;
    else if (word === "--no-stats") stats = false;
    else if (word === "--rsort" || word.startsWith("--sort") || word === "-m" || word === "--more") continue;
    else rest.push(word);
  }
  const [name = "", bridgeName = "", ...args] = rest;
  if (!QUERIES.has(name)) return undefined;
  const bridge = host.ovs?.bridges.find((one) => one.name === bridgeName);
  if (!bridge) throw new CommandError(`ovs-ofctl: ${bridgeName} is not a bridge or a socket`, 1);
  const of = version.split(",").at(-1) ?? version;
  if (bridge.protocols.length > 0 && !version.split(",").some((one) => bridge.protocols.includes(one)))
    throw new CommandError(
      `${host.name}|vconn|WARN|unix:/var/run/openvswitch/${bridgeName}.mgmt: version negotiation failed\novs-ofctl: ${bridgeName}: failed to connect to socket (Protocol not supported): try -O ${bridge.protocols.at(-1)}`,
      1,
    );
  return answer(bridge, name, args, { of: VERSIONS[of], names, stats, tty, software: host.ovs?.version ?? "3.1.0" });
}

const VERSIONS: Readonly<Record<string, string | undefined>> = {
  OpenFlow11: "OF1.1",
  OpenFlow12: "OF1.2",
  OpenFlow13: "OF1.3",
  OpenFlow14: "OF1.4",
  OpenFlow15: "OF1.5",
};

interface Manner {
  /** Undefined for 1.0. */
  of: string | undefined;
  names: boolean;
  stats: boolean;
  tty: boolean;
  /** Version of the switch. */
  software: string;
}

function answer(bridge: OvsBridge, name: string, args: readonly string[], manner: Manner): Answer {
  const { of, software } = manner;
  const head = (message: string, xid = "0x2") => `${message} reply${of === undefined ? "" : ` (${of})`} (xid=${xid}):`;
  switch (name) {
    case "dump-flows": {
      const flows = inTables(chosen(bridge, args[0])).map((flow) => ` ${flowText(bridge, flow, manner)}`);
      // On a terminal it prints flows alone (ofctl_dump_flows__); xids are those of its only questions.
      if (manner.tty) return lines(flows);
      const some = args.length > 0;
      return lines([
        of === undefined ? head("NXST_FLOW", some ? "0x8" : "0x4") : head("OFPST_FLOW", some ? "0x6" : "0x2"),
        ...flows,
      ]);
    }
    case "dump-aggregate": {
      const flows = chosen(bridge, args[0]);
      const sum = (key: "packets" | "bytes") => flows.reduce((all, flow) => all + flow[key], 0);
      return lines([
        `${head(of === undefined ? "NXST_AGGREGATE" : "OFPST_AGGREGATE", "0x4")} packet_count=${sum("packets")} byte_count=${sum("bytes")} flow_count=${flows.length}`,
      ]);
    }
    case "dump-groups":
      return lines([
        head(of === undefined ? "NXST_GROUP_DESC" : "OFPST_GROUP_DESC"),
        ...bridge.groups.map((group) => ` ${printGroup(group)}`),
      ]);
    case "dump-ports-desc":
      return lines([head("OFPST_PORT_DESC"), ...interfaces(bridge).flatMap(portLines)]);
    case "show":
      return lines(show(bridge, of));
    case "dump-ports": {
      const [asked] = args;
      const ports = interfaces(bridge).filter((one) => asked === undefined || isCalled(one, asked));
      if (asked !== undefined && ports.length === 0)
        throw new CommandError(`ovs-ofctl: ${bridge.name}: couldn't find port \`${asked}'`, 1);
      ports.sort((a, b) => Number(b.ofport === LOCAL) - Number(a.ofport === LOCAL));
      return lines([`${head("OFPST_PORT")} ${ports.length} ports`, ...ports.flatMap((one) => counted(one, manner))]);
    }
    case "dump-desc":
      return lines([
        head("OFPST_DESC"),
        "Manufacturer: Nicira, Inc.",
        "Hardware: Open vSwitch",
        `Software: ${software}`,
        "Serial Num: None",
        "DP Description: None",
      ]);
    default:
      throw new CommandError(
        `ovs-ofctl: ${name} is not supported here; show, dump-flows, dump-groups, dump-ports, dump-ports-desc and dump-aggregate are`,
        1,
      );
  }
}

function chosen(bridge: OvsBridge, text: string | undefined): Flow[] {
  if (text === undefined) return bridge.flows;
  try {
    const select = readSelection(
      text.replace(/in_port="?([A-Za-z][^",]*)"?/, (whole, name: string) => {
        const found = interfaces(bridge).find((one) => one.name === name)?.ofport;
        return found === undefined ? whole : `in_port=${found}`;
      }),
    );
    return bridge.flows.filter(selector(select, false));
  } catch (error) {
    if (error instanceof FlowSyntaxError) throw new CommandError(`ovs-ofctl: ${error.message}: ${error.text}`, 1);
    throw error;
  }
}

/** As a switch tells them: table by table. */
function inTables(flows: readonly Flow[]): Flow[] {
  return [...flows].sort((a, b) => a.table - b.table);
}

export function flowText(
  bridge: OvsBridge,
  flow: Flow,
  { names, stats, of }: Pick<Manner, "names" | "stats" | "of">,
): string {
  const told = of === undefined ? { ...flow, actions: asOpenFlow10(flow.actions) } : flow;
  const text = printFlow(names ? withNames(bridge, told) : told);
  return stats ? text : text.replace(/duration=[^,]*, /, "").replace(/n_packets=\d+, n_bytes=\d+, /, "");
}

/** Port names stand in quotes unless they are letters and digits alone (lib/ofp-port.c port_name_needs_quotes). */
const quoted = (name: string) => (/^[A-Za-z][A-Za-z0-9]*$/.test(name) ? name : `"${name}"`);

function withNames(bridge: OvsBridge, flow: Flow): Flow {
  const name = (port: string): string => {
    const found = interfaces(bridge).find((one) => String(one.ofport) === port && one.ofport !== LOCAL);
    return found ? quoted(found.name) : port;
  };
  const fields = flow.match.fields.map((field) =>
    field.name === "in_port" ? { ...field, value: name(field.value) } : field,
  );
  const action = (one: Action): Action => {
    if (one.kind === "clone" || one.kind === "write_actions") return { ...one, actions: one.actions.map(action) };
    if (one.kind !== "output" || typeof one.port !== "number") return one;
    const text = name(String(one.port));
    return text === String(one.port) ? one : { ...one, port: `"${text.replaceAll('"', "")}"` };
  };
  return { ...flow, match: { fields }, actions: flow.actions.map(action) };
}

function interfaces(bridge: OvsBridge): OvsInterface[] {
  return bridge.ports
    .flatMap((port) => port.interfaces)
    .filter((one) => one.ofport !== undefined && one.ofport > 0)
    .sort((a, b) => (a.ofport ?? 0) - (b.ofport ?? 0));
}

function portLines(one: OvsInterface): string[] {
  const number = one.ofport === LOCAL ? "LOCAL" : String(one.ofport);
  const words = (all: readonly string[]) => (all.length === 0 ? "0" : all.join(" "));
  const virtual = isVirtual(one);
  return [
    ` ${number}(${one.name}): addr:${one.mac ?? "00:00:00:00:00:00"}`,
    `     config:     ${words(one.config)}`,
    `     state:      ${words(one.state)}`,
    ...(virtual ? [] : ["     current:    10GB-FD COPPER"]),
    `     speed: ${virtual ? 0 : 10000} Mbps now, 0 Mbps max`,
  ];
}

function isCalled(one: OvsInterface, text: string): boolean {
  return one.name === text || String(one.ofport) === text || (one.ofport === LOCAL && text === "LOCAL");
}

/** Without a device of its own in the kernel (lib/netdev-vport.c). */
function isVirtual({ type }: OvsInterface): boolean {
  return /^(patch|vxlan|gre|geneve)$/.test(type);
}

/**
 * Statistics of a port; of what nobody counted the tool, too, writes `?` (ofputil_format_port_stats): of patch ports and tunnels
 * all but packets and bytes.
 */
function counted(one: OvsInterface, { names }: Manner): string[] {
  const { ofport, name, stats: s } = one;
  const number = ofport === LOCAL ? "LOCAL" : names ? quoted(name) : String(ofport);
  const rest = s && !isVirtual(one) ? 0 : "?";
  const {
    rxPackets: rx,
    rxBytes,
    rxDropped,
    rxErrors,
    txPackets: tx,
    txBytes,
    txDropped,
    txErrors,
  } = {
    ...UNCOUNTED,
    ...s,
    ...(isVirtual(one) && UNKNOWN_ERRORS),
  };
  return [
    `  port ${(ofport ?? 0) < 10 ? " " : ""}${number}: rx pkts=${rx}, bytes=${rxBytes}, drop=${rxDropped}, errs=${rxErrors}, frame=${rest}, over=${rest}, crc=${rest}`,
    `           tx pkts=${tx}, bytes=${txBytes}, drop=${txDropped}, errs=${txErrors}, coll=${rest}`,
  ];
}

const UNKNOWN_ERRORS = { rxDropped: "?", rxErrors: "?", txDropped: "?", txErrors: "?" };
const UNCOUNTED = { rxPackets: "?", rxBytes: "?", txPackets: "?", txBytes: "?", ...UNKNOWN_ERRORS };

const ACTIONS_10 =
  "actions: output enqueue set_vlan_vid set_vlan_pcp strip_vlan mod_dl_src mod_dl_dst mod_nw_src mod_nw_dst mod_nw_tos mod_tp_src mod_tp_dst";

function show(bridge: OvsBridge, of: string | undefined): string[] {
  const version = of === undefined ? "" : ` (${of})`;
  const ports = interfaces(bridge).flatMap(portLines);
  const head = [
    `OFPT_FEATURES_REPLY${version} (xid=0x2): dpid:${bridge.datapathId ?? "0000000000000000"}`,
    "n_tables:254, n_buffers:0",
    of === undefined
      ? "capabilities: FLOW_STATS TABLE_STATS PORT_STATS QUEUE_STATS ARP_MATCH_IP"
      : "capabilities: FLOW_STATS TABLE_STATS PORT_STATS GROUP_STATS QUEUE_STATS",
  ];
  const list = of === undefined ? [ACTIONS_10, ...ports] : [`OFPST_PORT_DESC reply${version} (xid=0x3):`, ...ports];
  return [
    ...head,
    ...list,
    `OFPT_GET_CONFIG_REPLY${version} (xid=${of === undefined ? "0x4" : "0x5"}): frags=normal miss_send_len=0`,
  ];
}
