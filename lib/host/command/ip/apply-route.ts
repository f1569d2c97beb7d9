/** `ip route` on a host (net/ipv4/fib_semantics.c and fib_trie.c, net/ipv6/route.c). */
import { networkBase, networkContains, networkOf, parseCidr, requireIp } from "../../../net/address.ts";
import { findLink, namespaceOf, withNamespace } from "../../edit.ts";
import { LEAST_MTU6 } from "../../kernel/inet.ts";
import { linkFlags } from "../../kernel/kernel-routes.ts";
import { linkOf, refused } from "../../kernel/links.ts";
import type { HostState, Link, Namespace, Route } from "../../state.ts";
import { CommandError } from "../command.ts";
import type { RouteCommand, RouteFlush } from "./command.ts";

/** rt_tables: what iproute2 calls these numbers. */
const TABLES: Readonly<Record<string, string>> = { "255": "local", "254": "main", "253": "default" };
const PROTOCOLS: Readonly<Record<string, string>> = { "2": "kernel", "3": "boot", "4": "static", "9": "ra" };
const METRIC6 = 1024;
const NOWHERE: ReadonlySet<Route["type"]> = new Set(["unreachable", "blackhole", "prohibit", "throw"]);

export function tableName(table: string): string {
  return TABLES[table] ?? table;
}

export function applyRoute(host: HostState, netns: string, command: RouteCommand): HostState {
  const ns = namespaceOf(host, netns);
  if (command.dev !== undefined) linkOf(host, netns, command.dev);
  const family = familyOf(command);
  if (command.action === "route-del") return withNamespace(host, withoutRoute(ns, command, family));
  return withNamespace(host, { ...ns, routes: withRoute(ns, command.action, routeOf(ns, command, family)) });
}

function withoutRoute(ns: Namespace, command: RouteCommand, family: 4 | 6): Namespace {
  const at = ns.routes.findIndex((route) => fits(route, command, family));
  if (at < 0) {
    const table = command.table === undefined ? "main" : tableName(command.table);
    // The main table of IPv4 is there as soon as the local one is.
    const known = ns.routes.some((r) => r.family === 4 && (r.table === table || table === "main"));
    if (family === 4 && !known) throw new CommandError("Error: FIB table does not exist.", 2);
    throw refused("No such process");
  }
  return { ...ns, routes: ns.routes.toSpliced(at, 1) };
}

type Adding = Exclude<RouteCommand["action"], "route-del">;

function withRoute({ routes }: Namespace, action: Adding, route: Route): Route[] {
  const same = routes.findIndex((r) => isRival(r, route));
  switch (action) {
    case "route-add":
      if (same >= 0) throw refused("File exists");
      return [...routes, route];
    case "route-append": {
      const equal = (r: Route) => r.via === route.via && r.dev === route.dev && r.type === route.type;
      if (routes.some((r) => isRival(r, route) && equal(r))) throw refused("File exists");
      const last = routes.findLastIndex((r) => isRival(r, route));
      return routes.toSpliced(last < 0 ? routes.length : last + 1, 0, route);
    }
    case "route-change":
      if (same < 0) throw refused("No such file or directory");
      return routes.with(same, route);
    case "route-replace":
      return same < 0 ? [...routes, route] : routes.with(same, route);
  }
}

export function flushRoutes(host: HostState, netns: string, command: RouteFlush): HostState {
  const ns = namespaceOf(host, netns);
  if (command.dev !== undefined) linkOf(host, netns, command.dev);
  const table = command.table === undefined ? "main" : tableName(command.table);
  const family = command.family ?? 4;
  const gone = (r: Route) =>
    r.family === family &&
    (table === "all" || r.table === table) &&
    (command.dev === undefined || r.dev === command.dev);
  const routes = ns.routes.filter((r) => !gone(r));
  return routes.length === ns.routes.length ? host : withNamespace(host, { ...ns, routes });
}

function familyOf({ family, dst, via, src }: RouteCommand): 4 | 6 {
  if (family !== undefined) return family;
  return [dst, via ?? "", src ?? ""].some((text) => text.includes(":")) ? 6 : 4;
}

function destinationOf(dst: string, family: 4 | 6): string {
  if (dst === "default") return family === 4 ? "0.0.0.0/0" : "::/0";
  const cidr = parseCidr(dst);
  if (cidr?.family !== family)
    throw new CommandError(`Error: ${family === 4 ? "inet" : "inet6"} prefix is expected rather than "${dst}".`, 1);
  const base = networkBase(cidr);
  if (family === 4 && base !== cidr.address)
    throw new CommandError("Error: Invalid prefix for given prefix length.", 2);
  return `${base}/${cidr.prefix}`;
}

function routeOf(ns: Namespace, command: RouteCommand, family: 4 | 6): Route {
  const type = command.type ?? "unicast";
  const dst = destinationOf(command.dst, family);
  const hop = NOWHERE.has(type) ? { flags: [] } : nextHop(ns, command, family);
  const hops = command.nexthops?.map((one) => nexthopOf(ns, one, family));
  if (command.src !== undefined && !ns.addresses.some(({ address }) => address === command.src))
    throw new CommandError(family === 4 ? "Error: Invalid prefsrc address." : "Error: Invalid source address.", 2);
  const scope = family === 4 ? scopeOf(command, type) : undefined;
  const protocol = command.proto === undefined ? undefined : (PROTOCOLS[command.proto] ?? command.proto);
  // The kernel gives an IPv6 route that leads nowhere the loopback device.
  const dev = hop.dev ?? (family === 6 && NOWHERE.has(type) ? "lo" : undefined);
  return {
    family,
    type,
    dst,
    table: command.table === undefined ? defaultTable(type, family) : tableName(command.table),
    metric: command.metric || (family === 6 ? METRIC6 : 0),
    flags: hops ? [] : [...(command.onlink ? ["onlink"] : []), ...hop.flags],
    ...(command.via !== undefined && { via: command.via }),
    ...(dev !== undefined && !hops && { dev }),
    ...(command.src !== undefined && { prefSrc: command.src }),
    ...(scope !== undefined && scope !== "global" && scope !== "universe" && { scope }),
    ...(protocol !== undefined && protocol !== "boot" && { protocol }),
    ...(command.onlink && { onlink: true }),
    ...(command.mtu !== undefined && { mtu: command.mtu }),
    ...(hops && { nexthops: hops }),
  };
}

