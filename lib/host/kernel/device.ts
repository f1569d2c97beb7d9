/** Devices made, deleted, renamed and moved (net/core/dev.c, rtnetlink.c). */
import { ZERO_MAC } from "../../net/address.ts";
import { generatedMac, nextIfindex } from "../allocate.ts";
import { findLink, linksAnd, linksWithout, namespaceOf, ROOT, withNamespace } from "../edit.ts";
import type { HostState, Link, Namespace } from "../state.ts";
import { emptyBridge, setMaster, settleBridge, traits } from "./bridge.ts";
import { setUp } from "./carrier.ts";
import { forgetDevice, macChanged, mtuChanged } from "./inet.ts";
import { childrenOf, linkOf, peerOf, refused, replaceLink, rowOf, seenByOvs } from "./links.ts";
import { renamedDevice, withDevice, withoutDevice } from "./sysctl.ts";

/** What a new device is; the rest it gets as the kernel gives it. */
export type NewLink = Pick<Link, "name" | "kind"> & Partial<Link>;

const NEW_BRIDGE: NonNullable<Link["bridge"]> = {
  ageingTime: 30_000,
  stp: false,
  vlanFiltering: false,
  nfCallIptables: false,
};

/** A device that is down, with the next index and an address of its own. */
export function addLink(host: HostState, netns: string, link: NewLink): HostState {
  const ns = namespaceOf(host, netns);
  if (findLink(ns, link.name)) throw refused("File exists");
  const made: Link = {
    ifindex: nextIfindex(host, netns),
    mac: link.kind === "tun" ? "" : generatedMac(host.name, link.name),
    mtu: 1500,
    up: false,
    carrier: false,
    operstate: "DOWN",
    promisc: false,
    altnames: [],
    ...(link.kind === "bridge" && { bridge: NEW_BRIDGE }),
    ...link,
  };
  return withNamespace(host, { ...ns, links: linksAnd(ns.links, made), sysctls: withDevice(ns.sysctls, link.name) });
}

interface VethEnd {
  readonly netns: string;
  readonly name: string;
  readonly mac?: string;
  readonly mtu?: number;
}

/** The peer is made first, and so has the lower index (drivers/net/veth.c veth_newlink). */
export function addVeth(host: HostState, end: VethEnd, peer: VethEnd): HostState {
  const clash = end.netns === peer.netns && end.name === peer.name;
  if (clash || findLink(namespaceOf(host, end.netns), end.name)) throw refused("File exists");
  const far = end.netns !== peer.netns;
  let out = addLink(host, peer.netns, veth(host, peer, end, far));
  out = addLink(out, end.netns, veth(host, end, peer, far));
  if (!far) return out;
  const one = linkOf(out, end.netns, end.name);
  const other = linkOf(out, peer.netns, peer.name);
  out = replaceLink(out, end.netns, { ...one, linkIndex: other.ifindex });
  return replaceLink(out, peer.netns, { ...other, linkIndex: one.ifindex });
}

function veth(host: HostState, end: VethEnd, other: VethEnd, far: boolean): NewLink {
  return {
    name: end.name,
    kind: "veth",
    mac: end.mac ?? generatedMac(host.name, end.name),
    mtu: end.mtu ?? 1500,
    linkName: other.name,
    ...(far && { linkNetns: other.netns }),
  };
}

/** The device, its peer, and what stands on it. */
export function removeLink(host: HostState, netns: string, name: string): HostState {
  const link = linkOf(host, netns, name);
  if (link.kind === "loopback") throw refused("Operation not supported");
  let out = dropLink(host, netns, link);
  const peer = peerOf(host, netns, link);
  if (peer) out = dropLink(out, peer.netns, peer.link);
  return out;
}

function dropLink(host: HostState, netns: string, link: Link): HostState {
  let out = host;
  for (const child of childrenOf(out, netns, link.name)) out = dropLink(out, child.netns, child.link);
  out = detach(out, netns, link);
  const ns = forgetDevice(namespaceOf(out, netns), link.name);
  out = withNamespace(out, {
    ...ns,
    links: linksWithout(ns.links, link.name),
    sysctls: withoutDevice(ns.sysctls, link.name),
  });
  return seenByOvs(out, netns, link.name, ({ netns: _n, mac: _m, mtu: _t, ...iface }) => ({
    ...iface,
    ofport: -1,
    adminUp: false,
    linkUp: false,
    error: `could not open network device ${link.name} (No such device)`,
    config: [],
    state: [],
  }));
}

