/** Routes. */
import type { RouteCommand } from "../command/ip/command.ts";
import { findLink, findNamespace } from "../edit.ts";
import { routeKey } from "../kernel/kernel-routes.ts";
import type { HostState, Namespace, Route } from "../state.ts";
import { isKernelRoute, spokenOf } from "./kernel-made.ts";
import { commonNamespaces, differingBy } from "./lists.ts";
import { type Change, Recorder } from "./recorder.ts";

export function diffRoutes(actual: HostState, desired: HostState): Change {
  const out = new Recorder(actual);
  for (const [ns, wanted] of commonNamespaces(actual, desired)) {
    const { gone, come } = differingBy(ns.routes, wanted.routes, key);
    if (gone.length === 0 && come.length === 0) continue;
    const rivals = new Set(come.filter((r) => !isKernelRoute(r)).map(place));
    const complete = spokenOf(wanted);
    for (const route of gone) {
      const own = isKernelRoute(route) && !complete.has(route.dev ?? "");
      // What takes its place replaces it, without a moment in which there is no route.
      if (!own && !(rivals.has(place(route)) && single(ns, wanted, route))) run(out, ns.name, "route-del", route);
    }
    for (const route of come.toSorted((a, b) => order(a) - order(b))) {
      if (!reachable(ns, route)) continue;
      const now = findNamespace(out.host, ns.name) ?? ns;
      const beside = now.routes.some((r) => place(r) === place(route));
      const action = beside && !single(ns, wanted, route) ? "route-append" : "route-replace";
      run(out, ns.name, action, route);
    }
  }
  return out;
}

/** Connected networks first: gateways are found through them. */
function order(route: Route): number {
  return route.via === undefined && !route.nexthops ? 0 : 1;
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
