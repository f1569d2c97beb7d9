/** `ip link`, `ip tuntap` on a host. */
import { ZERO_MAC } from "../../../net/address.ts";
import { findLink, findNamespace, namespaceOf, ROOT, withNamespace } from "../../edit.ts";
import { setBridge, setMaster } from "../../kernel/bridge.ts";
import { setUp } from "../../kernel/carrier.ts";
import {
  addLink,
  addVeth,
  moveLink,
  type NewLink,
  removeLink,
  renameLink,
  setMac,
  setMtu,
} from "../../kernel/device.ts";
import { destination } from "../../kernel/fdb.ts";
import { linkOf, refused, replaceLink } from "../../kernel/links.ts";
import type { HostState, Link } from "../../state.ts";
import { CommandError } from "../command.ts";
import { followMtu } from "../ovs/reconfigure.ts";
import type { DeviceSpec, LinkAdd, LinkDel, LinkSet, TunnelSpec, TuntapCommand } from "./command.ts";

export function addDevice(host: HostState, netns: string, command: LinkAdd): HostState {
  const { name, device, address, mtu } = command;
  const home = command.netns === undefined ? netns : targetOf(host, command.netns);
  let out: HostState;
  if (device.kind === "veth") {
    const peer = device.peer ?? freeName(host, home);
    const there = device.peerNetns === undefined ? home : targetOf(host, device.peerNetns);
    out = addVeth(
      host,
      { netns: home, name, ...(address !== undefined && { mac: address }), ...(mtu !== undefined && { mtu }) },
      {
        netns: there,
        name: peer,
        ...(device.peerAddress !== undefined && { mac: device.peerAddress }),
        ...(device.peerMtu !== undefined && { mtu: device.peerMtu }),
      },
    );
  } else {
    const made = newLink(host, netns, command, device);
    out = addLink(host, netns, {
      ...made,
      ...(address !== undefined && { mac: address }),
      ...(mtu !== undefined && { mtu }),
    });
    if (device.kind === "vxlan") out = defaultDestination(out, netns, name, device);
    if (home !== netns) out = moveLink(out, netns, name, home);
  }
  return command.up ? setUp(out, home, name, true) : out;
}

/** A namespace that an option names; `1` is the one of process 1. */
function targetOf(host: HostState, name: string): string {
  const netns = name === "1" ? ROOT : name;
  if (!findNamespace(host, netns))
    throw new CommandError(`Error: argument "${name}" is wrong: Invalid "netns" value\n`, 255);
  return netns;
}

function freeName(host: HostState, netns: string): string {
  const ns = namespaceOf(host, netns);
  for (let i = 0; ; i++) if (!findLink(ns, `veth${i}`)) return `veth${i}`;
}

function newLink(
  host: HostState,
  netns: string,
  command: LinkAdd,
  device: Exclude<DeviceSpec, { kind: "veth" }>,
): NewLink {
  const { name } = command;
  switch (device.kind) {
    case "dummy":
      return { name, kind: "dummy" };
    case "bridge": {
      const { ageingTime, stp, vlanFiltering, nfCallIptables } = device;
      const bridge = {
        ageingTime: ageingTime ?? 30_000,
        stp: stp ?? false,
        vlanFiltering: vlanFiltering ?? false,
        nfCallIptables: nfCallIptables ?? false,
      };
      return { name, kind: "bridge", bridge };
    }
    case "vlan": {
      const parent = parentOf(host, netns, command);
      if (namespaceOf(host, netns).links.some((l) => l.linkName === parent.name && l.vlan?.id === device.id))
        throw refused("File exists");
      const vlan = { id: device.id, protocol: device.protocol ?? "802.1Q" };
      return { name, kind: "vlan", linkName: parent.name, vlan, mac: parent.mac, mtu: parent.mtu };
    }
    case "macvlan": {
      const parent = parentOf(host, netns, command);
      return { name, kind: "macvlan", linkName: parent.name, macvlanMode: device.mode ?? "vepa", mtu: parent.mtu };
    }
    case "vxlan":
    case "gre":
    case "gretap":
    case "geneve":
      return newTunnel(host, netns, name, device);
  }
}

function parentOf(host: HostState, netns: string, { link }: LinkAdd): Link {
  // iproute2 asks the kernel, which wants a link.
  if (link === undefined) throw refused("No such device");
  return linkOf(host, netns, link);
}

/** Bytes that a tunnel puts before the guest's frame. */
const OVERHEAD = { vxlan: 50, geneve: 50, gretap: 38, gre: 24 } as const;