/** Down, out of its bridge, and without ports of its own. */
function detach(host: HostState, netns: string, link: Link): HostState {
  let out = setUp(host, netns, link.name, false);
  if (link.master !== undefined) out = setMaster(out, netns, link.name, undefined);
  return link.kind === "bridge" ? emptyBridge(out, netns, link.name) : out;
}

/** Kinds that stay in the namespace that they were made in (NETIF_F_NETNS_LOCAL). */
const STAYS: ReadonlySet<Link["kind"]> = new Set(["loopback", "bridge", "vrf"]);

/** Of the kernel's switch, the device of the datapath alone: internal ports move (vport-internal_dev.c). */
function stays(link: Link): boolean {
  return STAYS.has(link.kind) || (link.kind === "openvswitch" && link.name === "ovs-system");
}

/** To another namespace: down, without master, addresses, routes and settings. The index stays where it is free there. */
export function moveLink(host: HostState, netns: string, name: string, target: string): HostState {
  const link = linkOf(host, netns, name);
  const to = namespaceOf(host, target);
  if (netns === target) return host;
  if (stays(link)) throw immutable();
  if (findLink(to, name)) throw refusedPlainly("An interface with the same name exists in the target netns.");
  let out = detach(host, netns, link);
  const moved = linkOf(out, netns, name);
  const from = forgetDevice(namespaceOf(out, netns), name);
  out = withNamespace(out, {
    ...from,
    links: linksWithout(from.links, name),
    sysctls: withoutDevice(from.sysctls, name),
  });
  const there = namespaceOf(out, target);
  const taken = there.links.some((l) => l.ifindex === moved.ifindex);
  const arrived = elsewhere(out, netns, target, moved, taken ? nextIfindex(out, target) : moved.ifindex);
  out = withNamespace(out, {
    ...there,
    links: linksAnd(there.links, arrived),
    sysctls: withDevice(there.sysctls, name),
  });
  out = relate(out, netns, name, target, arrived);
  return seenByOvs(out, netns, name, (iface) => rowOf(iface, target, arrived));
}

function immutable(): Error {
  return refusedPlainly("The interface netns is immutable.");
}

function refusedPlainly(reason: string): Error {
  const error = refused(reason);
  error.message = `Error: ${reason}`;
  return error;
}

/** How a device names its peer or parent, seen from its new namespace. */
function elsewhere(host: HostState, netns: string, target: string, link: Link, ifindex: number): Link {
  if (link.linkName === undefined) return { ...link, ifindex };
  const { linkNetns, linkIndex: _, linkNetnsId: __, ...rest } = link;
  const home = linkNetns ?? netns;
  if (home === target) return { ...rest, ifindex };
  const other = findLink(namespaceOf(host, home), link.linkName);
  return { ...rest, ifindex, linkNetns: home, ...(other && { linkIndex: other.ifindex }) };
}

/** Peers and children learn where the device is now, and what it is called. */
function relate(host: HostState, netns: string, name: string, target: string, now: Link): HostState {
  let out = host;
  for (const ns of host.namespaces)
    for (const link of ns.links) {
      if (link.linkName !== name || (link.linkNetns ?? ns.name) !== netns) continue;
      const { linkNetns: _, linkIndex: __, linkNetnsId: ___, ...rest } = link;
      const near = ns.name === target;
      const far = { linkNetns: target, linkIndex: now.ifindex };
      out = replaceLink(out, ns.name, { ...rest, linkName: now.name, ...(near ? {} : far) });
    }
  return out;
}

export function renameLink(host: HostState, netns: string, name: string, to: string): HostState {
  const link = linkOf(host, netns, name);
  if (name === to) return host;
  const ns = namespaceOf(host, netns);
  if (findLink(ns, to)) throw refused("File exists");
  const after = { ...link, name: to };
  const out = withNamespace(host, renamed(ns, name, after));
  return relate(out, netns, name, netns, after);
}

