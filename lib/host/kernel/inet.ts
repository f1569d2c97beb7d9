/**
 * IP on a device: what comes and goes with its addresses, with up and down, and with the carrier (net/ipv4/devinet.c and
 * fib_frontend.c, net/ipv6/addrconf.c, net/core/neighbour.c). All within one namespace.
 */
import { linkLocalAddress } from "../../net/eui64.ts";
import { ByKey, without } from "../by-key.ts";
import type { Address, Link, Namespace, Route } from "../state.ts";
import {
  anycastRoutes6,
  linkFlags,
  localRoutes6,
  multicastRoute6,
  prefixRoutes6,
  routeKey,
  routesOfAddresses4,
} from "./kernel-routes.ts";
import { ipv6Enabled } from "./sysctl.ts";

/** IPV6_MIN_MTU: below, a device has no IPv6 at all. */
export const LEAST_MTU6 = 1280;

const addresses = new ByKey<Address>((one) => one.dev);
/** What those of several paths are found by: they have no device of their own. */
const SEVERAL = "";
const routes = new ByKey<Route>((one) => (one.nexthops ? SEVERAL : one.dev));

export function addressesOf(ns: Namespace, dev: string, family: 4 | 6): Address[] {
  return addresses.of(ns.addresses, dev).filter((a) => a.family === family);
}

/** NETDEV_UP. */
export function deviceUp(ns: Namespace, link: Link): Namespace {
  let out = ns;
  if (link.kind === "loopback" && addressesOf(out, link.name, 4).length === 0)
    out = withAddress(out, loopbackAddress(link.name, 4));
  out = withRoutes(out, routesOfAddresses4(link, addressesOf(out, link.name, 4)));
  return up6(out, link);
}

/** addrconf_notify for a device that came up, or was allowed IPv6. */
export function up6(ns: Namespace, link: Link): Namespace {
  if (!takes6(ns, link)) return ns;
  let out = ns;
  if (link.kind === "loopback") {
    if (addressesOf(out, link.name, 6).length === 0) out = withAddress(out, loopbackAddress(link.name, 6));
    return withRoutes(out, localRoutes6(out, link, addressesOf(out, link.name, 6)));
  }
  out = withRoutes(out, prefixRoutes6(link, addressesOf(out, link.name, 6)));
  return link.carrier ? ready6(out, link) : out;
}

/** A device is up and has its carrier: it gives itself a link-local address, and addresses become usable. */
function ready6(ns: Namespace, link: Link): Namespace {
  let out = ns;
  if (!addressesOf(out, link.name, 6).some((a) => a.scope === "link") && link.mac !== "")
    out = withAddress(out, linkLocal(link));
  const all = addressesOf(out, link.name, 6);
  return withRoutes(out, [...prefixRoutes6(link, all), multicastRoute6(link), ...localRoutes6(out, link, all)]);
}

function takes6(ns: Namespace, link: Link): boolean {
  return link.up && ipv6Enabled(ns, link.name) && link.mtu >= LEAST_MTU6 && link.kind !== "tun";
}

/** NETDEV_DOWN: IPv4 addresses stay, with their local routes; everything of IPv6 goes, and all neighbours. */
export function deviceDown(ns: Namespace, link: Link): Namespace {
  const out = withoutPaths(
    withoutRoutes(ns, link.name, (r) => r.family === 6 || r.type !== "local"),
    link.name,
  );
  return forgetNeighbours(down6(out, link), link.name);
}

/** Without some of a device's own routes. */
function withoutRoutes(ns: Namespace, dev: string, isGone: (route: Route) => boolean): Namespace {
  const own = routes.of(ns.routes, dev);
  const gone = own.filter(isGone);
  if (gone.length === 0) return ns;
  const left = without(ns.routes, gone);
  routes.handOn(ns.routes, left, dev, apartFrom(own, gone));
  return { ...ns, routes: left };
}

function withoutAddresses(ns: Namespace, dev: string, isGone: (address: Address) => boolean): Namespace {
  const own = addresses.of(ns.addresses, dev);
  const gone = own.filter(isGone);
  if (gone.length === 0) return ns;
  const left = without(ns.addresses, gone);
  addresses.handOn(ns.addresses, left, dev, apartFrom(own, gone));
  return { ...ns, addresses: left };
}

function apartFrom<T>(own: readonly T[], gone: readonly T[]): readonly T[] {
  return own.filter((one) => !gone.includes(one));
}

