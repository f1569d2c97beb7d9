/** What `ovs-ofctl` does to a bridge. */
import type { Action, Flow, Group, Match } from "../../../net/openflow/ast.ts";
import { findField } from "../../../net/openflow/field.ts";
import type { HostState, OvsBridge, OvsInterface } from "../../state.ts";
import { CommandError } from "../command.ts";
import { bridgeNamed, withBridge } from "./bridges.ts";
import { addFlows, deleteFlows, modifyFlows } from "./flow-table.ts";
import type { FlowSelection, OfctlAction, OfctlCommand } from "./ofctl-command.ts";

/** OpenFlow versions of a bridge that names none (ofproto/ofproto.c, OFPUTIL_DEFAULT_VERSIONS: 1.0 to 1.5 since 2.12). */
const DEFAULT_VERSIONS = ["OpenFlow10", "OpenFlow11", "OpenFlow12", "OpenFlow13", "OpenFlow14", "OpenFlow15"];

export function applyOfctl(host: HostState, command: OfctlCommand): HostState {
  const bridge = bridgeNamed(host, command.bridge);
  if (!bridge) throw new CommandError(`ovs-ofctl: ${command.bridge} is not a bridge or a socket`);
  checkVersions(bridge, command);
  return withBridge(host, change(bridge, command.action, command.versions?.[0] ?? "OpenFlow10"));
}

function checkVersions(bridge: OvsBridge, command: OfctlCommand): void {
  const offered = bridge.protocols.length === 0 ? DEFAULT_VERSIONS : bridge.protocols;
  const asked = command.versions ?? ["OpenFlow10"];
  if (!asked.some((version) => offered.includes(version)))
    throw new CommandError(
      `ovs-ofctl: ${command.bridge}: failed to connect to socket (Protocol not supported): the bridge speaks ${offered.join(", ")}`,
    );
}

function change(bridge: OvsBridge, action: OfctlAction, version: string): OvsBridge {
  switch (action.kind) {
    case "add-flow":
      return withFlows(bridge, addFlows(bridge.flows, [resolve(bridge, action.flow)]));
    case "add-flows":
      return withFlows(
        bridge,
        addFlows(
          bridge.flows,
          action.flows.map((flow) => resolve(bridge, flow)),
        ),
      );
    case "mod-flows": {
      const flow = resolve(bridge, action.flow);
      const select = resolveSelection(bridge, action.select);
      // OpenFlow 1.0 alone gives flows that are there another cookie, and adds what it does not find (ofp-flow.c).
      const old = version === "OpenFlow10" && !select.cookie;
      const cookie = old && /[1-9a-f]/i.test(flow.cookie.replace(/^0x/, "")) ? flow.cookie : undefined;
      const to = { actions: flow.actions, ...(cookie !== undefined && { cookie }) };
      const flows = modifyFlows(bridge.flows, select, action.strict, to);
      const adds = old && flows === bridge.flows;
      return withFlows(bridge, adds ? addFlows(flows, [flow]) : flows);
    }
    case "del-flows": {
      const select = action.select.map((one) => resolveSelection(bridge, one));
      return withFlows(bridge, deleteFlows(bridge.flows, select, action.strict));
    }
    case "add-group":
      if (bridge.groups.some((g) => g.id === action.group.id))
        throw new CommandError("OFPT_ERROR (OF1.3): OFPGMFC_GROUP_EXISTS");
      return { ...bridge, groups: [...bridge.groups, canonicalGroup(action.group)] };
    case "mod-group": {
      const at = bridge.groups.findIndex((g) => g.id === action.group.id);
      if (at >= 0) return { ...bridge, groups: bridge.groups.with(at, canonicalGroup(action.group)) };
      if (!action.mayCreate) throw new CommandError("OFPT_ERROR (OF1.3): OFPGMFC_UNKNOWN_GROUP");
      return { ...bridge, groups: [...bridge.groups, canonicalGroup(action.group)] };
    }
    case "del-groups":
      return deleteGroups(bridge, action.id);
    case "mod-port":
      return modifyPort(bridge, action.port, action.change);
  }
}

function withFlows(bridge: OvsBridge, flows: Flow[]): OvsBridge {
  return flows === bridge.flows ? bridge : { ...bridge, flows };
}

