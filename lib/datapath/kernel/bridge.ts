/**
 * A Linux bridge: which ports a frame leaves by, whether the bridge device takes it, and what br_netfilter lets pass.
 * Mirrors net/bridge/br_input.c, br_forward.c, br_device.c, br_vlan.c and br_netfilter_hooks.c.
 */
import type { FdbEntry, Link, Namespace } from "../../host/state.ts";
import { isGroupMac, ZERO_MAC } from "../../net/address.ts";
import type { Packet, VlanTag } from "../../net/packet.ts";
import type { Element, VerdictCode } from "../event.ts";
import { linkOf } from "./addresses.ts";
import { isLocalAddress } from "./addrtype.ts";
import { seesIptables } from "./brnf.ts";
import type { Conntrack } from "./conntrack.ts";
import { type HookVerdict, traverse } from "./netfilter.ts";
import type { Note } from "./note.ts";
import type { Skb } from "./skb.ts";

/** MACs learned during a walk: bridge → `vlan/mac` → port. Recorded entries come from `ns.fdb`. */
export type LearnedMacs = Map<string, Map<string, string>>;

export interface BridgeContext {
  ns: Namespace;
  conntrack: Conntrack;
  learned: LearnedMacs;
  note?: Note;
}

type Stop = Exclude<HookVerdict, { kind: "accept" }>;

export type BridgeOutput =
  | { kind: "sent"; port: string; packet: Packet; skb: Skb }
  /** iptables (FORWARD, POSTROUTING) or the port's MTU stopped the copy for this port. */
  | { kind: "stopped"; port: string; verdict: Stop };

export type BridgeDecision =
  | { kind: "refused"; code: VerdictCode; element: Element }
  /** PREROUTING stopped the frame, or what decides about it could not be read. */
  | { kind: "stopped"; verdict: Stop }
  | {
      kind: "forwarded";
      /** True where no FDB entry decided: all ports were asked. */
      flooded: boolean;
      outputs: BridgeOutput[];
      /**
       * The bridge device sees the frame. `accepted`: its IP stack takes it (own MAC, broadcast, multicast). Otherwise
       * only a capture on it does: a capture makes the device promiscuous, and a flooded frame then goes up too. The
       * With `skb.physIn` the frame has been through PREROUTING, and the IP stack does not repeat it (ip_sabotage_in). The
       * kernel stamps that copy with the time at the ingress port, so it comes before the copies for the ports.
       */
      local?: { packet: Packet; skb: Skb; accepted: boolean };
    };

/** Frame that came in by the port `port`. */
export function bridgeInput(ctx: BridgeContext, bridge: string, port: string, frame: Packet, skb: Skb): BridgeDecision {
  const { ns } = ctx;
  const [br, from] = [linkOf(ns, bridge), linkOf(ns, port)];
  if (!br || !from || from.master !== bridge)
    return refuse("LINK_DOWN", { type: "link", text: `${port} is no port of ${bridge}` });
  if (!br.up) return refuse("LINK_DOWN", { type: "link", text: `${bridge} is down` });
  const state = from.bridgePort?.state ?? "forwarding";
  if (state !== "forwarding" && state !== "learning")
    return refuse("LINK_DOWN", { type: "link", text: `${port} is ${state} in ${bridge}` });
  if (isGroupMac(frame.ethSrc) || frame.ethSrc === ZERO_MAC)
    return refuse("LINK_DOWN", { type: "link", text: `${bridge} takes no frames from ${frame.ethSrc}` });
  if (/^01:80:c2:00:00:0/.test(frame.ethDst))
    return refuse("LINK_DOWN", { type: "link", text: `${bridge} does not forward ${frame.ethDst}` });
  const vid = ingressVlan(br, from, frame);
  if (vid === undefined)
    return refuse("VLAN_MISMATCH", { type: "link", text: `${port} of ${bridge} does not take this VLAN` });

  let packet = frame;
  let meta: Skb = { ...skb, ct: undefined, ctTemplate: undefined, physIn: undefined, physOut: undefined };
  const filtered = seesIptables(ns, bridge, frame);
  if (!filtered && frame.ip && ns.unread?.includes("sysctls")) {
    return {
      kind: "stopped",
      verdict: {
        kind: "unknown",
        reason: `the sysctls of ${ns.name} could not all be read: iptables may see frames of ${bridge}`,
      },
    };
  }
  let redirected = false;
  if (filtered) {
    const verdict = traverse({ hook: "PREROUTING", packet, skb: { ...meta, physIn: port }, in: bridge }, ctx);
    if (verdict.kind !== "accept") return { kind: "stopped", verdict };
    if (verdict.packet.ip?.dst !== frame.ip?.dst) {
      // br_nf_pre_routing_finish: a changed destination is routed; only local delivery is followed here.
      if (!isLocalAddress(ns, verdict.packet.ip?.dst ?? "")) {
        return {
          kind: "stopped",
          verdict: { kind: "unknown", reason: `DNAT of a frame bridged by ${bridge} to another host is not supported` },
        };
      }
      redirected = true;
    }
    packet = redirected ? { ...verdict.packet, ethDst: br.mac } : verdict.packet;
    meta = verdict.skb;
  }
  learn(ctx, br, from, vid, frame.ethSrc);
  if (state === "learning") return refuse("LINK_DOWN", { type: "link", text: `${port} is learning in ${bridge}` });
  return forward(ctx, { br, from, packet, skb: meta, vid, filtered });
}

