/**
 * How ovs-vswitchd follows its database (vswitchd/bridge.c bridge_reconfigure): ports get numbers and devices, bridges flows,
 * and what the database no longer has goes.
 */

import type { Flow } from "../../../net/openflow/ast.ts";
import { generatedMac, nextOfport } from "../../allocate.ts";
import { differing } from "../../differing.ts";
import { editNamespace, findLink, findNamespace, ROOT } from "../../edit.ts";
import { followingThose } from "../../following.ts";
import { portOf } from "../../kernel/links.ts";
import type { HostState, Link, OvsBridge, OvsInterface, OvsPort, OvsState } from "../../state.ts";
import { withBridge, withOvs } from "./bridges.ts";
import type { DraftInterface } from "./columns.ts";
import { dropDevice, enslave, followDatapaths, leastMtu, makeInternal, seen } from "./device.ts";

const LOCAL_PORT = 65534;

/** What a switch without a controller does by itself (ofproto/connmgr.c connmgr_flushed). */
const NORMAL_FLOW: Flow = {
  table: 0,
  priority: 0,
  cookie: "0x0",
  packets: 0,
  bytes: 0,
  duration: 0,
  idleTimeout: 0,
  hardTimeout: 0,
  flags: [],
  match: { fields: [] },
  actions: [{ kind: "output", port: "NORMAL" }],
};

/** The host once the switch has followed `wanted`, the database after a transaction. */
export function reconfigure(host: HostState, wanted: OvsState): HostState {
  const before = host.ovs;
  const old = new Map((before?.bridges ?? []).map((bridge) => [bridge.name, bridge]));
  const changed = wanted.bridges.filter((bridge) => old.get(bridge.name) !== bridge);
  const kept = new Set(wanted.bridges.map((bridge) => bridge.name));
  const touched = [
    ...changed.flatMap((b) => old.get(b.name) ?? []),
    ...[...old.values()].filter((b) => !kept.has(b.name)),
  ];
  let out = release(host, touched, changed);
  out = followDatapaths(withOvs(out, wanted));
  for (const bridge of changed) out = configure(out, bridge, old.get(bridge.name));
  const patched = [...touched, ...changed].some((b) => patches.of(b.ports).size > 0);
  return patched ? followPeers(out) : out;
}

const patches = followingThose<OvsPort>((port) => port.interfaces.some((one) => one.type === "patch"));
const unnumbered = followingThose<OvsPort>((port) => port.interfaces.some((one) => one.ofport === undefined));
const waiting = followingThose<OvsPort>((port) => port.interfaces.some(lacksDevice));

function lacksDevice(one: OvsInterface): boolean {
  return isSystem(one) && one.ofport === -1;
}

/** The host after devices came to it: the switch takes in those that its ports waited for (bridge.c bridge_run, if_notifier). */
export function followNewDevices(host: HostState): HostState {
  const { ovs } = host;
  if (!ovs?.bridges.some((bridge) => waiting.of(bridge.ports).size > 0)) return host;
  const root = findNamespace(host, ROOT);
  const asked = (one: OvsInterface): OvsInterface => {
    if (!lacksDevice(one) || !root || !findLink(root, one.name)) return one;
    const { ofport: _, error: __, ...row } = one;
    return row;
  };
  const bridges = ovs.bridges.map((bridge) => {
    let { ports } = bridge;
    for (const { port, i } of placed(ports, waiting.of(ports))) {
      const interfaces = port.interfaces.map(asked);
      if (interfaces.some((one, at) => one !== port.interfaces[at])) ports = ports.with(i, { ...port, interfaces });
    }
    return ports === bridge.ports ? bridge : { ...bridge, ports };
  });
  return bridges.some((one, i) => one !== ovs.bridges[i]) ? reconfigure(host, { ...ovs, bridges }) : host;
}

/** Some ports of a list, with their places, in its order. */
function placed(ports: readonly OvsPort[], some: ReadonlySet<OvsPort>): { port: OvsPort; i: number }[] {
  return [...some].map((port) => ({ port, i: ports.indexOf(port) })).sort((a, b) => a.i - b.i);
}

/** Interfaces that are there no longer, or are something else now, lose their devices. */
function release(host: HostState, before: readonly OvsBridge[], after: readonly OvsBridge[]): HostState {
  const was = before.flatMap((bridge) => bridge.ports);
  const { gone: lost, come } = differing(
    was,
    after.flatMap((bridge) => bridge.ports),
  );
  const left = new Map(come.flatMap((port) => port.interfaces.map((one) => [one.name, one.type] as const)));
  let out = host;
  for (const port of lost)
    for (const one of port.interfaces) {
      if (left.get(one.name) === one.type || one.ofport === undefined || one.ofport < 0) continue;
      if (one.type === "internal") out = dropDevice(out, one.netns ?? ROOT, one.name);
      else if (isSystem(one)) out = enslave(out, one.name, undefined);
    }
  return out;
}

