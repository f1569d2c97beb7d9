/** A router's own routes; several next hops of one destination make one route. Source: neutron/agent/l3/router_info.py routes_updated. */
import type { Route } from "../../host/state.ts";
import { familyOf } from "../../net/address.ts";
import type { Hand } from "../interface-driver/hand.ts";
import { ANY, deviceTowards, removeRoute, routesOf, setRoute } from "../interface-driver/routes.ts";
import type { RouterView } from "../view.ts";

export interface RouteTable {
  readonly table?: string;
  readonly proto?: "static" | "boot";
}

/** Those whose next hop is not on any of the namespace's networks are refused by the kernel, and left out. */
export function setExtraRoutes(
  hand: Hand,
  netns: string,
  routes: RouterView["routes"],
  { table, proto = "static" }: RouteTable = {},
): void {
  const wanted = new Map<string, { via: string; dev: string }[]>();
  for (const { destination, nexthop } of routes) {
    const dev = deviceTowards(hand, netns, nexthop);
    if (dev !== undefined) wanted.set(destination, [...(wanted.get(destination) ?? []), { via: nexthop, dev }]);
  }
  for (const route of routesOf(hand, netns)) {
    if (!isExtra(route, table ?? "main", proto) || wanted.has(route.dst)) continue;
    removeRoute(hand, netns, route);
  }
  for (const [dst, hops] of wanted) {
    const [first, ...more] = hops;
    if (!first) continue;
    if (more.length === 0) setRoute(hand, netns, { dst, ...first, proto, ...(table === undefined ? {} : { table }) });
    else setMultipath(hand, netns, dst, hops, table ?? "main", proto);
  }
}

/** Only the agent's own: what an administrator adds to the main table has protocol boot, or no next hop. */
function isExtra(route: Route, table: string, proto: string): boolean {
  return (
    route.table === table &&
    (route.protocol ?? "boot") === proto &&
    route.dst !== ANY[route.family] &&
    (route.via !== undefined || route.nexthops !== undefined)
  );
}

function setMultipath(
  hand: Hand,
  netns: string,
  dst: string,
  hops: readonly { via: string; dev: string }[],
  table: string,
  proto: string,
): void {
  const text = (all: readonly { via?: string; dev?: string }[]) => all.map(({ via, dev }) => `${via} ${dev}`).join();
  const known = routesOf(hand, netns).find((one) => one.dst === dst && one.table === table);
  if (known?.nexthops && text(known.nexthops) === text(hops)) return;
  hand.attempt(netns, {
    tool: "ip",
    action: "route-replace",
    family: familyOf(dst.split("/")[0] ?? ""),
    dst,
    nexthops: hops,
    proto,
    ...(table === "main" ? {} : { table }),
  });
}
