/**
 * nova-compute, as far as networks know it: plugs the ports of the guests that run here, and unplugs those of others. A
 * network's new MTU reaches its guests' devices at once, as if they were all started anew.
 * Not modelled: macvtap, SR-IOV, vhost-user.
 */
import type { Command } from "../../host/command/command.ts";
import { portNamed } from "../../host/command/ovs/bridges.ts";
import { type Difference, differing } from "../../host/differing.ts";
import { findLink, findNamespace, namespaceOf, ROOT } from "../../host/edit.ts";
import { Following } from "../../host/following.ts";
import { applyAll, planByRunning } from "../../host/run.ts";
import type { HostState, Link, Namespace } from "../../host/state.ts";
import type { Agent } from "../agent.ts";
import { createBridge } from "../openvswitch/create-bridge.ts";
import { INTEGRATION_BRIDGE } from "../openvswitch/names.ts";
import { isTrunkBridge, trunkBridge } from "../trunk/names.ts";
import type { HostView, PortView } from "../view.ts";
import { type Devices, devicesOf, idOf, linksOf, shortId } from "./devices.ts";
import { graft, type Plugging } from "./graft.ts";
import { runGuests } from "./guests.ts";
import { withMtus } from "./mtu.ts";
import { attach, detach, guestDevice, plugBridge, remove, removeBridge, removeTap, vifNames } from "./plug.ts";

export const COMPUTE: Agent = {
  kind: "compute",
  steps: [
    { name: "run guests", plan: (view, host) => runGuests(host, view) },
    { name: "plug VIFs", plan: plugVifs },
  ],
};

/** What a host's guests were last plugged for, and the devices that they had then. */
interface Plugged extends Pick<HostView, "ports" | "servers" | "networks" | "trunks"> {
  readonly links: readonly Link[];
  readonly switched: boolean;
}

const lasts = new WeakMap<HostView["settings"], Plugged>();

/** Short ids of ports that may be plugged otherwise now than they should; undefined: all. */
function touched(view: HostView, links: readonly Link[], switched: boolean): ReadonlySet<string> | undefined {
  const last = lasts.get(view.settings);
  if (last?.networks !== view.networks || last.trunks !== view.trunks || last.switched !== switched) return undefined;
  const both = <T>({ gone, come }: Difference<T>) => [...gone, ...come];
  return new Set([
    ...both(differing(last.links, links)).flatMap((link) => idOf(link) ?? []),
    ...both(differing(last.ports, view.ports)).map((port) => shortId(port.id)),
    ...both(differing(last.servers, view.servers)).flatMap((server) => server.portIds.map(shortId)),
  ]);
}

function plugVifs(view: HostView, host: HostState): HostState {
  const root = findNamespace(host, ROOT);
  if (!root) return host;
  const switched = host.ovs !== undefined;
  const ids = touched(view, root.links, switched);
  const next = ids?.size === 0 ? host : plugged(view, host, root, ids);
  const { ports, servers, networks, trunks } = view;
  lasts.set(view.settings, { ports, servers, networks, trunks, switched, links: namespaceOf(next, ROOT).links });
  return next;
}

/** @param ids of ports to look at; undefined: all */
function plugged(view: HostView, host: HostState, root: Namespace, ids: ReadonlySet<string> | undefined): HostState {
  const devices = devicesOf(ids ? linksOf(root, ids) : root.links);
  const looked = ids ? portsOf(view, ids) : view.ports;
  const guests = guestPorts.of(view.servers);
  const ports = looked.filter((port) => guests.has(port.id) && (port.vifType !== "ovs" || host.ovs !== undefined));
  const kept = new Set(ports.map((port) => shortId(port.id)));
  const missing = ports.filter((port) => !isPlugged(port, devices));
  const ready = missing.some((port) => port.vifType === "ovs") ? createBridge(host, INTEGRATION_BRIDGE) : host;
  const detached = detaching(host);
  const clearing = [
    ...unplugged(devices, kept, detached),
    ...missing.flatMap((port) => remains(port, root, devices, detached)),
  ];
  const mtuOf = (port: PortView) => view.networks.get(port.networkId)?.mtu ?? DEFAULT_MTU;
  const trunks = new Map((view.trunks ?? []).map((one) => [one.portId, trunkBridge(one.id)]));
  const parents = missing.filter((port) => port.vifType === "ovs" && trunks.has(port.id));
  const plain = parents.length === 0 ? missing : missing.filter((port) => !parents.includes(port));
  const made = plain.map((port) => plugging(port, mtuOf(port)));
  const few = made.length <= FEW;
  const cleared = planByRunning(ready, few ? [...clearing, ...made.flatMap(({ commands }) => commands)] : clearing);
  const all = parents.reduce(
    (now, port) => {
      const bridge = trunks.get(port.id) ?? INTEGRATION_BRIDGE;
      return applyAll(createBridge(now, bridge), plugging(port, mtuOf(port), bridge).commands);
    },
    few ? cleared : graft(cleared, made),
  );
  const after = namespaceOf(all, ROOT);
  return withMtus(all, ports, ids ? linksOf(after, ids) : after.links, view.networks);
}

