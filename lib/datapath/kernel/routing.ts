/**
 * Routing of one namespace: where an incoming packet goes, and where one of its own leaves and by which source address.
 * Mirrors net/ipv4/route.c (ip_route_input_slow, ip_route_output_key_hash_rcu), net/ipv4/fib_frontend.c
 * (fib_validate_source) and net/ipv6/route.c.
 */
import type { Namespace, PolicyRule, Route } from "../../host/state.ts";
import { familyOf, type IpFamily, isLoopbackIp, isMulticastIp } from "../../net/address.ts";
import type { Packet } from "../../net/packet.ts";
import type { Element, VerdictCode } from "../event.ts";
import { addressesOf, hasAddress, interfaceSysctl, scopeNumber, selectAddress } from "./addresses.ts";
import { isLocalAddress } from "./addrtype.ts";
import { type FibAnswer, type FibQuery, fibLookup, formatRoute, formatRule, hasCustomRules } from "./fib.ts";
import type { Note } from "./note.ts";

export interface RouteQuery {
  dst: string;
  /** Absent when the sender has not chosen yet. */
  src?: string;
  /** Bound output device (SO_BINDTODEVICE). */
  oif?: string;
  mark?: number;
  proto?: number;
  sport?: number;
  dport?: number;
}

interface Found {
  dev: string;
  /** The packet's own source, or the one that the kernel would choose; empty when there is none. */
  src: string;
  element: Element;
  table: string;
  route?: Route;
}

export type RouteDecision =
  /** Leaves by `dev` to the neighbour `nexthop` (the destination itself when it is on the link). `mtu` is the route's own. */
  | ({ kind: "unicast"; nexthop: string; mtu?: number } & Found)
  | ({ kind: "local" | "broadcast" | "multicast" } & Found)
  /** The packet dies; the kernel answers with this ICMP error, or with silence where it is absent. */
  | {
      kind: "drop";
      code: VerdictCode;
      error?: "net-unreachable" | "host-unreachable" | "admin-prohibited";
      element: Element;
    }
  | { kind: "unknown"; reason: string; element?: Element };

/** What a namespace does with a packet that came in by `iif`: martians, rules, routes, rp_filter, the forwarding switch. */
export function routeInput(ns: Namespace, packet: Packet, iif: string, mark: number, note?: Note): RouteDecision {
  const { ip } = packet;
  if (!ip) return { kind: "unknown", reason: "routing asked about a packet that is not IP" };
  const family = ip.version;
  const found = (dev: string, text: string): Found => ({
    dev,
    src: ip.src,
    element: { type: "route", text },
    table: "local",
  });
  if (isMulticastIp(ip.src)) return martian(`a multicast source ${ip.src}`);
  // Broadcasts and multicasts have their source checked without regard to the destination.
  const checked = () =>
    family === 4 && !ip.src.startsWith("0.") ? validateSource(ns, ip.src, "0.0.0.0", iif, undefined, mark) : undefined;
  if (isMulticastIp(ip.dst)) return checked() ?? { kind: "multicast", ...found(iif, `multicast ${ip.dst} dev ${iif}`) };
  if (family === 4) {
    if (ip.src === "255.255.255.255") return martian("a broadcast source");
    if (ip.dst === "255.255.255.255" || (ip.src === "0.0.0.0" && ip.dst === "0.0.0.0")) {
      return checked() ?? { kind: "broadcast", ...found(iif, `broadcast ${ip.dst} dev ${iif}`) };
    }
    if (ip.src.startsWith("0.")) return martian(`the source ${ip.src}`);
    if (ip.dst.startsWith("0.")) return martian(`the destination ${ip.dst}`);
  }
  if (
    iif !== "lo" &&
    (isLoopbackIp(ip.src) || isLoopbackIp(ip.dst)) &&
    !interfaceSysctl(ns, family, iif, "route_localnet")
  ) {
    return martian("a loopback address on the wire");
  }
  const answer = fibLookup(ns, { family, dst: ip.dst, src: ip.src, iif, mark, proto: ip.proto, ...portsOf(packet) });
  const forwarding = isForwarding(ns, family, iif);
  if (!forwarding && ns.unread?.includes("sysctls") && answer.kind === "route" && answer.route.type === "unicast") {
    return { kind: "unknown", reason: `the sysctls of ${ns.name} could not all be read: forwarding may be on` };
  }
  if (answer.kind !== "route") {
    if (family === 4 && !forwarding && answer.kind !== "unknown") return forwardingOff(ns, family, iif);
    return failure(answer, ip.dst);
  }
  const { route, nexthop } = answer;
  const decision = decisionOf(ns, answer, ip.dst, ip.src, nexthop.dev ?? iif);
  if (route.type === "local" || route.type === "broadcast" || route.type === "anycast") {
    const bad =
      route.type === "broadcast" || family === 6 ? checked() : validateSource(ns, ip.src, ip.dst, iif, undefined, mark);
    if (bad) return bad;
    noteRoute(note, answer, decision);
    return decision;
  }
  if (!forwarding) return forwardingOff(ns, family, iif);
  if (route.type !== "unicast") return martian(`a route of type ${route.type}`);
  const bad = family === 4 ? validateSource(ns, ip.src, ip.dst, iif, nexthop.dev, mark) : undefined;
  if (bad) return bad;
  noteRoute(note, answer, decision);
  return decision;
}

