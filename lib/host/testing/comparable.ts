/** A host as two can be compared: without what depends on the way that led there. */
import type { HostState, Namespace } from "../state.ts";

/** Without indexes, which are given in turn, and without the order of things that have none. */
export function comparable(host: HostState): unknown {
  const namespaces = [...host.namespaces].sort((a, b) => (a.name < b.name ? -1 : 1));
  return Object.fromEntries(namespaces.map((ns) => [ns.name, comparableNamespace(ns)]));
}

function comparableNamespace(ns: Namespace): Record<string, string[]> {
  // A bridge that had ports once has neither address nor carrier, one that never had any has both.
  const used = new Set(ns.links.map((link) => link.master));
  const empty = new Set(ns.links.flatMap((l) => (l.kind === "bridge" && !used.has(l.name) ? [l.name] : [])));
  const six = (entry: { dev?: string; family: 4 | 6 }) => entry.family === 6 && empty.has(entry.dev ?? "");
  // Whether an IPv6 address was proven to be nobody else's before the carrier went does not show.
  const untold = new Set(ns.links.flatMap((l) => (l.carrier ? [] : [l.name])));
  const addresses = ns.addresses.filter((a) => !six(a) || a.scope !== "link");
  const routes = ns.routes
    .filter((r) => r.protocol !== "kernel" || !(six(r) || (r.family === 6 && untold.has(r.dev ?? ""))))
    .map((route) => (empty.has(route.dev ?? "") ? { ...route, flags: [] } : route));
  const links = ns.links.map(({ ifindex: _, linkIndex: __, linkNetnsId: ___, stats: ____, ...link }) => {
    // Why a veth has no carrier is looked up once, where its peer is at that moment.
    if (link.kind === "veth" && link.up && !link.carrier) return { ...link, operstate: "" };
    return empty.has(link.name) ? { ...link, mac: "", carrier: false, operstate: "" } : link;
  });
  const sysctls = Object.entries(ns.sysctls).filter(([, value]) => value !== "0");
  return {
    links: texts(links),
    addresses: texts(addresses),
    routes: texts(routes),
    rules: texts(ns.rules),
    neighbours: texts(ns.neighbours),
    proxies: texts(ns.proxies),
    fdb: texts(ns.fdb),
    sysctls: texts(sysctls),
  };
}

function texts(list: readonly unknown[]): string[] {
  return list.map((entry) => JSON.stringify(sorted(entry))).sort();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}
