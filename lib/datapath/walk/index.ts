/** What a walk looks up all the time, once for each World: devices, who is plugged into what, who owns an address. */
import type { HostState, Link, Namespace, OvsBridge, OvsInterface, OvsPort } from "../../host/state.ts";
import type { Guest, Segment, World } from "../../host/world.ts";
import { compileOvs } from "../openflow/compile.ts";
import type { OvsDatapath } from "../openflow/switch.ts";

/** A network device in its namespace. */
export interface Device {
  host: HostIndex;
  ns: NamespaceIndex;
  link: Link;
}

export interface NamespaceIndex {
  host: HostIndex;
  name: string;
  state: Namespace;
  devices: Map<string, Device>;
  byIfindex: Map<number, Device>;
  /** Devices stacked on a parent: VLAN subinterfaces, macvlans, VXLANs. */
  upper: Map<string, Device[]>;
  /** Devices enslaved to a bridge or bond. */
  slaves: Map<string, Device[]>;
  /** Own addresses: address → device name. */
  addresses: Map<string, string>;
}

export interface HostIndex {
  name: string;
  state: HostState;
  namespaces: Map<string, NamespaceIndex>;
  root?: NamespaceIndex;
  ovs?: OvsDatapath;
  /** Every device of every namespace, by name. */
  byName: Map<string, Device[]>;
  guests: Guest[];
  guestByTap: Map<string, Guest>;
  /** Subports of guests on trunks, by tap and VLAN. */
  subportByTap: Map<string, Guest>;
  /** Addresses that tunnels of this host end at (`local_ip`). */
  tunnelAddresses: Set<string>;
  /** OVS interface name → where it is plugged in. */
  plugs: Map<string, Plug>;
  /** Neutron port (iface-id) → OVS interface. */
  plugByPort: Map<string, Plug>;
}

/** An interface of Open vSwitch in its port and bridge. */
export interface Plug {
  bridge: OvsBridge;
  port: OvsPort;
  iface: OvsInterface;
}

/** Who answers for an address. */
export type Owner = { kind: "guest"; guest: Guest } | { kind: "netns"; device: Device };

export interface WorldIndex {
  world: World;
  hosts: Map<string, HostIndex>;
  segmentOf(device: Device): Segment | undefined;
  /** Devices (never guests) by MAC. */
  byMac: Map<string, Device[]>;
  guestByMac: Map<string, Guest[]>;
  ownersOf(address: string): Owner[];
}

const cache = new WeakMap<World, WorldIndex>();