function nexthopOf(
  ns: Namespace,
  hop: NonNullable<RouteCommand["nexthops"]>[number],
  family: 4 | 6,
): NonNullable<Route["nexthops"]>[number] {
  const { dev, flags } = nextHop(ns, hop, family);
  return {
    weight: hop.weight ?? 1,
    flags: [...flags],
    ...(hop.via !== undefined && { via: hop.via }),
    ...(dev !== undefined && { dev }),
  };
}

function defaultTable(type: Route["type"], family: 4 | 6): string {
  // iproute2 puts what the kernel keeps in its local table there too.
  if (type === "local" || type === "anycast") return "local";
  return family === 4 && (type === "broadcast" || type === "nat") ? "local" : "main";
}

/** iproute2 ip/iproute.c: the scope that a route has when none was said. */
function scopeOf({ scope, via, nexthops }: RouteCommand, type: Route["type"]): string | undefined {
  if (scope !== undefined) return scope;
  if (type === "local") return "host";
  if (type === "broadcast" || type === "multicast" || type === "anycast") return "link";
  if (type !== "unicast" || via !== undefined || nexthops) return undefined;
  return "link";
}

interface Hop {
  readonly dev?: string;
  readonly flags: readonly string[];
}

/** The device of a next hop: the one named, or the one whose network holds the gateway. Throws where it cannot be. */
function nextHop(
  ns: Namespace,
  { via, dev, onlink, nexthops }: Pick<RouteCommand, "via" | "dev" | "onlink" | "nexthops">,
  family: 4 | 6,
): Hop {
  if (nexthops) return { flags: [] };
  if (via === undefined && dev === undefined) throw refused("No such device");
  const named = dev === undefined ? undefined : findLink(ns, dev);
  if (named && !named.up)
    throw family === 4 && via !== undefined
      ? new CommandError("Error: Nexthop device is not up.", 2)
      : family === 6
        ? new CommandError("Error: Nexthop device is not up.", 2)
        : new CommandError("Error: Device for nexthop is not up.", 2);
  if (family === 6 && named && named.mtu < LEAST_MTU6) throw refused("No such device");
  if (via === undefined) return at(named);
  if (ns.addresses.some((a) => a.address === via)) throw badGateway(family, true);
  if (onlink && named) return at(named);
  if (family === 6 && /^fe[89ab]/.test(via)) {
    if (!named) throw new CommandError("Error: Link-local gateway requires device.", 2);
    return at(named);
  }
  const found = onlinkDevice(ns, via, dev);
  if (!found) throw badGateway(family, false);
  return at(found);
}

function badGateway(family: 4 | 6, local: boolean): CommandError {
  if (family === 4) return new CommandError("Error: Nexthop has invalid gateway.", 2);
  return local ? new CommandError("Error: Gateway can not be a local address", 2) : refused("No route to host");
}

function at(link: Link | undefined): Hop {
  return link ? { dev: link.name, flags: linkFlags(link) } : { flags: [] };
}

/** The device of the longest connected route to a gateway. */
function onlinkDevice(ns: Namespace, via: string, dev: string | undefined): Link | undefined {
  const ip = requireIp(via);
  let best: { link: Link; prefix: number } | undefined;
  for (const r of ns.routes) {
    if (r.family !== ip.family || r.type !== "unicast" || r.table !== "main" || r.via !== undefined) continue;
    if (r.dev === undefined || (dev !== undefined && r.dev !== dev)) continue;
    const cidr = parseCidr(r.dst);
    if (!cidr || !networkContains(networkOf(cidr), ip) || (best && best.prefix >= cidr.prefix)) continue;
    const link = findLink(ns, r.dev);
    if (link) best = { link, prefix: cidr.prefix };
  }
  return best?.link;
}

/** Two routes that the kernel does not keep beside each other, unless one is appended. */
function isRival(r: Route, route: Route): boolean {
  return r.family === route.family && r.table === route.table && r.dst === route.dst && r.metric === route.metric;
}

/** Whether a route is what `ip route del` describes: what was not said may be anything. */
function fits(r: Route, command: RouteCommand, family: 4 | 6): boolean {
  if (r.family !== family || r.dst !== destinationOf(command.dst, family)) return false;
  const type = command.type;
  const table = command.table === undefined ? (type ? defaultTable(type, family) : "main") : tableName(command.table);
  return (
    r.table === table &&
    (type === undefined || r.type === type) &&
    (command.via === undefined || r.via === command.via) &&
    (command.dev === undefined || r.dev === command.dev) &&
    (command.src === undefined || r.prefSrc === command.src) &&
    (command.metric === undefined || command.metric === 0 || r.metric === command.metric) &&
    (command.scope === undefined || (r.scope ?? "global") === command.scope) &&
    (command.proto === undefined || (r.protocol ?? "boot") === (PROTOCOLS[command.proto] ?? command.proto)) &&
    (command.nexthops === undefined || r.nexthops?.length === command.nexthops.length)
  );
}
