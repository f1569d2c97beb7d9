/** The IP stack of one namespace, in packet order: ARP, prerouting, route, input or forward, postrouting, neighbour. */
import { isGroupMac, multicastMac } from "../../net/address.ts";
import type { Packet } from "../../net/packet.ts";
import type { Place, Step } from "../event.ts";
import { type IcmpError, type IcmpErrorReason, icmpError } from "../kernel/icmp.ts";
import { answerSolicitation } from "../kernel/neighbour.ts";
import { type HookInput, type HookVerdict, traverse } from "../kernel/netfilter.ts";
import { type RouteDecision, type RouteQuery, routeInput, routeOutput } from "../kernel/routing.ts";
import { FRESH_SKB, type Skb } from "../kernel/skb.ts";
import {
  assume,
  conntrackOf,
  deliver,
  drop,
  emit,
  exit,
  ignore,
  learnNeighbour,
  noter,
  placeOf,
  unknown,
  type Walk,
} from "./context.ts";
import type { Branch } from "./flight.ts";
import { cut } from "./guest.ts";
import type { Device, HostIndex, NamespaceIndex } from "./index.ts";
import { linkElement } from "./link.ts";
import { outerOf, rewrap } from "./outer.ts";

/** A packet inside a namespace, with the device that its events are told at. */
interface Passing {
  w: Walk;
  ns: NamespaceIndex;
  place: Place;
  branch: Branch;
  /** The frame as it came; its tunnel header, if any, is put back when it leaves. */
  original: Packet;
}

/** A frame is for the stack behind `device`. */
export function toStack(w: Walk, device: Device, packet: Packet, branch: Branch, skb: Skb = FRESH_SKB): undefined {
  const place = placeOf(device);
  const l3 = outerOf(packet);
  if (l3.ethDst !== device.link.mac && !isGroupMac(l3.ethDst) && device.link.kind !== "loopback")
    return ignore(w, place, branch, packet, {
      code: "FDB_STALE",
      element: { type: "link", text: `${device.link.name}: ${device.link.mac}, not ${l3.ethDst}` },
    });
  if (l3.vlans.length > 0) return ignore(w, place, branch, packet);
  if (l3.arp || (l3.l4?.kind === "icmp6" && l3.l4.nd)) return solicitationInput(w, device, l3, branch);
  if (!l3.ip) return ignore(w, place, branch, packet);
  ipInput({ w, ns: device.ns, place, branch, original: packet }, device, l3, skb);
}

function solicitationInput(w: Walk, device: Device, packet: Packet, branch: Branch): undefined {
  const place = placeOf(device);
  const taker = { kind: "netns" as const, device };
  const { arp, l4 } = packet;
  const request = arp ? arp.op === 1 : l4?.kind === "icmp6" && l4.type === 135;
  if (!request) {
    const target = arp ? arp.tpa : packet.ip?.dst;
    if (target === undefined || !device.ns.addresses.has(target)) return ignore(w, place, branch, packet);
    return deliver(w, place, branch, packet, { taker, packet, branch });
  }
  const answer = answerSolicitation(device.ns.state, device.link.name, packet);
  if (answer.kind === "silent")
    return ignore(w, place, branch, packet, {
      code: answer.refused ?? "ARP_UNANSWERED",
      element: answer.element,
    });
  if (arp) learnNeighbour(w, taker, arp.spa, arp.sha);
  else if (packet.ip && l4?.kind === "icmp6" && l4.nd?.sll) learnNeighbour(w, taker, packet.ip.src, l4.nd.sll);
  if (answer.source !== "address")
    emit(w, place, branch, {
      kind: "neighbour",
      address: arp?.tpa ?? "",
      mac: device.link.mac,
      dev: device.link.name,
      text: "text" in answer.element ? answer.element.text : "",
      source: "proxy",
    });
  w.answers.push({ packet: answer.reply, by: place, send: (b) => w.parts.transmit(w, device, answer.reply, b) });
  deliver(w, place, branch, packet, undefined);
}