function renamed(ns: Namespace, name: string, link: Link): Namespace {
  const dev = <T extends { dev?: string }>(entry: T): T => (entry.dev === name ? { ...entry, dev: link.name } : entry);
  return {
    ...ns,
    links: ns.links.map((l) => (l.name === name ? link : naming(l, name, link.name))),
    addresses: ns.addresses.map(dev),
    routes: ns.routes.map((r) => dev(r.nexthops ? { ...r, nexthops: r.nexthops.map(dev) } : r)),
    neighbours: ns.neighbours.map(dev),
    proxies: ns.proxies.map(dev),
    fdb: ns.fdb.map((e) => dev(e.master === name ? { ...e, master: link.name } : e)),
    sysctls: renamedDevice(ns.sysctls, name, link.name),
  };
}

function naming(link: Link, from: string, to: string): Link {
  if (link.master === from) return { ...link, master: to };
  return link.tunnel?.dev === from ? { ...link, tunnel: { ...link.tunnel, dev: to } } : link;
}

export function setMac(host: HostState, netns: string, name: string, mac: string): HostState {
  const link = linkOf(host, netns, name);
  if (link.mac === mac) return host;
  if (mac === ZERO_MAC || "13579bdf".includes(mac.charAt(1))) throw refused("Cannot assign requested address");
  return changed(host, netns, link, { ...link, mac }, macChanged);
}

/** 68 by RFC 791; drivers set their own upper limit. */
const LEAST_MTU = 68;
const GREATEST_MTU = 65_535;

export function setMtu(host: HostState, netns: string, name: string, mtu: number): HostState {
  const link = linkOf(host, netns, name);
  if (link.mtu === mtu) return host;
  if (mtu < (link.kind === "loopback" ? 0 : LEAST_MTU)) throw refusedPlainly("mtu less than device minimum.");
  if (mtu > (link.kind === "loopback" ? 0x7fffffff : GREATEST_MTU))
    throw refusedPlainly("mtu greater than device maximum.");
  return changed(host, netns, link, { ...link, mtu }, (ns, after) => mtuChanged(ns, link, after));
}

function changed(
  host: HostState,
  netns: string,
  before: Link,
  after: Link,
  react: (ns: Namespace, after: Link) => Namespace,
): HostState {
  const bridge = before.master === undefined ? undefined : findLink(namespaceOf(host, netns), before.master);
  const had = bridge?.kind === "bridge" ? traits(host, netns, bridge) : undefined;
  let out = replaceLink(host, netns, after);
  out = withNamespace(out, react(namespaceOf(out, netns), after));
  return bridge && had ? settleBridge(out, netns, bridge.name, had) : out;
}

const NEW_RULES: Namespace["rules"] = [
  { family: 4, priority: 0, action: "lookup", table: "local" },
  { family: 4, priority: 32766, action: "lookup", table: "main" },
  { family: 4, priority: 32767, action: "lookup", table: "default" },
  { family: 6, priority: 0, action: "lookup", table: "local" },
  { family: 6, priority: 32766, action: "lookup", table: "main" },
];

/** A namespace as `ip netns add` leaves it: a loopback device that is down, and the kernel's rules. */
export function newNamespace(name: string): Namespace {
  const lo: Link = {
    ...{ name: "lo", ifindex: 1, kind: "loopback", mac: ZERO_MAC, mtu: 65_536 },
    ...{ up: false, carrier: false, operstate: "DOWN", promisc: false, altnames: [] },
  };
  return {
    name,
    links: [lo],
    addresses: [],
    routes: [],
    rules: NEW_RULES,
    neighbours: [],
    proxies: [],
    fdb: [],
    ipsets: [],
    conntrack: [],
    sysctls: {},
    listeners: [],
  };
}

/** The host's own first, the others by name. */
export function addNamespace(host: HostState, ns: Namespace): HostState {
  const rest = host.namespaces.filter((n) => n.name !== ROOT);
  const at = rest.findIndex((n) => n.name > ns.name);
  const named = rest.toSpliced(at < 0 ? rest.length : at, 0, ns);
  return { ...host, namespaces: [...host.namespaces.filter((n) => n.name === ROOT), ...named] };
}

/** Virtual devices end with their namespace; real ones go back to the host's own (net/core/dev.c default_device_exit). */
export function removeNamespace(host: HostState, name: string): HostState {
  let out = host;
  for (const { name: device, kind } of namespaceOf(host, name).links) {
    const link = findLink(namespaceOf(out, name), device);
    if (!link || kind === "loopback") continue;
    out = kind === "physical" ? moveLink(out, name, device, ROOT) : removeLink(out, name, device);
  }
  return { ...out, namespaces: out.namespaces.filter((ns) => ns.name !== name) };
}