function newTunnel(host: HostState, netns: string, name: string, spec: TunnelSpec): NewLink {
  const { kind, key, local, remote, group, dev, dstport, ttl, learning, external } = spec;
  const under = dev === undefined ? undefined : linkOf(host, netns, dev);
  const others = namespaceOf(host, netns).links;
  if (kind === "vxlan" && others.some((l) => l.kind === "vxlan" && l.tunnel?.key === key && l.tunnel?.dev === dev))
    throw refused("File exists");
  const tunnel: NonNullable<Link["tunnel"]> = {
    ...(key !== undefined && { key }),
    ...(local !== undefined && { local }),
    ...(remote !== undefined && !isMulticast(remote) && { remote }),
    ...(group !== undefined || (remote !== undefined && isMulticast(remote)) ? { group: group ?? remote } : {}),
    ...(dev !== undefined && { dev }),
    ...((kind === "vxlan" || kind === "geneve") && { port: dstport ?? (kind === "vxlan" ? 8472 : 6081) }),
    // As iproute2 prints it of VXLAN devices.
    ...(kind === "vxlan" && { learning: learning ?? true }),
    ...(external && { external }),
    ...(ttl !== undefined && ttl > 0 && { ttl }),
  };
  const base = kind === "gretap" || kind === "gre" ? 1500 : undefined;
  const room = under?.mtu ?? base;
  return {
    name,
    kind,
    tunnel,
    mtu: room === undefined ? 1500 : room - OVERHEAD[kind],
  };
}

function isMulticast(address: string): boolean {
  return /^(22[4-9]|23\d)\./.test(address) || /^ff/i.test(address);
}

/** Where frames go whose address no entry names (drivers/net/vxlan: the all-zeros entry). */
function defaultDestination(host: HostState, netns: string, name: string, spec: TunnelSpec): HostState {
  const dst = spec.remote ?? spec.group;
  if (dst === undefined) return host;
  const ns = namespaceOf(host, netns);
  return withNamespace(host, { ...ns, fdb: [...ns.fdb, destination(name, ZERO_MAC, dst)] });
}

/** In the kernel's order (net/core/rtnetlink.c do_setlink). */
export function setDevice(host: HostState, netns: string, command: LinkSet): HostState {
  let { name } = command;
  linkOf(host, netns, name);
  let home = netns;
  let out = host;
  if (command.netns !== undefined) {
    home = targetOf(host, command.netns);
    out = moveLink(out, netns, name, home);
  }
  if (command.address !== undefined) out = setMac(out, home, name, command.address);
  if (command.mtu !== undefined) {
    const before = out;
    out = setMtu(out, home, name, command.mtu);
    if (home === ROOT) out = followMtu(before, out, name);
  }
  if (command.newName !== undefined) {
    out = renameLink(out, home, name, command.newName);
    name = command.newName;
  }
  if (command.promisc !== undefined) {
    const link = linkOf(out, home, name);
    // A bridge's port stays promiscuous whatever is asked of it.
    const promisc = command.promisc || isPromiscuousPort(out, home, link);
    if (link.promisc !== promisc) out = replaceLink(out, home, { ...link, promisc });
  }
  if (command.master !== undefined) out = setMaster(out, home, name, command.master ?? undefined);
  if (command.up !== undefined) out = setUp(out, home, name, command.up);
  if (command.bridge) {
    const { forwardDelay: _, mcastSnooping: __, ...changes } = command.bridge;
    out = setBridge(out, home, name, changes);
  }
  if (command.bridgePort) {
    const link = linkOf(out, home, name);
    if (!link.bridgePort) throw refused("Operation not supported");
    out = replaceLink(out, home, { ...link, bridgePort: { ...link.bridgePort, ...command.bridgePort } });
  }
  return out;
}

function isPromiscuousPort(host: HostState, netns: string, link: Link): boolean {
  const bridge = link.bridgePort && findLink(namespaceOf(host, netns), link.master ?? "");
  return bridge?.bridge?.vlanFiltering === false;
}

export function deleteDevice(host: HostState, netns: string, { name }: LinkDel): HostState {
  const { kind } = linkOf(host, netns, name);
  if (kind === "physical") throw refused("Operation not supported");
  return removeLink(host, netns, name);
}

export function changeTuntap(host: HostState, netns: string, { action, name, mode }: TuntapCommand): HostState {
  const link = findLink(namespaceOf(host, netns), name);
  if (action === "tuntap-add") {
    if (link) throw new CommandError("ioctl(TUNSETIFF): Device or resource busy", 1);
    return addLink(host, netns, { name, kind: mode });
  }
  if (!link || link.kind !== mode) throw new CommandError("ioctl(TUNSETIFF): Invalid argument", 1);
  return removeLink(host, netns, name);
}