function ipInput(p: Passing, device: Device, packet: Packet, skb: Skb): undefined {
  const { w, ns, place, branch } = p;
  const pre = hook(p, { hook: "PREROUTING", packet, skb, in: device.link.name });
  if (!pre) return;
  const route = routeInput(ns.state, pre.packet, device.link.name, pre.skb.mark, noter(w, place, branch));
  switch (route.kind) {
    case "local":
    case "broadcast":
    case "multicast":
      return localInput(p, device, pre.packet, pre.skb);
    case "unicast":
      return forward(p, device, pre.packet, pre.skb, route);
    case "drop":
      if (route.code === "FORWARDING_OFF" && isBeyond(w, device.host, pre.packet.ip?.dst ?? ""))
        return exit(w, place, branch, pre.packet, `beyond ${device.host.name}`);
      if (route.error) answerError(p, pre.packet, route.error, { skb: pre.skb });
      return drop(w, place, branch, p.original, route.code, route.element);
    case "unknown":
      return unknown(w, place, branch, p.original, route.element ?? { type: "gap", text: route.reason });
    default:
      return route satisfies never;
  }
}

/**
 * A machine of which nothing is the cloud's, and an address that is nobody's: whether that machine, in place of the
 * provider's routers, would pass the packet on says nothing. It has left the cloud.
 */
function isBeyond(w: Walk, { state, namespaces, guests }: HostIndex, dst: string): boolean {
  const isOwn =
    state.ovs || state.unread || guests.length > 0 || namespaces.size > 1 || Object.keys(state.config).length > 0;
  return !isOwn && w.index.ownersOf(dst).length === 0;
}

function localInput(p: Passing, device: Device, packet: Packet, skb: Skb): undefined {
  const { w, place, branch, original } = p;
  const input = hook(p, { hook: "INPUT", packet, skb, in: device.link.name });
  if (!input) return;
  if (original.encap) return w.parts.decapsulate(w, device.host, rewrap(input.packet, original), place, branch);
  if (isGroupMac(packet.ethDst) && !wanted(device, input.packet)) return ignore(w, place, branch, original);
  deliver(w, place, branch, input.packet, {
    taker: { kind: "netns", device },
    packet: input.packet,
    branch,
    skb: input.skb,
  });
}

/** Whether a socket takes a datagram that was sent to everybody. */
function wanted(device: Device, packet: Packet): boolean {
  const { ns } = device;
  if (packet.dhcp) return ns.host.state.dnsmasq.some((d) => d.netns === ns.name && d.running);
  const { l4 } = packet;
  return l4?.kind === "udp" && ns.state.listeners.some((l) => l.proto === "udp" && l.port === l4.dst);
}

function forward(
  p: Passing,
  device: Device,
  packet: Packet,
  skb: Skb,
  route: Extract<RouteDecision, { kind: "unicast" }>,
): undefined {
  const { w, ns, place, branch, original } = p;
  const ip = packet.ip;
  const out = ns.devices.get(route.dev);
  if (!ip || !out) return unknown(w, place, branch, original, { type: "gap", text: `device ${route.dev}` });
  if (ip.ttl <= 1) {
    answerError(p, packet, "ttl-exceeded", { skb });
    return drop(w, place, branch, original, "TTL_EXCEEDED", { type: "namespace", text: ns.name });
  }
  const mtu = Math.min(route.mtu ?? out.link.mtu, out.link.mtu);
  if (packet.l3Length > mtu && (ip.df || ip.version === 6)) {
    answerError(p, packet, "frag-needed", { skb, mtu });
    return drop(
      w,
      place,
      branch,
      original,
      "MTU_EXCEEDED",
      linkElement(out, `packet of ${packet.l3Length} bytes, not to be fragmented`),
    );
  }
  const lower = { ...packet, ip: { ...ip, ttl: ip.ttl - 1 } };
  emit(w, place, branch, { kind: "rewrite", field: "ttl", from: String(ip.ttl), to: String(ip.ttl - 1) });
  const fwd = hook(p, { hook: "FORWARD", packet: lower, skb, in: device.link.name, out: route.dev });
  if (!fwd) return;
  postrouting(p, out, route, fwd.packet, fwd.skb);
}

