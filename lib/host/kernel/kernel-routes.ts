/** Routes that the kernel makes of a device's addresses by itself (net/ipv4/fib_frontend.c, net/ipv6/addrconf.c). */
import { broadcastOf, networkBase, parseIpv4 } from "../../net/address.ts";
import type { Address, Link, Namespace, Route } from "../state.ts";
import { deviceSetting } from "./sysctl.ts";

/** fib_add_ifaddr: the local route always, the others while the device is up. */
export function routesOfAddresses4(link: Link, addresses: readonly Address[]): Route[] {
  const out: Route[] = [];
  for (const a of addresses) {
    const prefSrc = (a.secondary ? primaryOf(a, addresses) : undefined)?.address ?? a.address;
    out.push(local4("local", `${a.address}/32`, link, prefSrc));
    if (!link.up) continue;
    if (a.broadcast !== undefined && a.broadcast !== "255.255.255.255")
      out.push(local4("broadcast", `${a.broadcast}/32`, link, prefSrc));
    const base = networkBase({ family: 4, address: a.peer ?? a.address, prefix: a.prefix });
    if (a.secondary || base.startsWith("0.") || (a.prefix === 32 && base === a.address)) continue;
    out.push(connected4(`${base}/${a.prefix}`, link, prefSrc));
    const last = broadcastOf({ family: 4, address: base, prefix: a.prefix });
    if (last !== undefined) out.push(local4("broadcast", `${last}/32`, link, prefSrc));
  }
  return unique(out);
}

/** The first address with the same mask in the same network (inet_ifa_byprefix). */
export function primaryOf(a: Address, addresses: readonly Address[]): Address | undefined {
  return addresses.find((b) => b !== a && !b.secondary && sameNetwork(a, b));
}

export function sameNetwork(a: Address, b: Address): boolean {
  if (a.family !== 4 || b.family !== 4 || a.prefix !== b.prefix) return false;
  const mask = a.prefix === 0 ? 0 : -1 << (32 - a.prefix);
  return (((parseIpv4(a.peer ?? a.address) ?? 0) ^ (parseIpv4(b.peer ?? b.address) ?? 0)) & mask) === 0;
}

function local4(type: "local" | "broadcast", dst: string, link: Link, prefSrc: string): Route {
  const flags = type === "broadcast" ? linkFlags(link) : [];
  const scope = type === "local" ? "host" : "link";
  return { family: 4, type, dst, table: "local", metric: 0, flags, dev: link.name, prefSrc, scope, protocol: "kernel" };
}

function connected4(dst: string, link: Link, prefSrc: string): Route {
  if (link.kind === "loopback") return local4("local", dst, link, prefSrc);
  return {
    ...{ family: 4, type: "unicast", dst, table: "main", metric: 0, flags: linkFlags(link) },
    ...{ dev: link.name, prefSrc, scope: "link", protocol: "kernel" },
  };
}

/** A device that is up and has no carrier: its routes are there, and lead nowhere. */
export function linkFlags(link: Link): string[] {
  return link.carrier ? [] : ["linkdown"];
}

/** addrconf_prefix_route, and addrconf_add_mroute. */
export function prefixRoutes6(link: Link, addresses: readonly Address[]): Route[] {
  if (link.kind === "loopback") return [];
  return unique(
    addresses.map((a) => {
      const base = networkBase({ family: 6, address: a.peer ?? a.address, prefix: a.prefix });
      return kernel6("unicast", `${base}/${a.prefix}`, "main", 256, link, linkFlags(link));
    }),
  );
}

export function multicastRoute6(link: Link): Route {
  return kernel6("multicast", "ff00::/8", "local", 256, link, linkFlags(link));
}

/** Once an address is known to be nobody else's: its own route, and a router's anycast one (RFC 4291, 2.6.1). */
export function localRoutes6(ns: Namespace, link: Link, addresses: readonly Address[]): Route[] {
  const out = addresses.map((a) => kernel6("local", `${a.address}/128`, "local", 0, link, []));
  return unique([...out, ...anycastRoutes6(ns, link, addresses)]);
}

export function anycastRoutes6(ns: Namespace, link: Link, addresses: readonly Address[]): Route[] {
  if (link.kind === "loopback" || deviceSetting(ns, 6, link.name, "forwarding") !== "1") return [];
  const bases = addresses
    .filter((a) => a.prefix < 127)
    .map((a) => networkBase({ family: 6, address: a.address, prefix: a.prefix }));
  // Where it is an address of the device's own, that one's route is there already.
  const others = bases.filter((base) => !addresses.some((a) => a.address === base));
  return unique(others.map((base) => kernel6("anycast", `${base}/128`, "local", 0, link, [])));
}

function kernel6(type: Route["type"], dst: string, table: string, metric: number, link: Link, flags: string[]): Route {
  return { family: 6, type, dst, table, metric, flags, dev: link.name, protocol: "kernel" };
}

function unique(routes: readonly Route[]): Route[] {
  const seen = new Set<string>();
  return routes.filter((route) => {
    const key = routeKey(route);
    return !seen.has(key) && seen.add(key);
  });
}

/** What makes two routes the same one. */
export function routeKey(r: Route): string {
  const hops = r.nexthops?.map((hop) => `${hop.via ?? ""}%${hop.dev ?? ""}`).join("+") ?? "";
  return [
    r.family,
    r.table,
    r.type,
    r.dst,
    r.metric,
    r.via ?? "",
    r.dev ?? "",
    r.prefSrc ?? "",
    r.scope ?? "",
    hops,
  ].join(" ");
}
