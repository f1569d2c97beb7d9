/** Extra routes of routers. Source: neutron/db/extraroute_db.py. */

import { parseAttribute } from "../attribute.ts";
import { type Port, subnets } from "../core/model.ts";
import { invalidInput, NeutronError } from "../errors.ts";
import { hostRoutes } from "../kind/address-lists.ts";
import { repr } from "../kind/kind.ts";
import type { Call } from "../resource.ts";
import { portsOfRouter } from "./lookup.ts";
import type { Route, Router } from "./model.ts";
import { within } from "./subnet-math.ts";

/** Where a router's neighbours are, and its own addresses. */
export interface Reach {
  readonly cidrs: readonly string[];
  readonly addresses: readonly string[];
}

export async function reachOf(call: Call, ports: readonly Port[]): Promise<Reach> {
  const fixed = ports.flatMap((port) => port.fixed_ips);
  const found = await subnets.list(call.reader, { ids: [...new Set(fixed.map((ip) => ip.subnet_id))] });
  return { cidrs: found.map((subnet) => subnet.cidr), addresses: fixed.map((ip) => ip.ip_address) };
}

export async function checkRoutes(call: Call, router: Router, routes: readonly Route[], reach?: Reach): Promise<void> {
  const max = call.neutron.config.DEFAULT.max_routes;
  if (routes.length > max)
    throw new NeutronError(
      "bad-request",
      "RoutesExhausted",
      `Unable to complete operation for ${router.id}. The number of routes exceeds the maximum ${max}.`,
    );
  if (routes.length === 0) return;
  const { cidrs, addresses } = reach ?? (await reachOf(call, await portsOfRouter(call, router.id)));
  for (const { nexthop } of routes) {
    if (!within(nexthop, cidrs)) throw invalidRoutes(routes, "the nexthop is not connected with router");
    if (addresses.includes(nexthop)) throw invalidRoutes(routes, "the nexthop is used by router");
  }
}

function invalidRoutes(routes: readonly Route[], reason: string): NeutronError {
  return new NeutronError("bad-request", "InvalidRoutes", `Invalid format for routes: ${repr(routes)}, ${reason}`);
}

/** One destination may have several next hops; the same pair counts once. */
export function addRoutes(old: readonly Route[], more: readonly Route[]): Route[] {
  return [...new Map([...old, ...more].map((route) => [key(route), route])).values()];
}

/** What is not there need not be removed. */
export function removeRoutes(old: readonly Route[], less: readonly Route[]): Route[] {
  const gone = new Set(less.map(key));
  return old.filter((route) => !gone.has(key(route)));
}

function key({ destination, nexthop }: Route): string {
  return `${destination} ${nexthop}`;
}

/** The body of add_extraroutes and remove_extraroutes holds routes as an update of a router does. */
export function routesOfBody(body: unknown): readonly Route[] {
  const router: unknown = Reflect.get(Object(body), "router");
  const routes: unknown = Reflect.get(Object(router), "routes");
  if (routes === undefined) throw invalidInput("the body must hold the routes of a router");
  return parseAttribute("routes", hostRoutes, routes);
}