/** Route of a packet that the namespace itself sends, with the source address it would choose. */
export function routeOutput(ns: Namespace, query: RouteQuery, note?: Note): RouteDecision {
  const family = familyOf(query.dst);
  const q: FibQuery = { family, iif: "lo", mark: 0, ...query };
  if (family === 4 && query.oif !== undefined && (isMulticastIp(query.dst) || query.dst === "255.255.255.255")) {
    const kind = isMulticastIp(query.dst) ? "multicast" : "broadcast";
    const src = query.src ?? selectAddress(ns, query.oif, 4, undefined, "link") ?? "0.0.0.0";
    const element: Element = { type: "route", text: `${kind} ${query.dst} dev ${query.oif}` };
    return { kind, dev: query.oif, src, element, table: "local" };
  }
  const answer = fibLookup(ns, q);
  if (answer.kind !== "route") {
    // "Apparently, routing tables are wrong": with a device given, the destination is taken to be on the link.
    if (answer.kind !== "unknown" && family === 4 && query.oif !== undefined) {
      const src = query.src ?? selectAddress(ns, query.oif, 4, undefined, "link") ?? "0.0.0.0";
      const element: Element = { type: "route", text: `${query.dst} dev ${query.oif}` };
      return { kind: "unicast", dev: query.oif, nexthop: query.dst, src, element, table: "main" };
    }
    return failure(answer, query.dst);
  }
  const decision = decisionOf(
    ns,
    answer,
    query.dst,
    query.src,
    answer.route.type === "local" ? "lo" : (answer.nexthop.dev ?? "lo"),
  );
  noteRoute(note, answer, decision);
  return decision;
}

/** Whether packets that come in by `iif` may be forwarded. IPv6 asks the namespace as a whole (ip6_forward). */
export function isForwarding(ns: Namespace, family: IpFamily, iif: string): boolean {
  if (family === 6) return (interfaceSysctl(ns, 6, "all", "forwarding") ?? 0) > 0;
  const own = interfaceSysctl(ns, 4, iif, "forwarding") ?? interfaceSysctl(ns, 4, "default", "forwarding");
  return (own ?? Number(ns.sysctls["net.ipv4.ip_forward"] ?? 0)) > 0;
}

/** The larger of the value for all and for the device (IN_DEV_RPFILTER). 0 off, 1 strict, 2 loose. */
export function rpFilter(ns: Namespace, dev: string): number {
  return Math.max(interfaceSysctl(ns, 4, "all", "rp_filter") ?? 0, interfaceSysctl(ns, 4, dev, "rp_filter") ?? 0);
}

/** fib_validate_source: undefined when the source may come in by `iif`. `oif` is absent for local delivery. */
function validateSource(
  ns: Namespace,
  src: string,
  dst: string,
  iif: string,
  oif: string | undefined,
  mark: number,
): RouteDecision | undefined {
  if (iif === "lo") return undefined;
  const rpf = rpFilter(ns, iif);
  const acceptLocal = both(ns, iif, "accept_local");
  const redirects =
    (interfaceSysctl(ns, 4, "all", "send_redirects") ?? 1) > 0 ||
    (interfaceSysctl(ns, 4, iif, "send_redirects") ?? 1) > 0;
  if (rpf === 0 && (iif !== oif || !redirects) && (acceptLocal || !hasCustomRules(ns, 4))) {
    return !acceptLocal && (hasAddress(ns, src) || isLocalAddress(ns, src))
      ? martian(`the own source ${src}`)
      : undefined;
  }
  const sysctl: Element = { type: "sysctl", text: `net.ipv4.conf.${iif}.rp_filter = ${rpf}` };
  const refused: RouteDecision = { kind: "drop", code: "RP_FILTER", element: sysctl };
  const q: FibQuery = {
    family: 4,
    dst: src,
    src: dst,
    iif: oif ?? "lo",
    mark: both(ns, iif, "src_valid_mark") ? mark : 0,
  };
  const answer = fibLookup(ns, q);
  if (answer.kind === "unknown")
    return { kind: "unknown", reason: answer.reason, ...(answer.rule && { element: ruleElement(answer.rule) }) };
  if (answer.kind !== "route") return rpf > 0 ? refused : undefined;
  const { type } = answer.route;
  if (type !== "unicast" && !(type === "local" && acceptLocal)) return martian(`the source ${src} is ${type} here`);
  const devices = answer.route.nexthops?.map((h) => h.dev) ?? [answer.nexthop.dev];
  if (devices.includes(iif)) return undefined;
  const noAddress = !addressesOf(ns, iif).some((a) => a.family === 4);
  if (noAddress) return rpf > 0 ? refused : undefined;
  return rpf === 1 ? refused : undefined;
}

