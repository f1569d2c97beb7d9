/** Devices of a simulated host: finding them, replacing them, and what Open vSwitch sees of them. */
import { CommandError } from "../command/command.ts";
import { dependantsOf, findLink, findNamespace, linksWith, namespaceOf, parentOf, withNamespace } from "../edit.ts";
import { followingNames } from "../following.ts";
import type { HostState, Link, OvsInterface, OvsPort } from "../state.ts";

/** What rtnetlink refuses, as iproute2 prints it. */
export function refused(reason: string): CommandError {
  return new CommandError(`RTNETLINK answers: ${reason}`, 2);
}

/** Throws what iproute2 says of a device that is not there. */
export function linkOf(host: HostState, netns: string, name: string): Link {
  const link = findLink(namespaceOf(host, netns), name);
  if (!link) throw new CommandError(`Cannot find device "${name}"`, 1);
  return link;
}

/** The device with this one's name gives way to it; the switch's row for it follows. */
export function replaceLink(host: HostState, netns: string, link: Link): HostState {
  const ns = namespaceOf(host, netns);
  const links = linksWith(ns.links, link);
  if (links === ns.links) return host;
  return seenByOvs(withNamespace(host, { ...ns, links }), netns, link.name, (iface) => rowOf(iface, netns, link));
}

export interface Placed {
  readonly netns: string;
  readonly link: Link;
}

/** The other end of a veth, where it is known. */
export function peerOf(host: HostState, netns: string, link: Link): Placed | undefined {
  if (link.kind !== "veth" || link.linkName === undefined) return undefined;
  const there = link.linkNetns ?? netns;
  const ns = findNamespace(host, there);
  const peer = ns && findLink(ns, link.linkName);
  return peer?.kind === "veth" ? { netns: there, link: peer } : undefined;
}

/** Devices that stand on this one: VLANs, macvlans, VXLAN devices bound to it. They may live in other namespaces. */
export function childrenOf(host: HostState, netns: string, name: string): Placed[] {
  const out: Placed[] = [];
  for (const ns of host.namespaces)
    for (const link of dependantsOf(ns.links, name))
      if (parentOf(link) === name && (link.linkNetns ?? ns.name) === netns) out.push({ netns: ns.name, link });
  return out;
}

/** Ports by the names of their interfaces, which are a switch's own. */
const portsByName = followingNames<OvsPort>(({ interfaces }) => interfaces.map(({ name }) => name));

/** -1 where no interface of this name is in any. */
export function portOf(ports: readonly OvsPort[], name: string): number {
  const port = portsByName.of(ports).get(name);
  return port ? ports.indexOf(port) : -1;
}

/** Updates the switch's interface of this name that is a device of this namespace. */
export function seenByOvs(
  host: HostState,
  netns: string,
  name: string,
  update: (iface: OvsInterface) => OvsInterface,
): HostState {
  const bridges = host.ovs?.bridges ?? [];
  for (const [b, bridge] of bridges.entries()) {
    const p = portOf(bridge.ports, name);
    const port = bridge.ports[p];
    const i = port?.interfaces.findIndex((iface) => iface.name === name && iface.netns === netns) ?? -1;
    const iface = port?.interfaces[i];
    if (!host.ovs || !port || !iface) continue;
    const after = update(iface);
    if (after === iface) return host;
    const ports = bridge.ports.with(p, { ...port, interfaces: port.interfaces.with(i, after) });
    // A switch forgets what it learnt of a port that is none any more (ofproto-dpif.c bundle_destroy).
    const lost = after.ofport !== iface.ofport && bridge.fdb.some((entry) => entry.port === iface.ofport);
    const fdb = lost ? bridge.fdb.filter((entry) => entry.port !== iface.ofport) : bridge.fdb;
    return { ...host, ovs: { ...host.ovs, bridges: bridges.with(b, { ...bridge, ports, fdb }) } };
  }
  return host;
}

/**
 * What ovs-vswitchd reports of a device in its own namespace; one that was moved away it no longer sees, and says that it is
 * down, though its packets flow.
 */
export function rowOf(iface: OvsInterface, netns: string, link: Link): OvsInterface {
  const words = (all: readonly string[], drop: string[], add: string[]) => [
    ...all.filter((word) => !drop.includes(word)),
    ...add,
  ];
  const { mtu: _, ...rest } = iface;
  const here = netns === "root";
  const up = here && link.up;
  const live = here && link.up && link.carrier;
  const row: OvsInterface = {
    ...rest,
    mac: here ? link.mac : "00:00:00:00:00:00",
    adminUp: up,
    linkUp: live,
    netns,
    config: words(iface.config, ["PORT_DOWN"], up ? [] : ["PORT_DOWN"]),
    state: words(iface.state, ["LIVE", "LINK_DOWN"], [live ? "LIVE" : "LINK_DOWN"]),
  };
  return here ? { ...row, mtu: link.mtu } : row;
}

/** Whether something holds a tap device open: the switch its internal ports, a hypervisor a guest's. */
export function isHeld(host: HostState, name: string): boolean {
  if (ovsInterface(host, name)?.type === "internal") return true;
  // The device of a guest that has just come is looked at most often.
  return host.processes.findLast(({ command }) => isMentioned(command, name)) !== undefined;
}

/** A hypervisor names the device (`ifname=tap…`), or the port that the device is named after. */
export function isMentioned(command: string, name: string): boolean {
  return command.includes(name.startsWith("tap") ? name.slice("tap".length) : name);
}

export function ovsInterface(host: HostState, name: string): OvsInterface | undefined {
  for (const { ports } of host.ovs?.bridges ?? []) {
    const found = ports[portOf(ports, name)]?.interfaces.find((iface) => iface.name === name);
    if (found) return found;
  }
  return undefined;
}
