/** `ovs-appctl`: learned addresses, a packet traced through the switch, native tunnels' routes and neighbours. */
import { compileOvs } from "../../datapath/openflow/compile.ts";
import { traceFlow } from "../../datapath/openflow/trace.ts";
import { traceText } from "../../datapath/openflow/trace-text.ts";
import { CommandError } from "../../host/command/command.ts";
import type { HostState, OvsState } from "../../host/state.ts";
import { FlowSyntaxError } from "../../net/openflow/scan.ts";
import { type Answer, lines } from "../answer.ts";
import { flowText } from "./ofctl.ts";

const SUPPORTED = "fdb/show, ofproto/trace, ofproto/list, bridge/dump-flows, ovs/route/show and tnl/neigh/show";

export function showAppctl(host: HostState, words: readonly string[]): Answer {
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
    case "dpctl/dump-flows":
    case "dpif/dump-flows":
      throw new CommandError(
        `ovs-appctl: ${name} is not supported here: a simulated switch has no cache of flows. ofproto/trace shows what a packet would do.`,
        1,
      );
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
