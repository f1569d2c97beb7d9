/**
 * Neighbours of one namespace: its table, what it answers to ARP and neighbour solicitations, and how it asks itself.
 * Mirrors net/ipv4/arp.c (arp_process, arp_solicit) and net/ipv6/ndisc.c.
 */
import type { Namespace, Neighbour } from "../../host/state.ts";
import {
  BROADCAST_MAC,
  ipOf,
  isLoopbackIp,
  isMulticastIp,
  multicastMac,
  networkContains,
  networkOf,
  solicitedNode,
  ZERO_MAC,
} from "../../net/address.ts";
import type { ArpHeader, Packet } from "../../net/packet.ts";
import type { Element } from "../event.ts";
import { addressesOf, interfaceSysctl, linkOf, scopeNumber, selectAddress } from "./addresses.ts";
import { isLocalAddress } from "./addrtype.ts";
import { isForwarding, routeInput, routeOutput } from "./routing.ts";

export type NeighbourState =
  /** Usable at once, without asking (PERMANENT, REACHABLE, STALE, DELAY, PROBE, NOARP). */
  | { kind: "known"; mac: string; permanent: boolean; text: string }
  /** Must be asked for. `text` is the failed or incomplete entry, where there is one. */
  | { kind: "ask"; text?: string };

const USABLE = ["PERMANENT", "REACHABLE", "STALE", "DELAY", "PROBE", "NOARP"];

const tables = new WeakMap<Namespace, Map<string, Neighbour>>();

function tableOf(ns: Namespace): Map<string, Neighbour> {
  let t = tables.get(ns);
  if (!t) {
    t = new Map(ns.neighbours.map((n) => [`${n.dev} ${n.address}`, n]));
    tables.set(ns, t);
  }
  return t;
}

export function lookupNeighbour(ns: Namespace, dev: string, address: string): NeighbourState {
  if (isMulticastIp(address))
    return { kind: "known", mac: multicastMac(address), permanent: true, text: `${address} multicast` };
  const n = tableOf(ns).get(`${dev} ${address}`);
  if (!n) return { kind: "ask" };
  const text = formatNeighbour(n);
  if (n.mac === undefined || !n.state.some((s) => USABLE.includes(s))) return { kind: "ask", text };
  return { kind: "known", mac: n.mac, permanent: n.state.includes("PERMANENT"), text };
}

/** An entry as `ip neigh` prints it. */
export function formatNeighbour(n: Neighbour): string {
  return `${n.address} dev ${n.dev}${n.mac === undefined ? "" : ` lladdr ${n.mac}`} ${n.state.join(" ")}`.trimEnd();
}

export type NeighbourAnswer =
  | { kind: "answer"; reply: Packet; source: "address" | "proxy-sysctl" | "proxy-entry"; element: Element }
  /** `refused`: a filter passed it over before anybody looked whose address it is. */
  | { kind: "silent"; element: Element; refused?: "RP_FILTER" };

/** Answer of the namespace to an ARP request or neighbour solicitation that came in by `iif`. */
export function answerSolicitation(ns: Namespace, iif: string, request: Packet): NeighbourAnswer {
  if (request.arp) return answerArp(ns, iif, request, request.arp);
  if (request.l4?.kind === "icmp6" && request.l4.type === 135 && request.l4.nd) {
    return answerNs(ns, iif, request, request.l4.nd.target);
  }
  return {
    kind: "silent",
    element: { type: "neighbour", text: "neither an ARP request nor a neighbour solicitation" },
  };
}