/** A group's end takes the flows that output to it along (ofproto.c delete_group__). */
function deleteGroups(bridge: OvsBridge, id: number | undefined): OvsBridge {
  const gone = bridge.groups.filter((g) => id === undefined || g.id === id);
  if (gone.length === 0) return bridge;
  const select: FlowSelection[] = gone.map((g) => ({ match: { fields: [] }, outGroup: g.id }));
  return withFlows(
    { ...bridge, groups: bridge.groups.filter((g) => !gone.includes(g)) },
    deleteFlows(bridge.flows, select, false),
  );
}

/** Buckets are numbered from 0 where the command does not number them. */
function canonicalGroup(group: Group): Group {
  return group;
}

/** Words of `mod-port` → what they do to the port's configuration (lib/ofp-port.c OFPUTIL_PC_*). */
const PORT_WORDS: Readonly<Record<string, [string, boolean]>> = {
  up: ["PORT_DOWN", false],
  down: ["PORT_DOWN", true],
  flood: ["NO_FLOOD", false],
  "no-flood": ["NO_FLOOD", true],
  noflood: ["NO_FLOOD", true],
  receive: ["NO_RECV", false],
  "no-receive": ["NO_RECV", true],
  forward: ["NO_FWD", false],
  "no-forward": ["NO_FWD", true],
  stp: ["NO_STP", false],
  "no-stp": ["NO_STP", true],
  "packet-in": ["NO_PACKET_IN", false],
  "no-packet-in": ["NO_PACKET_IN", true],
};

function modifyPort(bridge: OvsBridge, port: string, word: string): OvsBridge {
  const rule = PORT_WORDS[word];
  if (!rule) throw new CommandError(`ovs-ofctl: unknown mod-port command '${word}'`);
  const takes = (one: OvsInterface) => one.name === port || String(one.ofport) === (port === "LOCAL" ? "65534" : port);
  if (!bridge.ports.some((p) => p.interfaces.some(takes)))
    throw new CommandError(`ovs-ofctl: ${bridge.name}: couldn't find port \`${port}'`);
  const [flag, set] = rule;
  const ports = bridge.ports.map((p) => {
    if (!p.interfaces.some(takes)) return p;
    const interfaces = p.interfaces.map((one) => {
      if (!takes(one) || one.config.includes(flag) === set) return one;
      return { ...one, config: set ? [...one.config, flag] : one.config.filter((c) => c !== flag) };
    });
    return { ...p, interfaces };
  });
  return { ...bridge, ports };
}

/** Ports' names to numbers, as ovs-ofctl does before it sends a flow. The same object where there is none. */
function resolve(bridge: OvsBridge, flow: Flow): Flow {
  const match = resolveMatch(bridge, flow.match);
  const actions = resolveActions(bridge, flow.actions);
  return match === flow.match && actions === flow.actions ? flow : { ...flow, match, actions };
}

function resolveSelection(bridge: OvsBridge, select: FlowSelection): FlowSelection {
  const match = resolveMatch(bridge, select.match);
  const port = select.outPort;
  // Names came in capitals with the reserved ones.
  const named = port === undefined ? undefined : bridge.ports.find((p) => p.name.toUpperCase() === port);
  const outPort = named ? String(named.interfaces[0]?.ofport) : port;
  return match === select.match && outPort === port
    ? select
    : { ...select, match, ...(outPort !== undefined && { outPort }) };
}

function portNumber(bridge: OvsBridge, quoted: string): string {
  const name = quoted.slice(1, -1);
  for (const port of bridge.ports)
    for (const one of port.interfaces)
      if (one.name === name && one.ofport !== undefined && one.ofport >= 0)
        return one.ofport === 65534 ? "LOCAL" : String(one.ofport);
  throw new CommandError(`ovs-ofctl: ${name}: unknown port`);
}

function resolveMatch(bridge: OvsBridge, match: Match): Match {
  if (!match.fields.some((f) => f.value.startsWith('"'))) return match;
  const fields = match.fields.map((f) =>
    f.value.startsWith('"') && findField(f.name)?.format === "port" ? { ...f, value: portNumber(bridge, f.value) } : f,
  );
  return { fields };
}

function resolveActions(bridge: OvsBridge, actions: Action[]): Action[] {
  let changed = false;
  const out = actions.map((action) => {
    if (!("port" in action) || typeof action.port !== "string" || !action.port.startsWith('"')) return action;
    changed = true;
    const number = portNumber(bridge, action.port);
    return { ...action, port: number === "LOCAL" ? number : Number(number) };
  });
  return changed ? out : actions;
}