function both(ns: Namespace, dev: string, key: string): boolean {
  return (interfaceSysctl(ns, 4, "all", key) ?? 0) > 0 || (interfaceSysctl(ns, 4, dev, key) ?? 0) > 0;
}

function decisionOf(
  ns: Namespace,
  a: Extract<FibAnswer, { kind: "route" }>,
  dst: string,
  src: string | undefined,
  dev: string,
): RouteDecision {
  const { route, nexthop, rule } = a;
  const chosen = src ?? sourceOf(ns, a, dst) ?? (route.family === 4 ? "0.0.0.0" : "::");
  const found: Found = {
    dev,
    src: chosen,
    element: { type: "route", text: formatRoute(route) },
    table: rule.table ?? "main",
    route,
  };
  switch (route.type) {
    case "local":
    case "anycast":
      return { kind: "local", ...found };
    case "broadcast":
    case "multicast":
      return { kind: route.type, ...found };
    default:
      return {
        kind: "unicast",
        ...found,
        nexthop: nexthop.via ?? dst,
        ...(route.mtu !== undefined && { mtu: route.mtu }),
      };
  }
}

/** fib_result_prefsrc; for local destinations the destination itself. */
function sourceOf(ns: Namespace, a: Extract<FibAnswer, { kind: "route" }>, dst: string): string | undefined {
  const { route, nexthop } = a;
  if (route.prefSrc) return route.prefSrc;
  if (route.type === "local") return dst;
  if (nexthop.dev === undefined) return undefined;
  if (route.family === 6) return selectAddress(ns, nexthop.dev, 6, dst, "global");
  const scope = scopeNumber(route.scope ?? (nexthop.via === undefined ? "link" : "global"));
  return selectAddress(ns, nexthop.dev, 4, nexthop.via, String(scope));
}

function portsOf(p: Packet): { sport?: number; dport?: number } {
  return p.l4 && p.l4.kind !== "icmp" && p.l4.kind !== "icmp6" ? { sport: p.l4.src, dport: p.l4.dst } : {};
}

function martian(what: string): RouteDecision {
  return { kind: "drop", code: "RP_FILTER", element: { type: "route", text: `martian: ${what}` } };
}

function forwardingOff(ns: Namespace, family: IpFamily, iif: string): RouteDecision {
  const dev = family === 6 ? "all" : iif;
  const value = interfaceSysctl(ns, family, dev, "forwarding");
  const text = `net.ipv${family}.conf.${dev}.forwarding = ${value ?? 0}`;
  return { kind: "drop", code: "FORWARDING_OFF", element: { type: "sysctl", text } };
}

/** The errors that ip_error sends (net/ipv4/route.c). */
function failure(answer: Exclude<FibAnswer, { kind: "route" }>, dst: string): RouteDecision {
  switch (answer.kind) {
    case "unknown":
      return { kind: "unknown", reason: answer.reason, ...(answer.rule && { element: ruleElement(answer.rule) }) };
    case "none":
      return {
        kind: "drop",
        code: "NO_ROUTE",
        error: "net-unreachable",
        element: { type: "route", text: `no route to ${dst}` },
      };
    case "end": {
      const element: Element = answer.route
        ? { type: "route", text: formatRoute(answer.route) }
        : ruleElement(answer.rule);
      // An unreachable route is EHOSTUNREACH, an unreachable rule ENETUNREACH (fib4_rule_action); IPv6 has one answer for both.
      const unreachable = answer.route?.family === 4 ? "host-unreachable" : "net-unreachable";
      const error =
        answer.how === "unreachable" ? unreachable : answer.how === "prohibit" ? "admin-prohibited" : undefined;
      return { kind: "drop", code: "NO_ROUTE", ...(error && { error }), element };
    }
  }
}

function ruleElement(rule: PolicyRule): Element {
  return { type: "policy-rule", text: formatRule(rule) };
}

function noteRoute(note: Note | undefined, a: Extract<FibAnswer, { kind: "route" }>, d: RouteDecision): void {
  if (!note || d.kind === "drop" || d.kind === "unknown") return;
  if (a.choices > 1) note({ kind: "assume", what: `first of ${a.choices} next hops`, basis: formatRoute(a.route) });
  note({
    kind: "route",
    table: d.table,
    text: formatRoute(a.route),
    dev: d.dev,
    ...(a.nexthop.via !== undefined && { via: a.nexthop.via }),
    ...(d.src !== "" && { src: d.src }),
    rule: formatRule(a.rule),
    ...(d.kind === "local" && { local: true }),
  });
}