/** Ports by what is left of their ids in the names of devices. */
const byShortId = new Following<PortView, Map<string, Set<PortView>>>(
  () => new Map(),
  (map, port) => {
    const id = shortId(port.id);
    map.set(id, (map.get(id) ?? new Set()).add(port));
  },
  (map, port) => map.get(shortId(port.id))?.delete(port),
);

/** In the order of the view. */
function portsOf({ ports }: HostView, ids: ReadonlySet<string>): PortView[] {
  const map = byShortId.of(ports);
  const some = [...ids].flatMap((id) => [...(map.get(id) ?? [])]);
  return some.length < 2 ? some : some.sort((a, b) => ports.indexOf(a) - ports.indexOf(b));
}

/** Ports of guests. */
const guestPorts = new Following<HostView["servers"][number], Set<string>>(
  () => new Set(),
  (all, { portIds }) => {
    for (const id of portIds) all.add(id);
  },
  (all, { portIds }) => {
    for (const id of portIds) all.delete(id);
  },
);

/** What takes a device out of the switch. */
type Detached = (device: string) => Command[];

/** None for a device that is in no bridge of guests: a trunk has its own. */
function detaching({ ovs }: HostState): Detached {
  const bridges = (ovs?.bridges ?? []).filter(({ name }) => name === INTEGRATION_BRIDGE || isTrunkBridge(name));
  return (device) => {
    const bridge = bridges.find(({ ports }) => portNamed(ports, device));
    return bridge ? [detach(device, bridge.name)] : [];
  };
}

const DEFAULT_MTU = 1500;
/** So few ports are plugged by their commands; many more are thought of at once. */
const FEW = 4;

function isHybrid({ vifType, hybridPlug }: PortView): boolean {
  return vifType === "ovs" && hybridPlug;
}

function isPlugged(port: PortView, devices: Devices): boolean {
  if (port.vifType !== "ovs" && port.vifType !== "bridge") return true; // Not bound, or nothing of ours.
  const id = shortId(port.id);
  return devices.taps.has(id) && (!isHybrid(port) || (devices.veths.has(id) && devices.bridges.has(id)));
}

function plugging(port: PortView, mtu: number, into?: string): Plugging {
  const names = vifNames(port.id);
  const { qbr, qvo, tap } = names;
  if (isHybrid(port)) {
    const bridge = [...plugBridge(names, mtu), attach(qvo, port, "vm-uuid", into)];
    return { port, tap, commands: [...bridge, ...guestDevice(tap, port.mac, mtu, qbr)] };
  }
  const device = guestDevice(tap, port.mac, mtu, undefined);
  return { port, tap, commands: port.vifType === "ovs" ? [...device, attach(tap, port, "vm-id", into)] : device };
}

/** Devices of ports that are no guest's here: by os-vif's names, and the hypervisor's taps by their MAC. */
function unplugged(devices: Devices, kept: ReadonlySet<string>, detached: Detached): Command[] {
  const gone = (ids: ReadonlySet<string>) => [...ids].filter((id) => !kept.has(id));
  return [
    ...gone(devices.bridges).flatMap((id) => removeBridge(`qbr${id}`)),
    ...gone(devices.veths).flatMap((id) => [...detached(`qvo${id}`), remove(`qvo${id}`)]),
    ...gone(devices.taps).flatMap((id) => [...detached(`tap${id}`), removeTap(`tap${id}`)]),
  ];
}

/** What is left of a port that is plugged in part goes first, and whatever else somebody named as its devices will be. */
function remains(port: PortView, root: Namespace, devices: Devices, detached: Detached): Command[] {
  const id = shortId(port.id);
  const { qbr, qvb, qvo, tap } = vifNames(port.id);
  const own: Devices = {
    bridges: only(devices.bridges, id),
    veths: only(devices.veths, id),
    taps: only(devices.taps, id),
  };
  const gone = new Set([
    ...(own.bridges.size > 0 ? [qbr] : []),
    ...(own.veths.size > 0 ? [qvo, peerOf(root, qvo)] : []),
    ...(own.taps.size > 0 ? [tap] : []),
  ]);
  const others = [qbr, qvb, qvo, tap].flatMap((name) => {
    if (gone.has(name) || !findLink(root, name)) return [];
    gone.add(name).add(peerOf(root, name));
    return [...detached(name), remove(name)];
  });
  return [...unplugged(own, new Set(), detached), ...others];
}

/** Both ends of a pair go together. */
function peerOf(root: Namespace, name: string): string | undefined {
  const link = findLink(root, name);
  return link?.kind === "veth" && link.linkNetns === undefined ? link.linkName : undefined;
}

function only(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return ids.has(id) ? new Set([id]) : new Set();
}