/** Frame that the namespace itself sends by the bridge device (br_dev_xmit): iptables has seen it before, in OUTPUT or FORWARD. */
export function bridgeTransmit(ctx: BridgeContext, bridge: string, packet: Packet, skb: Skb): BridgeDecision {
  const br = linkOf(ctx.ns, bridge);
  if (!br?.up) return refuse("LINK_DOWN", { type: "link", text: `${bridge} is down` });
  const vid = br.bridge?.vlanFiltering ? (packet.vlans[0]?.vid ?? 1) : 0;
  return forward(ctx, { br, packet, skb, vid, filtered: false });
}

interface Frame {
  br: Link;
  /** Absent for frames of the bridge device itself. */
  from?: Link;
  packet: Packet;
  skb: Skb;
  /** 0 without VLAN filtering. */
  vid: number;
  filtered: boolean;
}

function forward(ctx: BridgeContext, f: Frame): BridgeDecision {
  const { br, from, packet } = f;
  const ports = portsOf(ctx.ns, br.name);
  const group = isGroupMac(packet.ethDst);
  const local = (accepted: boolean) => (from ? { local: { packet, skb: f.skb, accepted } } : {});
  if (!group) {
    const own = packet.ethDst === br.mac || ports.some((p) => p.mac === packet.ethDst);
    if (own) {
      ctx.note?.({ kind: "fdb", bridge: br.name, mac: packet.ethDst, port: br.name, hit: true });
      const accepted = packet.ethDst === br.mac || packet.ethDst === from?.mac;
      return { kind: "forwarded", flooded: false, outputs: [], ...local(accepted) };
    }
    const to = fdbLookup(ctx, br.name, f.vid, packet.ethDst);
    if (to !== undefined) {
      ctx.note?.({ kind: "fdb", bridge: br.name, mac: packet.ethDst, ...vlanOf(f.vid), port: to, hit: true });
      const port = ports.find((p) => p.name === to);
      const outputs = port && mayLeave(f, port) ? [deliver(ctx, f, port)] : [];
      return { kind: "forwarded", flooded: false, outputs, ...(br.promisc ? local(false) : {}) };
    }
  }
  if (!group && f.br.bridge?.ageingTime !== 0 && ctx.ns.unread?.includes("fdb")) {
    return { kind: "stopped", verdict: { kind: "unknown", reason: `the FDB of ${br.name} could not all be read` } };
  }
  const wanted = ports.filter((p) => mayLeave(f, p) && (group || p.bridgePort?.flood !== false));
  ctx.note?.({ kind: "flood", bridge: br.name, ...vlanOf(f.vid), ports: wanted.map((p) => p.name) });
  const outputs = wanted.map((p) => deliver(ctx, f, p));
  // br_nf_local_in: the copy of a group frame that goes up makes the connection real, whatever became of the others.
  if (group && from && f.skb.ct) ctx.conntrack.confirm(f.skb.ct);
  return { kind: "forwarded", flooded: true, outputs, ...local(group) };
}

function vlanOf(vid: number): { vlan?: number } {
  return vid === 0 ? {} : { vlan: vid };
}

/** should_deliver of br_forward.c. */
function mayLeave(f: Frame, to: Link): boolean {
  const port = to.bridgePort;
  if (!to.up || (port?.state ?? "forwarding") !== "forwarding") return false;
  if (to.name === f.from?.name && !port?.hairpin) return false;
  if (f.from?.bridgePort?.isolated && port?.isolated) return false;
  return f.vid === 0 || vlanEntry(to, f.vid) !== undefined;
}

