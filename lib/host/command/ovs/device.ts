/** Devices that Open vSwitch makes, takes and gives back, and what its Interface rows say of them. */
import { editNamespace, findLink, findNamespace, linksWith, ROOT } from "../../edit.ts";
import { Following } from "../../following.ts";
import { addLink, removeLink } from "../../kernel/device.ts";
import { rowOf } from "../../kernel/links.ts";
import type { HostState, Link, Namespace, OvsBridge, OvsInterface, OvsPort } from "../../state.ts";

/** MTU of a switch none of whose devices has another (ofproto.c find_min_mtu). */
const DEFAULT_MTU = 1500;

/** The device that stands for a whole datapath: of the userspace one a TAP, of the kernel's one its own kind. */
const DATAPATH_DEVICES = [
  { datapathType: "netdev", name: "ovs-netdev", kind: "tap" },
  { datapathType: "system", name: "ovs-system", kind: "openvswitch" },
] as const;

const KERNEL_DATAPATH_DEVICE = "ovs-system";

/** Kind of the devices of internal ports (dpif-netdev opens TAP devices, the kernel module has its own). */
function internalKind(datapathType: string): Link["kind"] {
  return datapathType === "system" ? "openvswitch" : "tap";
}

function withLinks(host: HostState, ns: Namespace, links: Link[]): HostState {
  return editNamespace(host, ns.name, { links });
}

/** The host with the device of an internal port; undefined where a device has this name already. */
export function makeInternal(
  host: HostState,
  datapathType: string,
  name: string,
  wanted: { mac?: string; mtu: number },
): HostState | undefined {
  const root = findNamespace(host, ROOT);
  if (!root || findLink(root, name)) return undefined;
  return addLink(host, ROOT, { name, kind: internalKind(datapathType), promisc: true, ...wanted });
}

/** The host without a device, and without what was on it. */
export function dropDevice(host: HostState, netns: string, name: string): HostState {
  const ns = findNamespace(host, netns);
  return ns && findLink(ns, name) ? removeLink(host, netns, name) : host;
}

/** Takes a system device into a switch, or lets it go. */
export function enslave(host: HostState, name: string, datapathType: string | undefined): HostState {
  const root = findNamespace(host, ROOT);
  const link = root && findLink(root, name);
  if (!root || !link) return host;
  const { master: _, ...free } = link;
  const next: Link =
    datapathType === undefined
      ? { ...free, promisc: false }
      : { ...free, promisc: true, ...(datapathType === "system" && { master: KERNEL_DATAPATH_DEVICE }) };
  return withLinks(host, root, linksWith(root.links, next));
}

/** Makes and removes the devices of the datapaths that bridges use. */
export function followDatapaths(host: HostState): HostState {
  let out = host;
  for (const { datapathType, name, kind } of DATAPATH_DEVICES) {
    const root = findNamespace(out, ROOT);
    if (!root) return out;
    const there = findLink(root, name);
    const used = out.ovs?.bridges.some((bridge) => bridge.datapathType === datapathType) ?? false;
    if (used && !there) out = addLink(out, ROOT, { name, kind, promisc: true });
    else if (!used && there) out = dropDevice(out, ROOT, name);
  }
  return out;
}

/** What the switch sees of a device that it could take. */
export function seen(row: OvsInterface, link: Link, netns: string): OvsInterface {
  const { error: _, ...rest } = row;
  return { ...rowOf(rest, netns, link), netns };
}

/** How many own devices have an MTU. */
const mtus = new Following<OvsPort, Map<number, number>>(
  () => new Map(),
  (counts, port) => countMtus(counts, port, 1),
  (counts, port) => countMtus(counts, port, -1),
);

function countMtus(counts: Map<number, number>, { interfaces }: OvsPort, by: 1 | -1): void {
  for (const { type, mtu } of interfaces) {
    if ((type !== "" && type !== "system") || mtu === undefined) continue;
    const now = (counts.get(mtu) ?? 0) + by;
    if (now === 0) counts.delete(mtu);
    else counts.set(mtu, now);
  }
}

/** The least MTU of a bridge's own devices, which internal ports are given (ofproto.c find_min_mtu). */
export function leastMtu({ ports }: OvsBridge): number {
  const all = mtus.of(ports);
  return all.size === 0 ? DEFAULT_MTU : Math.min(...all.keys());
}