function answerArp(ns: Namespace, iif: string, request: Packet, arp: ArpHeader): NeighbourAnswer {
  const link = linkOf(ns, iif);
  const silent = (text: string, type: "sysctl" | "neighbour" = "neighbour"): NeighbourAnswer => ({
    kind: "silent",
    element: { type, text },
  });
  if (!link || arp.op !== 1) return silent(`no request, or no device ${iif}`);
  const { spa: sip, tpa: tip } = arp;
  if (isMulticastIp(tip) || isLoopbackIp(tip)) return silent(`${tip} is never answered for`);
  const reply = (): Packet => ({
    ethSrc: link.mac,
    ethDst: arp.sha,
    ethType: 0x0806,
    vlans: [],
    arp: { op: 2, sha: link.mac, spa: tip, tha: arp.sha, tpa: sip },
    l3Length: 28,
  });
  const own: Element = { type: "neighbour", text: `${tip} is an address of this namespace` };
  if (sip === "0.0.0.0") {
    if (!isLocalAddress(ns, tip)) return silent(`${tip} is no address of this namespace`);
    const ignored = arpIgnored(ns, iif, sip, tip);
    return ignored ? silent(ignored, "sysctl") : { kind: "answer", reply: reply(), source: "address", element: own };
  }
  const route = routeInput(ns, asIp(request, sip, tip), iif, 0);
  if (route.kind === "local") {
    const ignored = arpIgnored(ns, iif, sip, tip) ?? arpFiltered(ns, iif, sip, tip);
    return ignored ? silent(ignored, "sysctl") : { kind: "answer", reply: reply(), source: "address", element: own };
  }
  if (route.kind === "drop" && route.code === "RP_FILTER")
    return { kind: "silent", element: route.element, refused: "RP_FILTER" };
  if (route.kind !== "unicast" || !isForwarding(ns, 4, iif)) return silent(`${tip} is no address of this namespace`);
  if (route.dev !== iif && anyOf(ns, iif, "proxy_arp")) {
    return {
      kind: "answer",
      reply: reply(),
      source: "proxy-sysctl",
      element: { type: "sysctl", text: `net.ipv4.conf.${iif}.proxy_arp = 1` },
    };
  }
  if (route.dev === iif && sip !== tip && anyOf(ns, iif, "proxy_arp_pvlan")) {
    return {
      kind: "answer",
      reply: reply(),
      source: "proxy-sysctl",
      element: { type: "sysctl", text: `net.ipv4.conf.${iif}.proxy_arp_pvlan = 1` },
    };
  }
  const entry = ns.proxies.find((p) => p.address === tip && p.dev === iif);
  if (entry && route.dev !== iif) {
    return {
      kind: "answer",
      reply: reply(),
      source: "proxy-entry",
      element: { type: "neighbour", text: `${tip} dev ${iif} proxy` },
    };
  }
  return silent(`${tip} is no address of this namespace`);
}

/** The routing question that arp_process puts: a packet from the asker to the address it asks for. */
function asIp(request: Packet, src: string, dst: string): Packet {
  return { ...request, arp: undefined, ip: { version: 4, src, dst, proto: 0, ttl: 1, tos: 0, df: false } };
}

function anyOf(ns: Namespace, dev: string, key: string): boolean {
  return (interfaceSysctl(ns, 4, "all", key) ?? 0) > 0 || (interfaceSysctl(ns, 4, dev, key) ?? 0) > 0;
}

function largest(ns: Namespace, dev: string, key: string): number {
  return Math.max(interfaceSysctl(ns, 4, "all", key) ?? 0, interfaceSysctl(ns, 4, dev, key) ?? 0);
}

/** arp_ignore: the sysctl that forbids the answer. */
function arpIgnored(ns: Namespace, iif: string, sip: string, tip: string): string | undefined {
  const mode = largest(ns, iif, "arp_ignore");
  const on = addressesOf(ns, iif).filter((a) => a.family === 4 && a.address === tip);
  let answers = true;
  if (mode === 1) answers = on.length > 0;
  else if (mode === 2) {
    // inet_confirm_addr: some network of the device holds both.
    const [asker, asked] = [ipOf(sip), ipOf(tip)];
    const holdsBoth = addressesOf(ns, iif).some((a) => {
      if (a.family !== 4 || !asker || !asked) return false;
      const net = networkOf({ family: 4, address: a.address, prefix: a.prefix });
      return (sip === "0.0.0.0" || networkContains(net, asker)) && networkContains(net, asked);
    });
    answers = on.length > 0 && holdsBoth;
  } else if (mode === 3) answers = ns.addresses.some((a) => a.address === tip && scopeNumber(a.scope) <= 253);
  else if (mode === 8) answers = false;
  return answers ? undefined : `net.ipv4.conf.${iif}.arp_ignore = ${mode}`;
}

