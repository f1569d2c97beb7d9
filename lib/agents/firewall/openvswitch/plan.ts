/**
 * The native Open vSwitch firewall: its flows on br-int for the ports that are wired.
 * Not modelled: permitted_ethertypes, explicitly_egress_direct, hardware offload; it keeps no stateless groups either.
 * Source: neutron/agent/linux/openvswitch_firewall/firewall.py.
 */
import { withBridge } from "../../../host/command/ovs/bridges.ts";
import type { HostState, OvsBridge } from "../../../host/state.ts";
import { INTEGRATION } from "../../../net/neutron-tables.ts";
import type { Flow } from "../../../net/openflow/ast.ts";
import { bridgeCookie } from "../../openvswitch/cookies.ts";
import { type Remade, remade } from "../../remade.ts";
import type { HostSettings, HostView, PortView } from "../../view.ts";
import { firewalledPorts } from "../devices.ts";
import { sameRules } from "../group-rules.ts";
import { integrationBridge } from "../plugged.ts";
import { addressFlows } from "./address-flows.ts";
import { type FlowGroup, type Installed, installed, isUntouched, updated } from "./install.ts";
import { type OfPort, ofPorts } from "./port.ts";
import { baseFlows, filteredFlows, passedFlows } from "./port-groups.ts";
import { type Ids, remotePlan } from "./remote-plan.ts";

interface Last extends Installed {
  readonly cookie: string;
  readonly ids: Ids;
  readonly filtered: Remade<OfPort, FlowGroup>;
  /** What it was planned from. */
  readonly view: HostView;
  readonly ports: readonly PortView[];
  readonly switchPorts: OvsBridge["ports"];
}

/** What a host's last plan left on br-int, to be compared with what is there now. */
const lasts = new WeakMap<HostSettings, Last>();

export function planOpenvswitch(view: HostView, ports: readonly PortView[], host: HostState): HostState {
  const bridge = integrationBridge(host);
  if (!bridge) return host;
  const cookie = bridgeCookie(view.settings.name, bridge);
  const before = lasts.get(view.settings);
  if (before?.flows === bridge.flows && before.view === view && before.ports === ports)
    if (before.switchPorts === bridge.ports) return host;
  const last = before?.cookie === cookie && isUntouched(before, bridge.flows, inTables) ? before : undefined;
  const { groups, ...planned } = plannedFlows(view, ports, bridge, cookie, last);
  const next = last
    ? updated(last, bridge.flows, groups)
    : installed(bridge.flows, groups, (flow) => flow.cookie === cookie && inTables(flow));
  lasts.set(view.settings, { ...next, ...planned, cookie, view, ports, switchPorts: bridge.ports });
  return next.flows === bridge.flows ? host : withBridge(host, { ...bridge, flows: next.flows });
}

/** The rest of the transient table is the Open vSwitch agent's. */
function inTables({ table, priority }: Flow): boolean {
  if (table === INTEGRATION.TRANSIENT_TABLE) return priority === 100 || priority === 90;
  return table >= INTEGRATION.BASE_EGRESS_TABLE && table <= INTEGRATION.ACCEPTED_EGRESS_TRAFFIC_NORMAL_TABLE;
}

function plannedFlows(
  { settings, securityGroups }: HostView,
  ports: readonly PortView[],
  bridge: OvsBridge,
  cookie: string,
  last: Last | undefined,
): Pick<Last, "groups" | "ids" | "filtered"> {
  const devices = firewalledPorts(ports);
  const wired = ofPorts(bridge, devices.filtered);
  const passed = ofPorts(bridge, [...devices.trusted, ...devices.unfiltered]);
  const remote = remotePlan(wired, securityGroups, last?.ids, bridge.flows);
  // Numbers that were given stay.
  const known = last && sameRules(last.view.securityGroups, securityGroups) ? last.filtered : undefined;
  const filtered = remade(known, wired, (port) => filteredFlows(port, cookie, securityGroups, remote.of(port)));
  const groups = [baseFlows(cookie, wired.length > 0)].concat(
    passed.map((port) => passedFlows(port, cookie)),
    filtered.made,
    ...remote.clauses.map((one) => addressFlows(settings, one, cookie)),
  );
  return { groups, ids: remote.ids, filtered };
}
