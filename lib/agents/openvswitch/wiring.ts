/**
 * What a wiring pass knows: the ports that Neutron has bound here and that are on br-int, with their networks and local
 * VLANs, and the numbers of the ports that join the bridges.
 */

import { bridgeNamed } from "../../host/command/ovs/bridges.ts";
import { differing } from "../../host/differing.ts";
import { followingNames } from "../../host/following.ts";
import type { HostState, OvsBridge, OvsPort } from "../../host/state.ts";
import { type Remade, remade } from "../remade.ts";
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

const byId = followingNames<PortView>(({ id }) => [id]);

/** A port on br-int, and what Neutron says of it, if it is to be up. */
interface Looked {
  readonly found: FoundPort;
  readonly bound?: { readonly view: PortView; readonly network: NetworkView };
}

/** What a host's ports were found to be: most are so the next time, too. */
interface Notes extends Pick<HostView, "ports" | "networks"> {
  readonly looked: Remade<FoundPort, Looked>;
  readonly vlans: ReadonlyMap<string, number>;
  readonly wired: Remade<Looked, WiredPort | undefined>;
}

const notes = new WeakMap<HostView["settings"], Notes>();

function lookUp({ ports, networks }: HostView, found: readonly FoundPort[], last: Notes | undefined): Notes["looked"] {
  const here = byId.of(ports);
  const known = last?.networks === networks && !isTouched(last, ports) ? last.looked : undefined;
  return remade(known, found, (one): Looked => {
    const view = here.get(one.portId);
    const network = view && networks.get(view.networkId);
    return view?.adminUp && network ? { found: one, bound: { view, network } } : { found: one };
  });
}

/** Whether Neutron says something else of a port that was looked up. */
function isTouched(last: Notes, ports: readonly PortView[]): boolean {
  const { gone, come } = differing(last.ports, ports);
  return [...gone, ...come].some(({ id }) => last.looked.from.some(({ portId }) => portId === id));
}

function sameVlans(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  return a.size === b.size && [...a].every(([id, vlan]) => b.get(id) === vlan);
}

/** Undefined before the bridges are there. */
export function wiringOf(view: HostView, host: HostState): Wiring | undefined {
  const integration = bridgeNamed(host, INTEGRATION_BRIDGE);
  if (!integration) return undefined;
  const last = notes.get(view.settings);
  const looked = lookUp(view, scan(integration), last);
  const networks = new Set<NetworkView>();
  const dead: FoundPort[] = [];
  for (const { found, bound } of looked.made)
    if (bound) networks.add(bound.network);
    else dead.push(found);
  const present = [...networks];
  const vlans = localVlans(integration, present);
  const wired = remade(last && sameVlans(last.vlans, vlans) ? last.wired : undefined, looked.made, (one) => {
    const vlan = one.bound && vlans.get(one.bound.network.id);
    return one.bound && vlan !== undefined ? wiredPort(one.found, one.bound.view, one.bound.network, vlan) : undefined;
  });
  notes.set(view.settings, { ports: view.ports, networks: view.networks, looked, vlans, wired });
  const without =
    vlans.size === present.length
      ? []
      : looked.made.flatMap(({ found, bound }) => (bound && !vlans.has(bound.network.id) ? [found] : []));
  return {
    host,
    view,
    integration,
    wired: wired.made.filter((one) => one !== undefined),
    dead: [...dead, ...without],
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