function postrouting(
  p: Passing,
  out: Device,
  route: Extract<RouteDecision, { kind: "unicast" }>,
  packet: Packet,
  skb: Skb,
): undefined {
  const { w, branch, original } = p;
  const post = hook(p, { hook: "POSTROUTING", packet, skb, out: route.dev });
  if (!post) return;
  const sized = fragment(p, out, route.mtu, post.packet);
  const full = rewrap(sized, original);
  const mac = w.parts.resolve(w, out, route.nexthop, sized.ip?.src ?? route.src, branch, full);
  if (mac === undefined) return;
  const framed: Packet = rewrap({ ...sized, ethSrc: out.link.mac, ethDst: mac, vlans: [] }, original);
  w.parts.transmit(w, out, framed, branch, post.skb.mark);
}

/** Larger than the link and free to be cut: all fragments go the same way, so one stands for them. */
function fragment(p: Passing, out: Device, routeMtu: number | undefined, packet: Packet): Packet {
  const mtu = Math.min(routeMtu ?? out.link.mtu, out.link.mtu);
  if (packet.l3Length <= mtu || p.original.encap || (packet.ip?.df && p.w.probe.df)) return packet;
  assume(
    p.w,
    p.place,
    p.branch,
    "fragments travel like the whole packet",
    `${packet.l3Length} bytes, mtu ${mtu} of ${out.link.name}`,
  );
  return cut(packet, mtu);
}

/**
 * A namespace sends a packet of its own: an answer, an error, a tunnel's outer packet. `skb` is what it starts with: an
 * error is related to the connection of the packet that it is about. `oif` is the device that the sender is bound to.
 */
export function sendLocal(
  w: Walk,
  ns: NamespaceIndex,
  packet: Packet,
  branch: Branch,
  skb: Skb = FRESH_SKB,
  oif?: string,
): undefined {
  const l3 = outerOf(packet);
  const { ip } = l3;
  const first: Place = { host: ns.host.name, netns: ns.name, device: "lo" };
  if (!ip) return ignore(w, first, branch, packet);
  const steps: Step[] = [];
  const before = routeOutput(ns.state, bound(queryOf(l3, skb.mark), oif), (step) => void steps.push(step));
  const place = before.kind === "unicast" ? { ...first, device: before.dev } : first;
  for (const step of steps) emit(w, place, branch, step);
  const p: Passing = { w, ns, place, branch, original: packet };
  if (before.kind === "unknown" || before.kind === "drop") return noRoute(p, before);
  const named: Packet = { ...l3, ip: { ...ip, src: ip.src === "" ? before.src : ip.src } };
  const output = hook(p, { hook: "OUTPUT", packet: named, skb, out: before.dev });
  if (!output) return;
  const route = reroutes(named, skb, output)
    ? routeOutput(ns.state, bound(queryOf(output.packet, output.skb.mark), oif), noter(w, place, branch))
    : before;
  if (route.kind === "unknown" || route.kind === "drop") return noRoute(p, route);
  const out = ns.devices.get(route.dev);
  if (route.kind === "local") return loopback(p, ns.devices.get("lo") ?? out, output.packet, output.skb);
  if (!out) return unknown(w, place, branch, packet, { type: "gap", text: `device ${route.dev}` });
  const at = { ...p, place: { ...place, device: route.dev } };
  if (route.kind === "unicast") return postrouting(at, out, route, output.packet, output.skb);
  const post = hook(at, { hook: "POSTROUTING", packet: output.packet, skb: output.skb, out: route.dev });
  if (!post) return;
  const ethDst = route.kind === "multicast" ? multicastMac(ip.dst) : "ff:ff:ff:ff:ff:ff";
  const framed = { ...post.packet, ethSrc: out.link.mac, ethDst, vlans: [] };
  w.parts.transmit(w, out, rewrap(framed, packet), branch, post.skb.mark);
}

