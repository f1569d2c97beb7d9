/**
 * What pings of consoles have left in the tables of hosts, until it ages. It is kept beside the hosts, not in them: no agent,
 * no check and no later packet knows of it, and so none is misled by it.
 */
import type { Remembered } from "../../datapath/walk/remembered.ts";
import type { ConntrackEntry, FdbEntry, HostState, Namespace, Neighbour, OvsBridge } from "../../host/state.ts";

/** @property at milliseconds since 1970 */
export type Memory = Remembered & { readonly at: number };

const MOST = 5000;
/** Seconds: BR_DEFAULT_AGEING_TIME and MAC_ENTRY_DEFAULT_IDLE_TIME, base_reachable_time, nf_conntrack_icmp_timeout. */
const FDB_AGE = 300;
const REACHABLE_AGE = 30;
const ICMP_TIMEOUT = 30;

/** With more, and without what has aged; of two entries for one thing the newer one stays. */
export function remembering(memories: readonly Memory[], more: readonly Remembered[], now: number): readonly Memory[] {
  if (more.length === 0) return memories;
  const all = new Map<string, Memory>();
  for (const one of [...memories.filter((old) => !isOver(old, now)), ...more.map((fresh) => ({ ...fresh, at: now }))]) {
    all.delete(keyOf(one));
    all.set(keyOf(one), one);
  }
  return [...all.values()].slice(-MOST);
}

function isOver({ kind, at }: Memory, now: number): boolean {
  const seconds = (now - at) / 1000;
  return seconds >= (kind === "connection" ? ICMP_TIMEOUT : kind === "neighbour" ? Number.POSITIVE_INFINITY : FDB_AGE);
}

/** What the tools show: the host with what it remembers now. */
export function withMemories(host: HostState, memories: readonly Memory[], now: number): HostState {
  const own = memories.filter((one) => one.host === host.name && !isOver(one, now));
  if (own.length === 0) return host;
  const namespaces = host.namespaces.map((ns) => inNamespace(ns, own, now));
  if (!host.ovs) return { ...host, namespaces };
  const bridges = host.ovs.bridges.map((bridge) => inBridge(bridge, own, now));
  return { ...host, namespaces, ovs: { ...host.ovs, bridges } };
}

/** Those that a command on the host with its memories left. */
export function surviving(memories: readonly Memory[], before: HostState, after: HostState): readonly Memory[] {
  if (before === after) return memories;
  const [was, is] = [keysOf(before), keysOf(after)];
  return memories.filter((one) => !was.has(keyOf(one)) || is.has(keyOf(one)));
}

function inNamespace(ns: Namespace, memories: readonly Memory[], now: number): Namespace {
  const neighbours = new Map(ns.neighbours.map((one) => [neighbourKey(one), one]));
  const fdb = new Map(ns.fdb.map((one) => [fdbKey(one), one]));
  const conntrack = new Map(ns.conntrack.map((one) => [connectionKey(one), one]));
  const devices = new Set(ns.links.map((link) => link.name));
  for (const one of memories) {
    if (one.kind === "mac" || one.netns !== ns.name) continue;
    const seconds = Math.floor((now - one.at) / 1000);
    if (one.kind === "connection")
      conntrack.set(connectionKey(one.entry), { ...one.entry, timeout: ICMP_TIMEOUT - 1 - seconds });
    else if (!devices.has(one.entry.dev)) continue;
    else if (one.kind === "neighbour") {
      if (neighbours.get(neighbourKey(one.entry))?.state.includes("PERMANENT")) continue;
      const stale = one.entry.mac !== undefined && seconds >= REACHABLE_AGE;
      neighbours.set(neighbourKey(one.entry), stale ? { ...one.entry, state: ["STALE"] } : one.entry);
    } else if (!fdb.has(fdbKey(one.entry))) fdb.set(fdbKey(one.entry), one.entry);
  }
  return {
    ...ns,
    neighbours: [...neighbours.values()],
    fdb: [...fdb.values()],
    conntrack: [...conntrack.values()],
  };
}

function inBridge(bridge: OvsBridge, memories: readonly Memory[], now: number): OvsBridge {
  const numbers = new Set(bridge.ports.flatMap((port) => port.interfaces.map((one) => one.ofport)));
  const fdb = new Map(bridge.fdb.map((one) => [macKey(one), one]));
  for (const one of memories) {
    if (one.kind !== "mac" || one.bridge !== bridge.name || !numbers.has(one.entry.port)) continue;
    if (fdb.get(macKey(one.entry))?.static) continue;
    fdb.set(macKey(one.entry), { ...one.entry, age: Math.floor((now - one.at) / 1000) });
  }
  return { ...bridge, fdb: [...fdb.values()] };
}

const neighbourKey = ({ address, dev }: Neighbour) => `${address} ${dev}`;
const fdbKey = ({ mac, master, vlan = 0 }: FdbEntry) => `${mac} ${master} ${vlan}`;
const macKey = ({ mac, vlan }: { mac: string; vlan: number }) => `${mac} ${vlan}`;
const connectionKey = ({ proto, original, zone, zoneOriginal }: ConntrackEntry) =>
  JSON.stringify([proto, zoneOriginal ?? zone, ...Object.values(original)]);

function keyOf(one: Remembered): string {
  switch (one.kind) {
    case "neighbour":
      return `${one.kind} ${one.host} ${one.netns} ${neighbourKey(one.entry)}`;
    case "fdb":
      return `${one.kind} ${one.host} ${one.netns} ${fdbKey(one.entry)}`;
    case "mac":
      return `${one.kind} ${one.host} ${one.bridge} ${macKey(one.entry)}`;
    case "connection":
      return `${one.kind} ${one.host} ${one.netns} ${connectionKey(one.entry)}`;
    default:
      return one satisfies never;
  }
}

function keysOf(host: HostState): Set<string> {
  const keys = new Set<string>();
  const add = (one: Remembered) => keys.add(keyOf(one));
  const { name } = host;
  for (const { name: netns, neighbours, fdb, conntrack } of host.namespaces) {
    for (const entry of neighbours) add({ kind: "neighbour", host: name, netns, entry });
    for (const entry of fdb) add({ kind: "fdb", host: name, netns, entry });
    for (const entry of conntrack) add({ kind: "connection", host: name, netns, entry });
  }
  for (const { name: bridge, fdb } of host.ovs?.bridges ?? [])
    for (const entry of fdb) add({ kind: "mac", host: name, bridge, entry });
  return keys;
}