export function indexWorld(world: World): WorldIndex {
  const known = cache.get(world);
  if (known) return known;
  const made = build(world);
  cache.set(world, made);
  return made;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): undefined {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function build(world: World): WorldIndex {
  const hosts = new Map<string, HostIndex>();
  const byMac = new Map<string, Device[]>();
  const owners = new Map<string, Owner[]>();
  const guestByMac = new Map<string, Guest[]>();
  for (const state of world.hosts) hosts.set(state.name, buildHost(state));
  for (const guest of [...world.guests, ...(world.subports ?? [])]) {
    push(guestByMac, guest.mac, guest);
    for (const ip of guest.fixedIps) push(owners, ip.address, { kind: "guest", guest });
    const host = hosts.get(guest.host);
    if (!host) continue;
    host.guests.push(guest);
    if (guest.vlan === undefined) host.guestByTap.set(guest.tap, guest);
    else host.subportByTap.set(`${guest.tap} ${guest.vlan}`, guest);
  }
  for (const host of hosts.values())
    for (const ns of host.namespaces.values()) {
      for (const device of ns.devices.values())
        if (device.link.kind !== "loopback") push(byMac, device.link.mac, device);
      for (const a of ns.state.addresses) {
        const device = ns.devices.get(a.dev);
        if (device && device.link.kind !== "loopback") push(owners, a.address, { kind: "netns", device });
      }
    }
  const attached = new Map<string, Segment>();
  for (const s of world.segments) for (const a of s.attachments) attached.set(`${a.host} ${a.netns} ${a.dev}`, s);
  return {
    world,
    hosts,
    segmentOf: (d) => attached.get(`${d.host.name} ${d.ns.name} ${d.link.name}`),
    byMac,
    guestByMac,
    ownersOf: (address) => owners.get(address) ?? [],
  };
}

function buildHost(state: HostState): HostIndex {
  const host: HostIndex = {
    name: state.name,
    state,
    namespaces: new Map(),
    byName: new Map(),
    guests: [],
    guestByTap: new Map(),
    subportByTap: new Map(),
    tunnelAddresses: new Set(),
    plugs: new Map(),
    plugByPort: new Map(),
  };
  for (const ns of state.namespaces) {
    const index = buildNamespace(host, ns);
    host.namespaces.set(ns.name, index);
    for (const device of index.devices.values()) push(host.byName, device.link.name, device);
    for (const l of ns.links) if (l.tunnel?.local) host.tunnelAddresses.add(l.tunnel.local);
  }
  const root = host.namespaces.get("root");
  if (root) host.root = root;
  if (state.ovs) {
    host.ovs = compileOvs(state.ovs);
    for (const bridge of state.ovs.bridges)
      for (const port of bridge.ports)
        for (const i of port.interfaces) {
          const plug = { bridge, port, iface: i };
          host.plugs.set(i.name, plug);
          const id = i.externalIds["iface-id"];
          if (id) host.plugByPort.set(id, plug);
          const local = i.options.local_ip;
          if (local && local !== "flow") host.tunnelAddresses.add(local);
        }
  }
  return host;
}

function buildNamespace(host: HostIndex, state: Namespace): NamespaceIndex {
  const ns: NamespaceIndex = {
    host,
    name: state.name,
    state,
    devices: new Map(),
    byIfindex: new Map(),
    upper: new Map(),
    slaves: new Map(),
    addresses: new Map(),
  };
  for (const link of state.links) {
    const device = { host, ns, link };
    ns.devices.set(link.name, device);
    ns.byIfindex.set(link.ifindex, device);
  }
  for (const device of ns.devices.values()) {
    const { link } = device;
    if (link.master) push(ns.slaves, link.master, device);
    if (link.kind === "vlan" || link.kind === "macvlan" || link.kind === "macvtap" || link.kind === "ipvlan") {
      const parent = parentOf(device);
      if (parent) push(parent.ns.upper, parent.link.name, device);
    }
  }
  for (const a of state.addresses) if (!ns.addresses.has(a.address)) ns.addresses.set(a.address, a.dev);
  return ns;
}

/** The device below a VLAN, macvlan or VXLAN device. */
export function parentOf(device: Device): Device | undefined {
  const { link, ns } = device;
  const home = link.linkNetns
    ? ns.host.namespaces.get(link.linkNetns)
    : link.linkNetnsId === undefined
      ? ns
      : undefined;
  if (link.linkName) return home?.devices.get(link.linkName);
  return link.linkIndex === undefined ? undefined : home?.byIfindex.get(link.linkIndex);
}

/** The other end of a veth pair, where the snapshot shows it. */
export function peerOf(device: Device): Device | undefined {
  const peer = parentOf(device);
  return peer && peer !== device && peer.link.kind === "veth" ? peer : undefined;
}

/** The namespace device that an OVS interface of this name is. */
export function deviceOfPort(host: HostIndex, name: string): Device | undefined {
  const all = host.byName.get(name);
  if (!all || all.length < 2) return all?.[0];
  return all.find((d) => d.ns.name === "root") ?? all[0];
}

/** Whether a bridge is of the userspace datapath: tunnels and connection tracking are Open vSwitch's own then. */
export function isUserspace(host: HostIndex, bridge: string): boolean {
  return host.state.ovs?.bridges.find((b) => b.name === bridge)?.datapathType === "netdev";
}

/** The Neutron network that a device is on, as the OVS agent wrote it beside the port. */
export function networkOfDevice(device: Device): string | undefined {
  return device.host.plugs.get(device.link.name)?.port.otherConfig.net_uuid;
}

export function isTunnelType(type: string): boolean {
  return type === "vxlan" || type === "gre" || type === "geneve";
}