/** OUTPUT changed what the route depends on: it is looked up again (ip_route_me_harder). */
function reroutes(sent: Packet, skb: Skb, output: { packet: Packet; skb: Skb }): boolean {
  const [a, b] = [sent.ip, output.packet.ip];
  return a?.src !== b?.src || a?.dst !== b?.dst || a?.tos !== b?.tos || skb.mark !== output.skb.mark;
}

/** Over `lo` connection, mark and route stay with the packet: no hook tracks it, and nothing routes it, a second time. */
function loopback(p: Passing, lo: Device | undefined, packet: Packet, skb: Skb): undefined {
  const { w, branch, original } = p;
  if (!lo) return unknown(w, p.place, branch, original, { type: "gap", text: "no loopback" });
  const at = { ...p, place: placeOf(lo) };
  if (!lo.link.up) return drop(w, at.place, branch, original, "LINK_DOWN", linkElement(lo));
  const post = hook(at, { hook: "POSTROUTING", packet, skb, out: lo.link.name });
  if (!post) return;
  const pre = hook(at, { hook: "PREROUTING", packet: post.packet, skb: post.skb, in: lo.link.name });
  if (pre) localInput(at, lo, pre.packet, pre.skb);
}

function bound(query: RouteQuery, oif: string | undefined): RouteQuery {
  return oif === undefined ? query : { ...query, oif };
}

export function queryOf(packet: Packet, mark: number): RouteQuery {
  const { ip, l4 } = packet;
  const query: RouteQuery = { dst: ip?.dst ?? "", mark, proto: ip?.proto ?? 0 };
  if (ip?.src) query.src = ip.src;
  if (l4 && "src" in l4) {
    query.sport = l4.src;
    query.dport = l4.dst;
  }
  return query;
}

function noRoute(p: Passing, route: Extract<RouteDecision, { kind: "drop" | "unknown" }>): undefined {
  if (route.kind === "drop") return drop(p.w, p.place, p.branch, p.original, route.code, route.element);
  unknown(p.w, p.place, p.branch, p.original, route.element ?? { type: "gap", text: route.reason });
}

/** One netfilter hook; undefined when the packet ended there. */
function hook(p: Passing, input: HookInput): Extract<HookVerdict, { kind: "accept" }> | undefined {
  const { w, ns, place, branch, original } = p;
  const note = noter(w, place, branch);
  const verdict = traverse(input, {
    ns: ns.state,
    conntrack: conntrackOf(w, ns),
    note: (step) => {
      if (step.kind !== "drop") note(step);
    },
  });
  switch (verdict.kind) {
    case "accept":
      return verdict;
    case "drop":
      drop(w, place, branch, original, verdict.code, verdict.element);
      return undefined;
    case "reject":
      if (verdict.error) sendError(w, ns, place, verdict.error);
      drop(w, place, branch, original, verdict.code, verdict.element);
      return undefined;
    case "unknown":
      unknown(w, place, branch, original, verdict.element ?? { type: "gap", text: verdict.reason });
      return undefined;
    default:
      return verdict satisfies never;
  }
}

/** The ICMP error that the namespace sends about a packet, if it does. */
function answerError(
  p: Passing,
  packet: Packet,
  reason: IcmpErrorReason,
  about: { skb: Skb; mtu?: number },
): undefined {
  const error = icmpError(p.ns.state, packet, reason, about);
  if (error) sendError(p.w, p.ns, p.place, error);
}

/** Sent in a leg of its own, when this one is over. */
export function sendError(w: Walk, ns: NamespaceIndex, by: Place, error: IcmpError): undefined {
  w.errors.push({ packet: error.packet, by, send: (b) => sendLocal(w, ns, error.packet, b, error.skb) });
}
