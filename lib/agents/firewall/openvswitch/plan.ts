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
import { reconcile } from "../../openvswitch/reconcile.ts";
import type { HostView, PortView, SecurityRuleView } from "../../view.ts";
import { firewalledPorts } from "../devices.ts";
import { type Groups, groupsOf, rulesOf } from "../group-rules.ts";
import { integrationBridge } from "../plugged.ts";
import { addressFlows, type Clauses } from "./address-flows.ts";
import { BASE } from "./base.ts";
import { conjunctionIds, type Tuple } from "./conjunction-ids.ts";
import { flow, type Line } from "./flow.ts";
import { type OfPort, ofPorts } from "./port.ts";
import { filteredPort, passedPort } from "./port-flows.ts";
import { conjunctionId, type RemoteRule, remoteRuleFlows } from "./remote-rules.ts";
import { ruleFlows } from "./rule-flows.ts";
import { INVALID, trackedPort } from "./tracked.ts";

export function planOpenvswitch(view: HostView, ports: readonly PortView[], host: HostState): HostState {
  const bridge = integrationBridge(host);
  if (!bridge) return host;
  const cookie = bridgeCookie(view.settings.name, bridge);
  const flows = reconcile(bridge.flows, plannedFlows(view, ports, bridge, cookie), (one) => isOwn(one, cookie));
  return flows === bridge.flows ? host : withBridge(host, { ...bridge, flows });
}

/** The rest of the transient table is the Open vSwitch agent's. */
const TRANSIENT_PRIORITIES: ReadonlySet<number> = new Set([100, 90]);

function isOwn({ cookie, table, priority }: Flow, own: string): boolean {
  if (cookie !== own) return false;
  if (table === INTEGRATION.TRANSIENT_TABLE) return TRANSIENT_PRIORITIES.has(priority);
  return table >= INTEGRATION.BASE_EGRESS_TABLE && table <= INTEGRATION.ACCEPTED_EGRESS_TRAFFIC_NORMAL_TABLE;
}

function plannedFlows(
  view: HostView,
  ports: readonly PortView[],
  bridge: OvsBridge,
  cookie: string,
): (readonly Flow[])[] {
  const wired = ofPorts(bridge);
  const withNumbers = (list: readonly PortView[]) =>
    list.flatMap((one): OfPort[] => {
      const found = wired.get(one.id);
      return found ? [{ view: one, ...found }] : [];
    });
  const devices = firewalledPorts(ports);
  const filtered = withNumbers(devices.filtered);
  const passed = withNumbers([...devices.trusted, ...devices.unfiltered]);
  const remote = remoteRules(filtered, view.securityGroups, bridge.flows);
  return [
    baseFlows(cookie, filtered.length > 0),
    ...passed.map((port) => portFlows(port, cookie, [], [], () => passedPort(port))),
    ...filtered.map((port) => {
      const rules = groupsOf(port.view, view.securityGroups).map(rulesOf);
      const own = remote.byPort.get(port.view.id) ?? [];
      return portFlows(port, cookie, rules, own, () => [
        ...filteredPort(port),
        ...trackedPort(port),
        ...rules.flat().flatMap((rule) => (rule.remoteGroupId === null ? ruleFlows(rule, port) : [])),
        ...remoteRuleFlows(own, port),
      ]);
    }),
    ...remote.clauses.map((one) => addressFlows(one, cookie)),
  ];
}

const bases = new Map<string, readonly Flow[]>();

/** These alone were added by OpenFlow messages, and bear the flag; those of ports are, in a bundle, without. */
function baseFlows(cookie: string, filters: boolean): readonly Flow[] {
  const key = `${cookie} ${filters}`;
  let flows = bases.get(key);
  if (!flows) {
    flows = [
      ...BASE.map((line) => flow(line, cookie, ["reset_counts"])),
      ...(filters ? INVALID : []).map((line) => flow(line, cookie)),
    ];
    bases.set(key, flows);
  }
  return flows;
}

interface Made {
  readonly numbers: string;
  readonly rules: readonly (readonly SecurityRuleView[])[];
  readonly flows: readonly Flow[];
}

const made = new WeakMap<PortView, Made>();

function portFlows(
  port: OfPort,
  cookie: string,
  rules: Made["rules"],
  remote: readonly RemoteRule[],
  make: () => Line[],
): readonly Flow[] {
  const { ofport, vlan, physical } = port;
  const numbers = `${cookie} ${ofport} ${vlan} ${physical} ${remote.map((one) => one.base)}`;
  const last = made.get(port.view);
  if (last?.numbers === numbers && last.rules.length === rules.length && last.rules.every((one, i) => one === rules[i]))
    return last.flows;
  const flows = make().map((line) => flow(line, cookie));
  made.set(port.view, { numbers, rules, flows });
  return flows;
}

interface Remote {
  /** Rules with a remote group, with their numbers, by the id of the port. */
  readonly byPort: ReadonlyMap<string, readonly RemoteRule[]>;
  readonly clauses: readonly Clauses[];
}

function remoteRules(ports: readonly OfPort[], groups: Groups, installed: readonly Flow[]): Remote {
  const tuples = new Map<string, Tuple>();
  const found = ports.flatMap((port) =>
    groupsOf(port.view, groups).flatMap((group) =>
      rulesOf(group).flatMap((rule) => {
        if (rule.remoteGroupId === null) return [];
        const { direction, ethertype: type, remoteGroupId } = rule;
        const key = `${group.id} ${remoteGroupId} ${direction} ${type}`;
        const tuple = tuples.get(key) ?? {
          key,
          direction,
          type,
          remote: groups.get(remoteGroupId),
          ofports: new Set(),
        };
        tuple.ofports.add(port.ofport);
        tuples.set(key, tuple);
        return [{ port, rule, tuple, remoteGroupId }];
      }),
    ),
  );
  const ids = conjunctionIds([...tuples.values()], tuples.size === 0 ? [] : installed);
  const byPort = new Map<string, RemoteRule[]>();
  const clauses = new Map<string, Clauses>();
  for (const { port, rule, tuple, remoteGroupId } of found) {
    const one = { rule, base: ids.get(tuple.key) ?? 0 };
    const own = byPort.get(port.view.id);
    if (own) own.push(one);
    else byPort.set(port.view.id, [one]);
    const key = `${port.vlan} ${tuple.direction} ${tuple.type}`;
    const { direction, type } = tuple;
    const clause = clauses.get(key) ?? { vlan: port.vlan, direction, type, remote: new Map() };
    const members = clause.remote.get(remoteGroupId) ?? { group: tuple.remote, ids: new Set<number>() };
    members.ids.add(conjunctionId(one));
    clause.remote.set(remoteGroupId, members);
    clauses.set(key, clause);
  }
  return { byPort, clauses: [...clauses.values()] };
}
