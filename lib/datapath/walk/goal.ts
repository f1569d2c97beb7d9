/** Where a flight ought to end, and how near each of its ends came. */
import type { Guest } from "../../host/world.ts";
import type { Place } from "../event.ts";
import type { Walk } from "./context.ts";
import type { Leaf } from "./flight.ts";
import { type Device, type HostIndex, isTunnelType, networkOfDevice, type Owner, type Plug } from "./index.ts";

export interface Goal {
  address: string;
  owners: Owner[];
  /** Names of the owners' hosts. */
  hosts: Set<string>;
  /** Where the flight starts. */
  from: Start;
}

/** The start of a flight, and the kind of network it starts on. */
export interface Start {
  host?: HostIndex;
  /** Port of the guest that sends. */
  portId?: string;
  networkType?: string;
  physicalNetwork?: string;
}

/** Who ought to take packets for `address`; on one network only, where that is known. */
export function goalFor(w: Walk, address: string, network: string | undefined, from: Start): Goal {
  const owners = w.index.ownersOf(address).filter((o) => {
    if (network === undefined) return true;
    const its = o.kind === "guest" ? o.guest.networkId : networkOfDevice(o.device);
    return its === undefined || its === network;
  });
  return { address, owners, hosts: new Set(owners.map(ownerHost)), from };
}

export function ownerHost(owner: Owner): string {
  return owner.kind === "guest" ? owner.guest.host : owner.device.host.name;
}

/** From this score on an end decides what is said about the flight. */
export const DECISIVE = 200;

export function scorer(w: Walk, goal: Goal): (leaf: Leaf) => number {
  return (leaf) => {
    const { ending, place } = leaf;
    const atOwner = goal.hosts.has(place.host);
    switch (ending.kind) {
      case "delivered":
        return 1000;
      case "exit":
        // What a router has sent on and out is the packet itself: the other ends of its flood are beside the way.
        return goal.owners.length > 0 ? 40 : isRouted(w, leaf) ? 605 : 60;
      case "unknown":
      case "drop":
        return scoreStop(w, goal, leaf);
      case "ignored":
        return ending.code !== undefined && isOwnersDevice(goal, place) ? 580 : atOwner ? 15 : 10;
      default:
        return ending satisfies never;
    }
  };
}

function scoreStop(w: Walk, goal: Goal, leaf: Leaf): number {
  const { place, ending } = leaf;
  if (ending.kind !== "drop" && ending.kind !== "unknown") return 0;
  if (ending.kind === "drop" && ending.code === "LOOP_DETECTED") return 700;
  // Once routed, what comes by the sender's devices again is a copy of a flood.
  const { host: home, portId } = goal.from;
  if (portId !== undefined && home?.name === place.host && carries(place.device, portId) && !isRouted(w, leaf))
    return 650;
  if (isOwnersDevice(goal, place) || isReceivers(w, leaf)) return 600;
  if (isAddressed(w, leaf)) return 620;
  const host = w.index.hosts.get(place.host);
  const bridge = "bridge" in ending.element ? ending.element.bridge : "";
  const fits = bridge === "" || !host || isOnTheWay(host, bridge, goal, leaf.branch.last?.device);
  if (goal.from.host && place.host === goal.from.host.name && !(goal.hosts.size === 1 && goal.hosts.has(place.host)))
    return !fits ? 100 : isAnotherGuests(w, goal, place) ? 30 : 300;
  if (goal.hosts.has(place.host)) return !fits ? 100 : isAnotherGuests(w, goal, place) ? 30 : 500;
  return isRouted(w, leaf) ? 210 : 20;
}

/** A router has carried it: such a copy is the packet itself, not a side branch of a flood. */
function isRouted(w: Walk, leaf: Leaf): boolean {
  const { ip } = leaf.packet;
  return leaf.branch.flight.leg === "request" && ip !== undefined && ip.ttl < (w.probe.ttl ?? 64);
}

/**
 * The frame came in by the very device that it was for, and went no further: a router on the way, whatever kept it from
 * sending on. Such a copy is the packet itself; tunnels' outer packets are for their host, and may be copies of a flood.
 */
