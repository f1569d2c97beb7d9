/** Routes. */
import { CommandError } from "../command/command.ts";
import type { RouteCommand } from "../command/ip/command.ts";
import { findLink, findNamespace } from "../edit.ts";
import { routeKey } from "../kernel/kernel-routes.ts";
import type { HostState, Namespace, Route } from "../state.ts";
import { isComplete, isKernelRoute } from "./kernel-made.ts";
import { commonNamespaces, differingBy } from "./lists.ts";
import { type Change, Recorder } from "./recorder.ts";

export function diffRoutes(actual: HostState, desired: HostState): Change {
  const out = new Recorder(actual);
  for (const [ns, wanted] of commonNamespaces(actual, desired)) {
    const { gone, come } = differingBy(ns.routes, wanted.routes, key);
    if (gone.length === 0 && come.length === 0) continue;
    const rivals = new Set(come.filter((r) => !isKernelRoute(r)).map(place));
    const complete = isComplete(wanted);
    for (const route of gone) {
      const own = isKernelRoute(route) && !complete;
      // What takes its place replaces it, without a moment in which there is no route.
      if (!own && !(rivals.has(place(route)) && single(ns, wanted, route))) run(out, ns.name, "route-del", route);
    }
    for (const route of come.toSorted((a, b) => order(a) - order(b))) {
      if (!reachable(ns, route) || isKernelsAlone(route)) continue;
      const now = findNamespace(out.host, ns.name) ?? ns;
      const beside = now.routes.some((r) => place(r) === place(route));
      const action = beside && !single(ns, wanted, route) ? "route-append" : "route-replace";
      add(out, ns.name, action, route);
    }
  }
  return out;
}

/**
 * A route stays when the network that its gateway was found in goes. To make such a one, the gateway is shown to be there
 * for as long as it takes.
 */
function add(out: Recorder, netns: string, action: RouteCommand["action"], route: Route): void {
  const { family, via, dev } = route;
  try {
    run(out, netns, action, route);
  } catch (error) {
    if (!(error instanceof CommandError) || via === undefined || dev === undefined) throw error;
    // No command makes a route through what has become the host's own address.
    if (findNamespace(out.host, netns)?.addresses.some((a) => a.address === via)) return;
    const shown = { tool: "ip", family, dst: `${via}/${family === 4 ? 32 : 128}`, dev } as const;
    out.run(netns, { ...shown, action: "route-add" });
    run(out, netns, action, route);
    out.run(netns, { ...shown, action: "route-del" });
  }
}

/** Connected networks first: gateways are found through them. */
function order(route: Route): number {
  return route.via === undefined && !route.nexthops ? 0 : 1;
}

/** IPv6 routes to the host itself come with their addresses; nobody else can make them as they are. */
function isKernelsAlone(route: Route): boolean {
  return route.family === 6 && isKernelRoute(route) && (route.type === "local" || route.type === "anycast");
}

/** Whether neither side has another route in this one's place. */
function single(ns: Namespace, wanted: Namespace, route: Route): boolean {
  const at = place(route);
  const few = (routes: readonly Route[]) => routes.filter((r) => place(r) === at).length <= 1;
  return few(ns.routes) && few(wanted.routes);
}

/** A device that a route needs must be there and up, else no command makes it. */
function reachable(ns: Namespace, { dev, nexthops }: Route): boolean {
  const devs = nexthops ? nexthops.map((hop) => hop.dev) : [dev];
  return devs.every((name) => name === undefined || findLink(ns, name)?.up);
}

function place(r: Route): string {
  return [r.family, r.table, r.dst, r.metric].join(" ");
}

/** Flags of the carrier say nothing of what somebody asked for. */
function key(r: Route): string {
  return [routeKey(r), r.protocol ?? "", r.mtu ?? "", r.onlink ?? ""].join(" ");
}

function run(out: Recorder, netns: string, action: RouteCommand["action"], r: Route): void {
  const plain = r.type === "unicast";
  const lo = r.family === 6 && !plain && r.dev === "lo" && r.type !== "local";
  out.run(netns, {
    ...{ tool: "ip", action, family: r.family, dst: /^(0\.0\.0\.0|::)\/0$/.test(r.dst) ? "default" : r.dst },
    ...(!plain && { type: r.type }),
    ...(r.via !== undefined && { via: r.via }),
    ...(r.dev !== undefined && !lo && { dev: r.dev }),
    ...(r.table !== "main" && { table: r.table }),
    ...(r.protocol !== undefined && { proto: r.protocol }),
    ...(r.scope !== undefined && { scope: r.scope }),
    ...(r.prefSrc !== undefined && { src: r.prefSrc }),
    ...(r.metric !== 0 && !(r.family === 6 && r.metric === 1024) && { metric: r.metric }),
    ...(action !== "route-del" && r.mtu !== undefined && { mtu: r.mtu }),
    ...(action !== "route-del" && r.onlink && { onlink: true }),
    ...(r.nexthops && {
      nexthops: r.nexthops.map(({ via, dev, weight }) => ({
        ...(via !== undefined && { via }),
        ...(dev !== undefined && { dev }),
        ...(weight !== 1 && { weight }),
      })),
    }),
  });
}