function deliver(ctx: BridgeContext, f: Frame, to: Link): BridgeOutput {
  let { packet, skb } = f;
  if (f.filtered) {
    const bridge = f.br.name;
    skb = { ...skb, physOut: to.name };
    const forwarded = traverse({ hook: "FORWARD", packet, skb, in: bridge, out: bridge }, ctx);
    if (forwarded.kind !== "accept") return { kind: "stopped", port: to.name, verdict: forwarded };
    const posted = traverse({ hook: "POSTROUTING", packet: forwarded.packet, skb: forwarded.skb, out: bridge }, ctx);
    if (posted.kind !== "accept") return { kind: "stopped", port: to.name, verdict: posted };
    packet = posted.packet;
    skb = posted.skb;
  }
  packet = egressTags(f, to, packet);
  // is_skb_forwardable: one VLAN tag is not counted.
  if (packet.l3Length + 4 * Math.max(0, packet.vlans.length - 1) > to.mtu) {
    const element: Element = { type: "link", text: `${to.name} mtu ${to.mtu}` };
    return { kind: "stopped", port: to.name, verdict: { kind: "drop", code: "MTU_EXCEEDED", element, packet, skb } };
  }
  return { kind: "sent", port: to.name, packet, skb: { mark: skb.mark } };
}

function refuse(code: VerdictCode, element: Element): BridgeDecision {
  return { kind: "refused", code, element };
}

interface PortIndex {
  ports: Map<string, Link[]>;
  fdb: Map<string, FdbEntry>;
}

const indexes = new WeakMap<Namespace, PortIndex>();

function indexOf(ns: Namespace): PortIndex {
  let index = indexes.get(ns);
  if (index) return index;
  index = { ports: new Map(), fdb: new Map() };
  for (const l of ns.links) {
    if (l.master === undefined) continue;
    const list = index.ports.get(l.master);
    if (list) list.push(l);
    else index.ports.set(l.master, [l]);
  }
  for (const e of ns.fdb) {
    const bridge = e.master ?? linkOf(ns, e.dev)?.master;
    // `self` entries are the device's own (VXLAN); permanent ones are the ports' own addresses.
    if (bridge !== undefined && !e.self && !e.permanent) index.fdb.set(`${bridge} ${e.vlan ?? 0}/${e.mac}`, e);
  }
  indexes.set(ns, index);
  return index;
}

function portsOf(ns: Namespace, bridge: string): readonly Link[] {
  return indexOf(ns).ports.get(bridge) ?? [];
}

function fdbLookup(ctx: BridgeContext, bridge: string, vid: number, mac: string): string | undefined {
  return ctx.learned.get(bridge)?.get(`${vid}/${mac}`) ?? indexOf(ctx.ns).fdb.get(`${bridge} ${vid}/${mac}`)?.dev;
}

/** br_fdb_update: an ageing time of 0 means that nothing is ever learned. */
function learn(ctx: BridgeContext, br: Link, from: Link, vid: number, mac: string): void {
  if (br.bridge?.ageingTime === 0 || from.bridgePort?.learning === false) return;
  if (fdbLookup(ctx, br.name, vid, mac) === from.name) return;
  const entry = indexOf(ctx.ns).fdb.get(`${br.name} ${vid}/${mac}`);
  if (entry?.state === "static" || mac === br.mac) return;
  let map = ctx.learned.get(br.name);
  if (!map) {
    map = new Map();
    ctx.learned.set(br.name, map);
  }
  map.set(`${vid}/${mac}`, from.name);
  ctx.note?.({
    kind: "learn",
    bridge: br.name,
    text: `${mac} dev ${from.name}${vid === 0 ? "" : ` vlan ${vid}`} master ${br.name}`,
  });
}

function vlanEntry(port: Link, vid: number): { untagged: boolean } | undefined {
  return port.bridgePort?.vlans?.find((v) => vid >= v.from && vid <= v.to);
}

/** VLAN of the frame inside the bridge: 0 without filtering; undefined when the port does not take it. */
function ingressVlan(br: Link, from: Link, frame: Packet): number | undefined {
  if (!br.bridge?.vlanFiltering) return 0;
  const tag = frame.vlans[0];
  const vid = tag && tag.vid !== 0 ? tag.vid : from.bridgePort?.pvid;
  return vid !== undefined && vlanEntry(from, vid) ? vid : undefined;
}

function egressTags(f: Frame, to: Link, packet: Packet): Packet {
  if (f.vid === 0) return packet;
  const tagged = packet.vlans[0]?.vid === f.vid;
  const untag = vlanEntry(to, f.vid)?.untagged === true;
  if (tagged && untag) return { ...packet, vlans: packet.vlans.slice(1) };
  if (tagged || untag) return packet;
  const tag: VlanTag = { tpid: 0x8100, vid: f.vid, pcp: 0 };
  return { ...packet, vlans: [tag, ...packet.vlans.filter((v, i) => i > 0 || v.vid !== 0)] };
}