function isSystem(one: OvsInterface): boolean {
  return one.type === "" || one.type === "system";
}

function configure(host: HostState, wanted: OvsBridge, before: OvsBridge | undefined): HostState {
  let bridge = flushed(wanted, before);
  let out = host;
  const { gone, come } = differing(before?.ports ?? [], wanted.ports);
  const types = new Map(gone.flatMap((port) => port.interfaces.map((one) => [one.name, one.type] as const)));
  const fresh = new Set(come);
  const mtu = leastMtu(before ?? bridge);
  // A port that is as it was had what it asked for, if it could be had.
  const looked = new Set([...come, ...unnumbered.of(bridge.ports)]);
  for (const { port, i } of placed(bridge.ports, looked)) {
    const asks = (one: OvsInterface) => needsWork(one, fresh.has(port) ? types.get(one.name) : one.type);
    if (!port.interfaces.some(asks)) continue;
    const interfaces: OvsInterface[] = [];
    for (const one of port.interfaces) {
      if (!asks(one)) {
        interfaces.push(one);
        continue;
      }
      const done = attach(out, bridge, one, mtu, !fresh.has(port) || types.get(one.name) === one.type);
      out = done.host;
      interfaces.push(done.row);
      const next = { ...port, interfaces: [...interfaces, ...port.interfaces.slice(interfaces.length)] };
      bridge = { ...bridge, ports: bridge.ports.with(i, next) };
    }
  }
  bridge = withDatapathId(bridge);
  return adjustMtu(withBridge(out, bridge), bridge, mtu);
}

/** Whether the row is new, is of another type now, or asks for something. @param before its type until now */
function needsWork(one: DraftInterface, before: string | undefined): boolean {
  return (
    before !== one.type ||
    one.ofport === undefined ||
    one.ofportRequest !== undefined ||
    one.macRequest !== undefined ||
    one.mtuRequest !== undefined
  );
}

interface Attached {
  host: HostState;
  row: OvsInterface;
}

function attach(host: HostState, bridge: OvsBridge, draft: DraftInterface, mtu: number, alike: boolean): Attached {
  const { ofportRequest, macRequest, mtuRequest, ...row } = draft;
  const netns = row.netns ?? ROOT;
  const home = findNamespace(host, netns);
  const device = home && findLink(home, row.name);
  if (isSystem(row)) {
    if (!device || netns !== ROOT)
      return { host, row: failed(row, `could not open network device ${row.name} (No such device)`) };
    const changes = mtuRequest !== undefined && { mtu: mtuRequest };
    const next = enslave(withLink(host, device, changes), row.name, bridge.datapathType);
    return { host: next, row: numbered(bridge, seen(row, { ...device, ...changes }, ROOT), ofportRequest) };
  }
  // Patch ports and tunnels have no device whose MTU a request could change (lib/netdev-vport.c).
  if (row.type !== "internal") {
    const { netns: _, mtu: __, error: ___, ...plain } = row;
    const virtual: OvsInterface = {
      ...plain,
      mac: generatedMac(host.name, row.name),
      adminUp: true,
      linkUp: true,
      config: row.config.filter((word) => word !== "PORT_DOWN"),
      state: ["LIVE"],
    };
    return { host, row: numbered(bridge, virtual, ofportRequest) };
  }
  let next = host;
  // A device of that name that is not its own stands in its way.
  const own = alike && row.ofport !== undefined && row.ofport > 0;
  if (!device || !own) {
    const made = makeInternal(host, bridge.datapathType, row.name, {
      ...(macRequest && { mac: macRequest }),
      mtu: mtuRequest ?? mtu,
    });
    if (!made) return { host, row: failed(row, `could not add network device ${row.name} to ofproto (File exists)`) };
    next = made;
  } else if (netns === ROOT) {
    next = withLink(host, device, { ...(macRequest && { mac: macRequest }), ...(mtuRequest && { mtu: mtuRequest }) });
  }
  const root = findNamespace(next, netns);
  const link = root && findLink(root, row.name);
  return { host: next, row: numbered(bridge, link ? seen(row, link, netns) : row, ofportRequest) };
}

/** A device of the host itself, changed. */
function withLink(host: HostState, device: Link, changes: Partial<Link> | false): HostState {
  if (!changes) return host;
  const links = findNamespace(host, ROOT)?.links ?? [];
  return editNamespace(host, ROOT, { links: links.map((link) => (link === device ? { ...link, ...changes } : link)) });
}

function failed(row: OvsInterface, error: string): OvsInterface {
  return {
    name: row.name,
    type: row.type,
    options: row.options,
    externalIds: row.externalIds,
    config: [],
    state: [],
    ofport: -1,
    error,
  };
}