function isAddressed(w: Walk, { branch, packet }: Leaf): boolean {
  const at = branch.last;
  return (w.index.byMac.get(packet.ethDst) ?? []).some(
    (d) =>
      d.host.name === at?.host &&
      d.ns.name === at.netns &&
      d.link.name === at.device &&
      (d.ns.name !== "root" || !packet.encap),
  );
}

/**
 * A bridge that carries the sender's kind of network: br-tun for tunnels, the mapped bridge for physical networks. Where that
 * is not known (a machine outside sends), the one by whose device the frame came.
 */
function isOnTheWay(host: HostIndex, bridge: string, goal: Goal, cameBy: string | undefined): boolean {
  const { networkType, physicalNetwork } = goal.from;
  const b = host.state.ovs?.bridges.find((x) => x.name === bridge);
  if (!b) return true;
  const hasTunnels = b.ports.some((p) => p.interfaces.some((i) => isTunnelType(i.type)));
  const integration = b.ports.some((p) => p.interfaces.some((i) => i.externalIds["iface-id"] !== undefined));
  if (integration && !hasTunnels) return true;
  if (!networkType) return (host.plugs.get(cameBy ?? "")?.bridge.name ?? bridge) === bridge;
  if (isTunnelType(networkType)) return hasTunnels;
  if (hasTunnels) return false;
  const mapped = mappedBridge(host, physicalNetwork);
  return mapped === undefined || mapped === bridge;
}

/** Bridge of a physical network by the agent's `bridge_mappings`. */
export function mappedBridge(host: HostIndex, physicalNetwork: string | undefined): string | undefined {
  if (!physicalNetwork) return undefined;
  for (const file of Object.values(host.state.config))
    for (const pair of (file.ovs?.bridge_mappings ?? "").split(",")) {
      const [net, bridge] = pair.trim().split(":");
      if (net === physicalNetwork && bridge) return bridge;
    }
  return undefined;
}

/** Devices of a port carry the first eleven characters of its id. */
function carries(device: string, portId: string): boolean {
  return device.endsWith(portId.slice(0, 11));
}

function isOwnersDevice(goal: Goal, place: Place): boolean {
  return goal.owners.some((o) =>
    o.kind === "guest"
      ? o.guest.host === place.host &&
        (carries(place.device, o.guest.portId) || place.netns === `guest:${o.guest.name}`)
      : o.device.host.name === place.host && o.device.ns.name === place.netns && o.device.link.name === place.device,
  );
}

/** At the devices of the guest whose MAC it has: behind a floating IP, whose owner is a router. */
function isReceivers(w: Walk, { place, packet }: Leaf): boolean {
  const guest = w.index.hosts.get(place.host)?.guests.find((one) => one.mac === packet.ethDst);
  return guest !== undefined && carries(place.device, guest.portId);
}

function isAnotherGuests(w: Walk, goal: Goal, place: Place): boolean {
  const host = w.index.hosts.get(place.host);
  if (place.netns !== "root") return !goal.owners.some((o) => o.kind === "netns" && o.device.ns.name === place.netns);
  return (
    host?.guests.some(
      (g) => carries(place.device, g.portId) && !goal.owners.some((o) => o.kind === "guest" && o.guest === g),
    ) ?? false
  );
}

export function startOfGuest(w: Walk, guest: Guest): Start {
  const host = w.index.hosts.get(guest.host);
  return host ? { host, portId: guest.portId, ...networkKind(host.plugByPort.get(guest.portId)) } : {};
}

export function startOfDevice(device: Device): Start {
  return { host: device.host, ...networkKind(device.host.plugs.get(device.link.name)) };
}

/** What the OVS agent wrote beside the port about its network. */
function networkKind(plug: Plug | undefined): Pick<Start, "networkType" | "physicalNetwork"> {
  const config = plug?.port.otherConfig;
  return {
    ...(config?.network_type ? { networkType: config.network_type } : {}),
    ...(config?.physical_network ? { physicalNetwork: config.physical_network } : {}),
  };
}
