/** `ovs-appctl`: learned addresses, a packet traced through the switch, native tunnels' routes and neighbours. */
import { compileOvs } from "../../datapath/openflow/compile.ts";
import { traceFlow } from "../../datapath/openflow/trace.ts";
import { traceText } from "../../datapath/openflow/trace-text.ts";
import { CommandError } from "../../host/command/command.ts";
import type { HostState, OvsState } from "../../host/state.ts";
import { FlowSyntaxError } from "../../net/openflow/scan.ts";
import { type Answer, lines } from "../answer.ts";
import { dpctlShow, dpifShow } from "./datapath.ts";
import { flowText } from "./ofctl.ts";

const SUPPORTED =
  "fdb/show, fdb/flush, fdb/stats-show, ofproto/trace, ofproto/list, bridge/dump-flows, dpif/show, dpctl/show, ovs/route/show, tnl/neigh/show and version";

const NO_CACHE =
  "a simulated switch has no cache of flows. ofproto/trace shows what a packet would do, `conntrack -L` the connections.";

/** `ovs-dpctl show` and what it has besides. */
export function showDpctl({ ovs }: HostState, words: readonly string[]): Answer {
  const [name = ""] = words.filter((word) => !word.startsWith("-"));
  const kernel = ovs?.bridges.filter((one) => one.datapathType !== "netdev") ?? [];
  if (name === "show" && ovs && kernel.length > 0) return lines(dpctlShow({ ...ovs, bridges: kernel }));
  if (name === "show")
    throw new CommandError("ovs-dpctl: the kernel has no datapath; `ovs-appctl dpctl/show` shows one in userspace", 1);
  if (name === "") throw new CommandError("ovs-dpctl: missing command name; use --help for help", 1);
  throw new CommandError(`ovs-dpctl: ${name} is not supported here, show is: ${NO_CACHE}`, 1);
}

/** @param forget that MACs were learned, on one bridge or on all */
export function showAppctl(
  host: HostState,
  words: readonly string[],
  forget: (bridge: string | undefined) => void,
): Answer {
  const rest = words.filter((word, i) => !word.startsWith("-") && words[i - 1] !== "-t" && words[i - 1] !== "--target");
  const [name = "", bridgeName = "", ...args] = rest;
  const { ovs } = host;
  if (!ovs)
    throw new CommandError(
      'ovs-appctl: cannot read pidfile "/var/run/openvswitch/ovs-vswitchd.pid" (No such file or directory)',
      1,
    );
  switch (name) {
    case "fdb/show":
      return lines(fdb(ovs, bridgeName));
    case "ofproto/trace":
      return trace(host, ovs, bridgeName, args);
    case "ofproto/list":
      return lines(ovs.bridges.map((one) => one.name));
    case "bridge/dump-flows": {
      const bridge = bridgeOf(ovs, bridgeName);
      return lines(bridge.flows.map((flow) => flowText(bridge, flow, { names: false, stats: true, of: "OF1.3" })));
    }
    case "ovs/route/show":
      return lines([
        "Route Table:",
        ...ovs.routes.map(
          ({ dst, dev, via, src, local }) =>
            `Cached: ${dst} dev ${dev}${via === undefined ? "" : ` GW ${via}`}${src === undefined ? "" : ` SRC ${src}`}${local ? " local" : ""}`,
        ),
      ]);
    case "tnl/neigh/show":
    case "tnl/arp/show":
      return lines([
        "IP                                            MAC                 Bridge",
        "=".repeat(74),
        ...ovs.tunnelNeighbours.map((one) => `${one.address.padEnd(46)}${one.mac.padEnd(20)}${one.bridge}`),
      ]);
    case "version":
      return lines([`ovs-vswitchd (Open vSwitch) ${ovs.version ?? "3.1.0"}`]);
    case "dpif/show":
      return lines(dpifShow(ovs));
    case "dpctl/show":
      return lines(dpctlShow(ovs));
    case "fdb/stats-show":
      return lines(fdbStats(ovs, bridgeName));
    case "fdb/flush":
      if (bridgeName !== "") bridgeOf(ovs, bridgeName);
      forget(bridgeName === "" ? undefined : bridgeName);
      return lines(["table successfully flushed"]);
    case "dpctl/dump-flows":
    case "dpif/dump-flows":
    case "dpctl/dump-conntrack":
    case "coverage/show":
    case "upcall/show":
      throw new CommandError(`ovs-appctl: ${name} is not supported here: ${NO_CACHE}`, 1);
    case "list-commands":
    case "help":
    case "":
      return lines([`Here: ${SUPPORTED}.`]);
    default:
      throw new CommandError(
        `"${name}" is not a valid command, or is not supported here; ${SUPPORTED} are\novs-appctl: ovs-vswitchd: server returned an error`,
        2,
      );
  }
}

function bridgeOf(ovs: OvsState, name: string) {
  const found = ovs.bridges.find((one) => one.name === name);
  if (!found) throw new CommandError(`no such bridge\novs-appctl: ovs-vswitchd: server returned an error`, 2);
  return found;
}

function fdb(ovs: OvsState, name: string): string[] {
  const rows = bridgeOf(ovs, name).fdb.map((one) => {
    const port = one.port === 65534 ? "LOCAL" : String(one.port);
    return `${port.padStart(5)}  ${String(one.vlan).padStart(4)}  ${one.mac}  ${(one.static ? "static" : String(one.age)).padStart(3)}`;
  });
  return [" port  VLAN  MAC                Age", ...rows];
}

function fdbStats(ovs: OvsState, name: string): string[] {
  const { fdb: all } = bridgeOf(ovs, name);
  const fixed = all.filter((one) => one.static).length;
  return [
    `Statistics for bridge "${name}":`,
    `  Current/maximum MAC entries in the table: ${all.length}/8192`,
    `  Current static MAC entries in the table : ${fixed}`,
    `  Total number of learned MAC entries     : ${all.length - fixed}`,
    ...["expired MAC entries     ", "evicted MAC entries     ", "port moved MAC entries  "].map(
      (what) => `  Total number of ${what}: 0`,
    ),
  ];
}

function trace(host: HostState, ovs: OvsState, bridge: string, args: readonly string[]): Answer {
  const flow = args.join(" ");
  if (bridge === "" || flow === "")
    throw new CommandError(
      '"ofproto/trace" command requires a bridge and a flow\novs-appctl: ovs-vswitchd: server returned an error',
      2,
    );
  bridgeOf(ovs, bridge);
  try {
    const traced = traceFlow(compileOvs(ovs), bridge, flow);
    const unread = host.unread?.includes("ovs") ? ["parts of this switch were not recorded"] : [];
    const unknown = [...traced.unknowns, ...unread].map((what) => `cannot tell: ${what}\n`).join("");
    return { text: traceText(traced, flow) + unknown, status: 0 };
  } catch (error) {
    if (error instanceof FlowSyntaxError)
      throw new CommandError(`${error.message}: ${error.text}\novs-appctl: ovs-vswitchd: server returned an error`, 2);
    throw error;
  }
}