/** Without a device's part in routes of several paths. */
function withoutPaths(ns: Namespace, dev: string): Namespace {
  const shared = routes.of(ns.routes, SEVERAL).some((r) => r.nexthops?.some((hop) => hop.dev === dev));
  return shared ? { ...ns, routes: ns.routes.flatMap((r) => (r.nexthops ? withoutHops(r, dev) : [r])) } : ns;
}

/** The same namespace where the list is the one that it has. */
function withList<K extends "neighbours" | "proxies" | "fdb">(ns: Namespace, part: K, list: Namespace[K]): Namespace {
  return list === ns[part] ? ns : { ...ns, [part]: list };
}

function withoutHops(route: Route, dev: string): Route[] {
  const nexthops = route.nexthops?.filter((hop) => hop.dev !== dev) ?? [];
  if (nexthops.length === 0) return [];
  return nexthops.length === route.nexthops?.length ? [route] : [{ ...route, nexthops }];
}

/** addrconf_ifdown. */
export function down6(ns: Namespace, { name }: Link): Namespace {
  const left = withoutAddresses(ns, name, (a) => a.family === 6);
  return withoutRoutes(left, name, (r) => r.family === 6);
}

function forgetNeighbours(ns: Namespace, dev: string): Namespace {
  return withList(withList(ns, "neighbours", apart(ns.neighbours, dev)), "proxies", apart(ns.proxies, dev));
}

/** The list without what is of this device; the same list where nothing is. */
function apart<T extends { readonly dev: string }>(list: T[], dev: string): T[] {
  return list.some((one) => one.dev === dev) ? list.filter((one) => one.dev !== dev) : list;
}

/** The address of the device changed: neighbours must be learned again (NETDEV_CHANGEADDR). */
export function macChanged(ns: Namespace, link: Link): Namespace {
  return withList(ns, "neighbours", apart(ns.neighbours, link.name));
}

/** The device is up, and got or lost its carrier (NETDEV_CHANGE). */
export function carrierChanged(ns: Namespace, link: Link): Namespace {
  const own = routes.of(ns.routes, link.name);
  const flagged = own.map((r) => {
    if (r.type === "local" || r.type === "anycast") return r;
    const flags = [...r.flags.filter((flag) => flag !== "linkdown"), ...linkFlags(link)];
    return flags.length === r.flags.length ? r : { ...r, flags };
  });
  const out = withRoutesOf(ns, link.name, own, flagged);
  if (link.carrier) return takes6(out, link) && link.kind !== "loopback" ? ready6(out, link) : out;
  const neighbours = out.neighbours.filter((n) => n.dev !== link.name || n.state.includes("PERMANENT"));
  return neighbours.length === out.neighbours.length ? out : { ...out, neighbours };
}

/** Each of a device's routes gives way to the one at its place. */
function withRoutesOf(ns: Namespace, dev: string, before: readonly Route[], after: readonly Route[]): Namespace {
  const changed = after.flatMap((r, i) => (r === before[i] ? [] : [i]));
  if (changed.length === 0) return ns;
  const all = ns.routes.slice();
  for (const i of changed) all[all.lastIndexOf(before[i] as Route)] = after[i] as Route; // It is one of them.
  routes.handOn(ns.routes, all, dev, after);
  return { ...ns, routes: all };
}

/** The MTU crossed what IPv6 needs. */
export function mtuChanged(ns: Namespace, before: Link, link: Link): Namespace {
  if (before.mtu >= LEAST_MTU6 === link.mtu >= LEAST_MTU6) return ns;
  return link.mtu < LEAST_MTU6 ? down6(ns, link) : up6(ns, link);
}

/** Everything that belongs to a device goes with it. */
export function forgetDevice(ns: Namespace, dev: string): Namespace {
  const all = () => true;
  const out = withoutPaths(withoutRoutes(withoutAddresses(ns, dev, all), dev, all), dev);
  return withList(forgetNeighbours(out, dev), "fdb", apart(out.fdb, dev));
}

/** A new address and its routes. Whether it may be added is the caller's question. */
export function addAddress(ns: Namespace, link: Link, address: Address): Namespace {
  let out = withAddress(ns, address);
  if (address.family === 4) return withRoutes(out, routesOfAddresses4(link, addressesOf(out, link.name, 4)), ns, link);
  if (!link.up) return out;
  out = withRoutes(out, prefixRoutes6(link, [address]));
  if (link.kind !== "loopback") out = withRoutes(out, [multicastRoute6(link)]);
  return link.carrier ? withRoutes(out, localRoutes6(out, link, [address])) : out;
}