/** A number that is asked for goes before all, then the one that the row had, then the next free one. */
function numbered(bridge: OvsBridge, row: OvsInterface, request: number | undefined): OvsInterface {
  if (row.name === bridge.name) return { ...row, ofport: LOCAL_PORT };
  const taken = (n: number) =>
    bridge.ports.some((port) => port.interfaces.some((one) => one.ofport === n && one.name !== row.name));
  if (request !== undefined && !taken(request)) return { ...row, ofport: request };
  if (row.ofport !== undefined && row.ofport > 0 && !taken(row.ofport)) return row;
  return { ...row, ofport: nextOfport(bridge) };
}

/** A switch loses its flows when it gets or loses its controllers, or another fail mode while it has none (connmgr.c). */
function flushed(wanted: OvsBridge, before: OvsBridge | undefined): OvsBridge {
  const controlled = wanted.controllers.length > 0;
  const flush =
    !before ||
    before.datapathType !== wanted.datapathType ||
    before.controllers.length > 0 !== controlled ||
    (before.failMode !== wanted.failMode && !controlled);
  if (!flush) return wanted;
  return { ...wanted, flows: !controlled && wanted.failMode === "standalone" ? [NORMAL_FLOW] : [] };
}

function withDatapathId(bridge: OvsBridge): OvsBridge {
  const local = bridge.ports.find((port) => port.name === bridge.name)?.interfaces[0];
  const id = bridge.otherConfig["datapath-id"] ?? (local?.mac && `0000${local.mac.replaceAll(":", "")}`);
  return id === undefined || id === bridge.datapathId ? bridge : { ...bridge, datapathId: id };
}

/** The host after a device of its own got another MTU: the switch that has it as a port looks for the least anew. */
export function followMtu(before: HostState, after: HostState, device: string): HostState {
  const hasIt = ({ ports }: OvsBridge) => {
    const port = ports[portOf(ports, device)];
    return port?.name === device && port.interfaces.some((one) => one.name === device && isSystem(one));
  };
  const bridge = after.ovs?.bridges.find(hasIt);
  const was = bridge && before.ovs?.bridges.find((one) => one.name === bridge.name);
  return bridge && was && bridge !== was ? adjustMtu(after, bridge, leastMtu(was)) : after;
}

/** Internal ports take over the least MTU when it changes; those that moved to another namespace are out of reach. */
function adjustMtu(host: HostState, bridge: OvsBridge, before: number): HostState {
  const mtu = leastMtu(bridge);
  if (mtu === before) return host;
  const root = findNamespace(host, ROOT);
  if (!root) return host;
  const internal = new Set<string>();
  const ports = bridge.ports.map((port) => {
    if (!port.interfaces.some((one) => one.type === "internal" && one.netns === ROOT && one.mtu !== mtu)) return port;
    const interfaces = port.interfaces.map((one) => {
      if (one.type !== "internal" || one.netns !== ROOT) return one;
      internal.add(one.name);
      return { ...one, mtu };
    });
    return { ...port, interfaces };
  });
  if (internal.size === 0) return host;
  const links = root.links.map((link) => (internal.has(link.name) ? { ...link, mtu } : link));
  return withBridge(editNamespace(host, ROOT, { links }), { ...bridge, ports });
}

/** A patch port whose other end does not name it in turn says so (ofproto-dpif.c vport_get_status). */
function followPeers(host: HostState): HostState {
  if (!host.ovs) return host;
  const ends = new Map<string, { peer: string | undefined; datapathType: string }>();
  for (const bridge of host.ovs.bridges)
    for (const port of patches.of(bridge.ports))
      for (const one of port.interfaces)
        if (one.type === "patch") ends.set(one.name, { peer: one.options.peer, datapathType: bridge.datapathType });
  let changed = false;
  const bridges = host.ovs.bridges.map((bridge) => {
    let { ports } = bridge;
    for (const { port, i } of placed(bridge.ports, patches.of(bridge.ports))) {
      const interfaces = port.interfaces.map((one) => withPeerError(one, bridge, ends));
      if (interfaces.some((one, at) => one !== port.interfaces[at])) ports = ports.with(i, { ...port, interfaces });
    }
    if (ports === bridge.ports) return bridge;
    changed = true;
    return { ...bridge, ports };
  });
  return changed ? withOvs(host, { ...host.ovs, bridges }) : host;
}

function withPeerError(
  one: OvsInterface,
  bridge: OvsBridge,
  ends: ReadonlyMap<string, { peer: string | undefined; datapathType: string }>,
): OvsInterface {
  if (one.type !== "patch") return one;
  const { peer } = one.options;
  const other = peer === undefined ? undefined : ends.get(peer);
  const error =
    peer === undefined || (other?.peer === one.name && other.datapathType === bridge.datapathType)
      ? undefined
      : `No usable peer '${peer}' exists in '${bridge.datapathType}' datapath.`;
  if (error === one.error) return one;
  const { error: _, ...rest } = one;
  return error === undefined ? rest : { ...rest, error };
}
