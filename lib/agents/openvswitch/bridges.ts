/**
 * The agent's first step: br-int, the physical networks' bridges and br-tun, joined by patch ports, with the flows that do
 * not depend on any port.
 * Source: ovs_neutron_agent.py setup_integration_br, setup_physical_bridges, setup_tunnel_br.
 */
import { bridgeNamed } from "../../host/command/ovs/bridges.ts";
import type { ColumnSetting, VsctlStep } from "../../host/command/ovs/vsctl-command.ts";
import type { HostState, OvsBridge, OvsPort } from "../../host/state.ts";
import type { HostSettings, HostView } from "../view.ts";
import { createBridge, transact } from "./create-bridge.ts";
import { INTEGRATION_BRIDGE, integrationPatch, PATCH_INT, PATCH_TUN, physicalPatch, TUNNEL_BRIDGE } from "./names.ts";

const PROTOCOLS = ["OpenFlow10", "OpenFlow13", "OpenFlow14"];
/** openvswitch_firewall/firewall.py REQUIRED_PROTOCOLS */
const FIREWALL_PROTOCOLS = ["OpenFlow10", "OpenFlow11", "OpenFlow12", "OpenFlow13", "OpenFlow14"];
const CONTROLLER = "tcp:127.0.0.1:6633";

export function setUpBridges({ settings }: HostView, host: HostState): HostState {
  if (!host.ovs) return host;
  let next = integration(host, settings.firewallDriver === "openvswitch" ? FIREWALL_PROTOCOLS : PROTOCOLS);
  for (const bridge of Object.values(settings.bridgeMappings)) next = physical(next, bridge);
  return settings.localIp === undefined ? next : tunnel(next);
}

/** Bridges of physical networks that the host has: the real agent does not start without one. */
export function physicalBridges(settings: HostSettings, host: HostState): Map<string, OvsBridge> {
  const found = new Map<string, OvsBridge>();
  for (const [network, name] of Object.entries(settings.bridgeMappings)) {
    const bridge = bridgeNamed(host, name);
    if (bridge) found.set(network, bridge);
  }
  return found;
}

function integration(host: HostState, protocols: readonly string[]): HostState {
  const more = { "mcast-snooping-disable-flood-unregistered": "false" };
  return own(createBridge(host, INTEGRATION_BRIDGE), INTEGRATION_BRIDGE, more, protocols);
}

/** The bridge itself is the administrator's. */
function physical(host: HostState, name: string): HostState {
  if (!bridgeNamed(host, name)) return host;
  return join(own(host, name), integrationPatch(name), name, physicalPatch(name));
}

function tunnel(host: HostState): HostState {
  return join(own(createBridge(host, TUNNEL_BRIDGE), TUNNEL_BRIDGE), PATCH_TUN, TUNNEL_BRIDGE, PATCH_INT);
}

/** The agent is the bridge's only controller, and without it nothing is switched but by the flows that are there. */
function own(
  host: HostState,
  name: string,
  more: Record<string, string> = {},
  protocols: readonly string[] = PROTOCOLS,
): HostState {
  const bridge = bridgeNamed(host, name);
  if (!bridge) return host;
  const config = Object.entries({ "mac-table-size": "50000", ...more });
  const steps: VsctlStep[] = [];
  if (bridge.failMode !== "secure") steps.push({ kind: "set-fail-mode", bridge: name, mode: "secure" });
  if (!sameSet(bridge.protocols, protocols))
    steps.push(set("Bridge", name, [{ column: "protocols", value: protocols.join(",") }]));
  if (!sameSet(bridge.controllers, [CONTROLLER]))
    steps.push({ kind: "set-controller", bridge: name, targets: [CONTROLLER] });
  if (config.some(([key, value]) => bridge.otherConfig[key] !== value))
    steps.push(
      set(
        "Bridge",
        name,
        config.map(([key, value]) => ({ column: "other_config", key, value })),
      ),
    );
  return steps.length === 0 ? host : transact(host, steps);
}

function sameSet(was: readonly string[], wanted: readonly string[]): boolean {
  return was.length === wanted.length && wanted.every((one) => was.includes(one));
}

function set(table: "Bridge" | "Port" | "Interface", record: string, settings: ColumnSetting[]): VsctlStep {
  return { kind: "set", ifExists: false, table, record, settings };
}

/** Multicast snooping, which is off: br-int's ends of patches get what nobody asked for. */
const SNOOPING = ["mcast-snooping-flood", "mcast-snooping-flood-reports"].map((key) => ({
  column: "other_config",
  key,
  value: "False",
}));

/** A patch between br-int and another bridge, made or set right. */
function join(host: HostState, near: string, bridge: string, far: string): HostState {
  const there = portOf(host, INTEGRATION_BRIDGE, near);
  const snooping = SNOOPING.every(({ key, value }) => there?.otherConfig[key] === value)
    ? []
    : [set("Port", near, SNOOPING)];
  const steps = [...patch(host, INTEGRATION_BRIDGE, near, far), ...snooping, ...patch(host, bridge, far, near)];
  return steps.length === 0 ? host : transact(host, steps);
}

function portOf(host: HostState, bridge: string, name: string): OvsPort | undefined {
  return bridgeNamed(host, bridge)?.ports.find((port) => port.name === name);
}

function patch(host: HostState, bridge: string, name: string, peer: string): VsctlStep[] {
  const options = { column: "options", key: "peer", value: peer };
  const one = portOf(host, bridge, name)?.interfaces[0];
  if (one?.type === "patch") return one.options.peer === peer ? [] : [set("Interface", name, [options])];
  return [
    ...(one ? [{ kind: "del-port", ifExists: true, bridge, port: name } as const] : []),
    { kind: "add-port", mayExist: true, bridge, port: name, settings: [] },
    set("Interface", name, [{ column: "type", value: "patch" }, options]),
  ];
}
