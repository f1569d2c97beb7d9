/**
 * The Open vSwitch agent's part for trunks: a guest's port in a bridge of its own, joined to br-int by a pair of patch ports
 * for the parent, and one for each subport with its VLAN.
 * Source: neutron/services/trunk/drivers/openvswitch/agent/{ovsdb_handler,trunk_manager}.py.
 */
import { bridgeNamed } from "../../host/command/ovs/bridges.ts";
import type { VsctlStep } from "../../host/command/ovs/vsctl-command.ts";
import type { HostState, OvsBridge, OvsPort } from "../../host/state.ts";
import type { Agent } from "../agent.ts";
import { transact } from "../openvswitch/create-bridge.ts";
import { INTEGRATION_BRIDGE } from "../openvswitch/names.ts";
import type { HostView, TrunkView } from "../view.ts";
import { type Joint, jointsOf, plugged, plugSteps } from "./joints.ts";
import { isServicePort, isTrunkBridge, trunkBridge } from "./names.ts";

export const TRUNK: Agent = { kind: "openvswitch", steps: [{ name: "wire trunks", plan: wireTrunks }] };

function wireTrunks(view: HostView, host: HostState): HostState {
  const bridges = (host.ovs?.bridges ?? []).filter((one) => isTrunkBridge(one.name));
  if (bridges.length === 0) return host;
  const trunks = new Map((view.trunks ?? []).map((one) => [trunkBridge(one.id), one]));
  const macs = new Map(view.ports.map((port) => [port.id, port.mac]));
  return bridges.reduce((now, bridge) => {
    const trunk = trunks.get(bridge.name);
    const parent = bridge.ports.find((port) => !isServicePort(port.name));
    const steps = trunk && parent ? wire(now, bridge, trunk, parent, macs) : dispose(bridge);
    return steps.length === 0 ? now : transact(now, steps);
  }, host);
}

/** _wire_trunk, and what an update of the trunk does. */
function wire(
  host: HostState,
  bridge: OvsBridge,
  trunk: TrunkView,
  parent: OvsPort,
  macs: ReadonlyMap<string, string>,
): VsctlStep[] {
  const integration = bridgeNamed(host, INTEGRATION_BRIDGE);
  if (!integration) return [];
  const joints = jointsOf(trunk, macs);
  const kept = new Set(joints.map((joint) => joint.outer));
  const gone = bridge.ports.filter(({ name }) => isServicePort(name) && name !== bridge.name && !kept.has(name));
  return [
    ...gone.flatMap(({ name }) => [drop(name, bridge.name), drop(peerName(name), INTEGRATION_BRIDGE)]),
    ...joints.filter((joint) => !plugged(joint, bridge, integration)).flatMap((joint) => plugSteps(joint, bridge.name)),
    ...metadata(bridge, trunk, parent, joints),
  ];
}

/** dispose_trunk: the guest has gone, or is no trunk's any more. */
function dispose(bridge: OvsBridge): VsctlStep[] {
  const patches = bridge.ports.filter(({ name }) => isServicePort(name) && name !== bridge.name);
  return [
    ...patches.map(({ name }) => drop(peerName(name), INTEGRATION_BRIDGE)),
    { kind: "del-br", ifExists: true, bridge: bridge.name },
  ];
}

function drop(port: string, bridge: string): VsctlStep {
  return { kind: "del-port", ifExists: true, bridge, port };
}

/** `spt-…` on the trunk's bridge is `spi-…` on br-int. */
function peerName(name: string): string {
  return `${name.slice(0, 2)}i${name.slice(3)}`;
}

/** _set_trunk_metadata: what an agent that starts finds out about the trunk, on the guest's own port. */
function metadata(bridge: OvsBridge, trunk: TrunkView, parent: OvsPort, joints: readonly Joint[]): VsctlStep[] {
  const known = parent.interfaces[0]?.externalIds ?? {};
  const connected = joints.flatMap((joint) => (joint.vlan === undefined ? [] : [`"${joint.portId}"`]));
  const wanted = { bridge_name: bridge.name, trunk_id: trunk.id, subport_ids: `[${connected.join(", ")}]` };
  const settings = Object.entries(wanted)
    .filter(([key, value]) => known[key] !== value)
    .map(([key, value]) => ({ column: "external_ids", key, value: JSON.stringify(value) }));
  return settings.length === 0
    ? []
    : [{ kind: "set", ifExists: false, table: "Interface", record: parent.name, settings }];
}
