/**
 * The agent's first step: br-int, the physical networks' bridges and br-tun, joined by patch ports, with the flows that do
 * not depend on any port.
 * Source: ovs_neutron_agent.py setup_integration_br, setup_physical_bridges, setup_tunnel_br.
 */
import { generatedMac, nextOfport } from "../../host/allocate.ts";
import { bridgeNamed, withBridge, withPort } from "../../host/command/ovs/bridges.ts";
import type { HostState, OvsBridge, OvsInterface, OvsPort } from "../../host/state.ts";
import type { HostSettings, HostView } from "../view.ts";
import { createBridge } from "./create-bridge.ts";
import { INTEGRATION_BRIDGE, integrationPatch, PATCH_INT, PATCH_TUN, physicalPatch, TUNNEL_BRIDGE } from "./names.ts";

const PROTOCOLS = ["OpenFlow10", "OpenFlow13", "OpenFlow14"];
const CONTROLLER = "tcp:127.0.0.1:6633";

export function setUpBridges({ settings }: HostView, host: HostState): HostState {
  if (!host.ovs) return host;
  let next = integration(host);
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

function integration(host: HostState): HostState {
  const made = createBridge(host, INTEGRATION_BRIDGE);
  const bridge = bridgeNamed(made, INTEGRATION_BRIDGE);
  if (!bridge) return host;
  return withBridge(made, own(bridge, { "mcast-snooping-disable-flood-unregistered": "false" }));
}

function physical(host: HostState, name: string): HostState {
  const bridge = bridgeNamed(host, name);
  if (!bridge) return host;
  const int = integrationPatch(name);
  const phy = physicalPatch(name);
  const joined = patch(host, INTEGRATION_BRIDGE, int, phy, FLOOD_NO_REPORTS);
  return patch(withBridge(joined, own(bridge)), name, phy, int);
}

function tunnel(host: HostState): HostState {
  const made = createBridge(host, TUNNEL_BRIDGE);
  const bridge = bridgeNamed(made, TUNNEL_BRIDGE);
  if (!bridge) return host;
  const joined = patch(withBridge(made, own(bridge)), INTEGRATION_BRIDGE, PATCH_TUN, PATCH_INT, FLOOD_NO_REPORTS);
  return patch(joined, TUNNEL_BRIDGE, PATCH_INT, PATCH_TUN);
}

/** The agent is the bridge's only controller, and without it nothing is switched but by the flows that are there. */
function own(bridge: OvsBridge, config: Record<string, string> = {}): OvsBridge {
  const otherConfig = merged(bridge.otherConfig, { "mac-table-size": "50000", ...config });
  const controllers = sameList(bridge.controllers, [CONTROLLER]);
  const protocols = sameList(bridge.protocols, PROTOCOLS);
  const same =
    bridge.failMode === "secure" &&
    otherConfig === bridge.otherConfig &&
    controllers === bridge.controllers &&
    protocols === bridge.protocols;
  return same ? bridge : { ...bridge, failMode: "secure", otherConfig, controllers, protocols };
}

function merged(was: Record<string, string>, more: Record<string, string>): Record<string, string> {
  return Object.entries(more).every(([key, value]) => was[key] === value) ? was : { ...was, ...more };
}

function sameList(was: string[], wanted: string[]): string[] {
  return was.length === wanted.length && wanted.every((one) => was.includes(one)) ? was : wanted;
}

const FLOOD_NO_REPORTS = { "mcast-snooping-flood": "False", "mcast-snooping-flood-reports": "False" };

/** One end of a patch, made or set right. */
function patch(
  host: HostState,
  bridgeName: string,
  name: string,
  peer: string,
  otherConfig: Record<string, string> = {},
): HostState {
  const bridge = bridgeNamed(host, bridgeName);
  if (!bridge) return host;
  const was = bridge.ports.find((port) => port.name === name);
  if (!was) return withBridge(host, withPort(bridge, switchPort(host, bridge, name, "patch", { peer }, otherConfig)));
  const config = merged(was.otherConfig, otherConfig);
  const one = was.interfaces[0];
  if (config === was.otherConfig && one?.options.peer === peer) return host;
  const interfaces = one ? [{ ...one, options: { ...one.options, peer } }] : was.interfaces;
  return withBridge(host, withPort(bridge, { ...was, otherConfig: config, interfaces }));
}

/** A port that is the switch's alone (patch, tunnel): no device of the kernel's stands behind it. */
export function switchPort(
  host: HostState,
  bridge: OvsBridge,
  name: string,
  type: string,
  options: Record<string, string>,
  otherConfig: Record<string, string> = {},
): OvsPort {
  const one: OvsInterface = {
    name,
    type,
    options,
    externalIds: {},
    config: [],
    state: ["LIVE"],
    ofport: nextOfport(bridge),
    mac: generatedMac(host.name, name),
    adminUp: true,
    linkUp: true,
  };
  return { name, trunks: [], otherConfig, externalIds: {}, interfaces: [one] };
}