/** arp_filter: only the device by which the asker would be reached answers. */
function arpFiltered(ns: Namespace, iif: string, sip: string, tip: string): string | undefined {
  if (!anyOf(ns, iif, "arp_filter")) return undefined;
  const route = routeOutput(ns, { dst: sip, src: tip });
  return "dev" in route && route.dev === iif ? undefined : `net.ipv4.conf.${iif}.arp_filter = 1`;
}

function answerNs(ns: Namespace, iif: string, request: Packet, target: string): NeighbourAnswer {
  const link = linkOf(ns, iif);
  const silent: NeighbourAnswer = {
    kind: "silent",
    element: { type: "neighbour", text: `${target} is no address of ${iif}` },
  };
  if (!link || !request.ip) return silent;
  const { src } = request.ip;
  const dst = src === "::" ? "ff02::1" : src;
  const sll = request.l4?.kind === "icmp6" ? request.l4.nd?.sll : undefined;
  const reply: Packet = {
    ethSrc: link.mac,
    ethDst: src === "::" ? multicastMac(dst) : (sll ?? request.ethSrc),
    ethType: 0x86dd,
    vlans: [],
    ip: { version: 6, src: target, dst, proto: 58, ttl: 255, tos: 0, df: false },
    l4: { kind: "icmp6", type: 136, code: 0, id: 0, seq: 0, nd: { target, tll: link.mac } },
    l3Length: 72,
  };
  if (addressesOf(ns, iif).some((a) => a.family === 6 && a.address === target)) {
    return {
      kind: "answer",
      reply,
      source: "address",
      element: { type: "neighbour", text: `${target} is an address of ${iif}` },
    };
  }
  const proxying =
    (interfaceSysctl(ns, 6, "all", "proxy_ndp") ?? 0) > 0 || (interfaceSysctl(ns, 6, iif, "proxy_ndp") ?? 0) > 0;
  const entry = ns.proxies.some((p) => p.address === target && p.dev === iif);
  if (!proxying || !entry || !isForwarding(ns, 6, iif)) return silent;
  return {
    kind: "answer",
    reply,
    source: "proxy-entry",
    element: { type: "neighbour", text: `${target} dev ${iif} proxy` },
  };
}

/**
 * The request that the namespace sends on `dev` to find `target`, for a packet with source `src`; arp_announce decides
 * the sender address. Undefined when the device does not exist.
 */
export function makeSolicitation(ns: Namespace, dev: string, target: string, src: string): Packet | undefined {
  const link = linkOf(ns, dev);
  if (!link) return undefined;
  if (target.includes(":")) return neighbourSolicitation(ns, dev, link.mac, target, src);
  return {
    ethSrc: link.mac,
    ethDst: BROADCAST_MAC,
    ethType: 0x0806,
    vlans: [],
    arp: { op: 1, sha: link.mac, spa: arpSender(ns, dev, target, src), tha: ZERO_MAC, tpa: target },
    l3Length: 28,
  };
}

function arpSender(ns: Namespace, dev: string, target: string, src: string): string {
  const mode = largest(ns, dev, "arp_announce");
  const fallback = () => selectAddress(ns, dev, 4, target, "link") ?? "0.0.0.0";
  if (mode >= 2 || !isLocalAddress(ns, src)) return fallback();
  if (mode === 0) return src;
  const [a, b] = [ipOf(target), ipOf(src)];
  const onLink = addressesOf(ns, dev).some((x) => {
    if (x.family !== 4) return false;
    const net = networkOf({ family: 4, address: x.address, prefix: x.prefix });
    return a !== undefined && b !== undefined && networkContains(net, a) && networkContains(net, b);
  });
  return onLink ? src : fallback();
}

function neighbourSolicitation(ns: Namespace, dev: string, mac: string, target: string, src: string): Packet {
  const own = addressesOf(ns, dev).some((a) => a.family === 6 && a.address === src);
  const dst = solicitedNode(target);
  return {
    ethSrc: mac,
    ethDst: multicastMac(dst),
    ethType: 0x86dd,
    vlans: [],
    ip: {
      version: 6,
      src: own ? src : (selectAddress(ns, dev, 6, dst, "link") ?? "::"),
      dst,
      proto: 58,
      ttl: 255,
      tos: 0,
      df: false,
    },
    l4: { kind: "icmp6", type: 135, code: 0, id: 0, seq: 0, nd: { target, sll: mac } },
    l3Length: 72,
  };
}
