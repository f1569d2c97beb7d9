/**
 * What a wiring pass knows: the ports that Neutron has bound here and that are on br-int, with their networks and local
 * VLANs, and the numbers of the ports that join the bridges.
 */

import { bridgeNamed } from "../../host/command/ovs/bridges.ts";
import type { HostState, OvsBridge, OvsPort } from "../../host/state.ts";
import type { HostView, NetworkView, PortView } from "../view.ts";
import { physicalBridges } from "./bridges.ts";
import { INTEGRATION_BRIDGE, integrationPatch, PATCH_INT, PATCH_TUN, physicalPatch, TUNNEL_BRIDGE } from "./names.ts";
import { type FoundPort, ofportOf, scan } from "./scan.ts";
import { localVlans } from "./vlans.ts";
import { alive } from "./wired-port.ts";

export interface WiredPort {
  readonly view: PortView;
  readonly network: NetworkView;
  readonly vlan: number;
  readonly found: FoundPort;
  /** The switch's port as the agent leaves it. */
  readonly wanted: OvsPort;
}

/** The same object for a port while nothing of it changes. */
const wiredPorts = new WeakMap<OvsPort, WiredPort>();

function wiredPort(found: FoundPort, view: PortView, network: NetworkView, vlan: number): WiredPort {
  const known = wiredPorts.get(found.port);
  if (known?.view === view && known.network === network && known.vlan === vlan) return known;
  const one = { view, network, vlan, found, wanted: alive(found.port, network, vlan) };
  wiredPorts.set(found.port, one);
  return one;
}

export interface PhysicalJoint {
  readonly bridge: OvsBridge;
  /** br-int's port towards the bridge, and the bridge's towards br-int. */
  readonly integrationPort: number;
  readonly physicalPort: number;
}

export interface TunnelJoint {
  readonly bridge: OvsBridge;
  readonly patchTun: number;
  readonly patchInt: number;
}

export interface Wiring {
  readonly host: HostState;
  readonly view: HostView;
  readonly integration: OvsBridge;
  readonly wired: readonly WiredPort[];
  readonly dead: readonly FoundPort[];
  /** Networks with a port here, with their local VLANs. */
  readonly networks: readonly { readonly network: NetworkView; readonly vlan: number }[];
  readonly physical: ReadonlyMap<string, PhysicalJoint>;
  readonly tunnel: TunnelJoint | undefined;
}

const byId = new WeakMap<readonly PortView[], ReadonlyMap<string, PortView>>();

function portsById(ports: readonly PortView[]): ReadonlyMap<string, PortView> {
  let map = byId.get(ports);
  if (!map) {
    map = new Map(ports.map((port) => [port.id, port]));
    byId.set(ports, map);
  }
  return map;
}

/** Undefined before the bridges are there. */
export function wiringOf(view: HostView, host: HostState): Wiring | undefined {
  const integration = bridgeNamed(host, INTEGRATION_BRIDGE);
  if (!integration) return undefined;
  const bound = portsById(view.ports);
  const up: { found: FoundPort; view: PortView; network: NetworkView }[] = [];
  const dead: FoundPort[] = [];
  for (const found of scan(integration)) {
    const port = bound.get(found.portId);
    const network = port && view.networks.get(port.networkId);
    if (port?.adminUp && network) up.push({ found, view: port, network });
    else dead.push(found);
  }
  const present = [...new Set(up.map((one) => one.network))];
  const vlans = localVlans(integration, present);
  return {
    host,
    view,
    integration,
    wired: up.flatMap(({ found, view: port, network }) => {
      const vlan = vlans.get(network.id);
      return vlan === undefined ? [] : [wiredPort(found, port, network, vlan)];
    }),
    dead: [...dead, ...up.filter((one) => !vlans.has(one.network.id)).map((one) => one.found)],
    networks: present.flatMap((network) => {
      const vlan = vlans.get(network.id);
      return vlan === undefined ? [] : [{ network, vlan }];
    }),
    physical: physicalJoints(view, host, integration),
    tunnel: tunnelJoint(view, host, integration),
  };
}

function physicalJoints(view: HostView, host: HostState, integration: OvsBridge): Map<string, PhysicalJoint> {
  const joints = new Map<string, PhysicalJoint>();
  for (const [network, bridge] of physicalBridges(view.settings, host)) {
    const integrationPort = ofportOf(integration, integrationPatch(bridge.name));
    const physicalPort = ofportOf(bridge, physicalPatch(bridge.name));
    if (integrationPort !== undefined && physicalPort !== undefined)
      joints.set(network, { bridge, integrationPort, physicalPort });
  }
  return joints;
}

function tunnelJoint(view: HostView, host: HostState, integration: OvsBridge): TunnelJoint | undefined {
  const bridge = view.settings.localIp === undefined ? undefined : bridgeNamed(host, TUNNEL_BRIDGE);
  const patchTun = ofportOf(integration, PATCH_TUN);
  const patchInt = ofportOf(bridge, PATCH_INT);
  return bridge && patchTun !== undefined && patchInt !== undefined ? { bridge, patchTun, patchInt } : undefined;
}