/** The address and what came with it; the secondary ones of its network too (fib_del_ifaddr, inet_del_ifa). */
export function removeAddresses(ns: Namespace, link: Link, gone: ReadonlySet<Address>): Namespace {
  const before = kernelRoutes(ns, link);
  const out = { ...ns, addresses: ns.addresses.filter((a) => !gone.has(a)) };
  const kept = new Set(kernelRoutes(out, link).map(routeKey));
  const lost = new Set(before.map(routeKey).filter((key) => !kept.has(key)));
  const sources = new Set([...gone].filter((a) => a.family === 4).map((a) => a.address));
  for (const a of out.addresses) sources.delete(a.address);
  return {
    ...out,
    routes: out.routes.filter((r) => {
      if (lost.size > 0 && r.dev === link.name && r.protocol === "kernel" && lost.has(routeKey(r))) return false;
      return r.family === 6 || r.table !== "main" || r.prefSrc === undefined || !sources.has(r.prefSrc);
    }),
  };
}

function kernelRoutes(ns: Namespace, link: Link): Route[] {
  const six = addressesOf(ns, link.name, 6);
  return [
    ...routesOfAddresses4(link, addressesOf(ns, link.name, 4)),
    ...prefixRoutes6(link, six),
    ...localRoutes6(ns, link, six),
  ];
}

/** IPv6 forwarding was switched on or off for a device that is up. */
export function forwardingChanged(ns: Namespace, link: Link): Namespace {
  const own = routes.of(ns.routes, link.name);
  const out = withoutRoutes(ns, link.name, (r) => r.type === "anycast");
  if (!link.up) return out;
  const usable = addressesOf(out, link.name, 6).filter((a) =>
    own.some((r) => r.type === "local" && r.dst === `${a.address}/128`),
  );
  return withRoutes(out, anycastRoutes6(out, link, usable));
}

/** Adds a device's routes that are not there; `before`, where given: only those that this namespace did not ask for already. */
function withRoutes(ns: Namespace, wanted: readonly Route[], before?: Namespace, link?: Link): Namespace {
  let all: Route[] | undefined;
  const asked =
    before && link ? routesOfAddresses4(link, addressesOf(before, link.name, 4)).map(routeKey) : ([] as string[]);
  for (const [dev, some] of Map.groupBy(wanted, (r) => r.dev)) {
    const list = all ?? ns.routes;
    const own = dev === undefined ? list.filter((r) => r.dev === undefined) : routes.of(list, dev);
    const there = new Set([...own.map(routeKey), ...asked]);
    const added = some.filter((r) => !there.has(routeKey(r)));
    if (added.length === 0) continue;
    all = list.concat(added);
    if (dev !== undefined) routes.handOn(list, all, dev, own.concat(added));
  }
  return all ? { ...ns, routes: all } : ns;
}

/** Beside the device's other addresses: IPv4 first, then IPv6, the widest scope first (ipv6_link_dev_addr). */
function withAddress(ns: Namespace, address: Address): Namespace {
  const follows = (a: Address) => a.family === 6 && (address.family === 4 || width(a.scope) <= width(address.scope));
  const own = addresses.of(ns.addresses, address.dev);
  const first = own.findIndex(follows);
  const place = first < 0 ? own.length : first;
  const last = own[place - 1];
  const next = own[place];
  let at = ns.addresses.length;
  if (next) at = ns.addresses.lastIndexOf(next);
  else if (last) at = ns.addresses.lastIndexOf(last) + 1;
  const out = { ...ns, addresses: ns.addresses.toSpliced(at, 0, address) };
  addresses.handOn(ns.addresses, out.addresses, address.dev, own.toSpliced(place, 0, address));
  return out;
}

function width(scope: string): number {
  return scope === "host" ? 0 : scope === "link" ? 1 : 2;
}

function loopbackAddress(dev: string, family: 4 | 6): Address {
  const own = family === 4 ? { address: "127.0.0.1", prefix: 8 } : { address: "::1", prefix: 128 };
  return { dev, family, ...own, scope: "host", secondary: false };
}

function linkLocal(link: Link): Address {
  return {
    ...{ dev: link.name, family: 6, address: linkLocalAddress(link.mac), prefix: 64 },
    ...{ scope: "link", secondary: false },
  };
}
