/** No two networks of a router may overlap. Source: neutron/db/l3_db.py _check_for_dup_router_subnets. */
import { type Subnet, subnets } from "../core/model.ts";
import { badRequest } from "../errors.ts";
import type { Call } from "../resource.ts";
import { portsOfRouter } from "./lookup.ts";
import { ROUTER_GATEWAY, type Router } from "./model.ts";
import { overlap } from "./subnet-math.ts";

/** Throws BadRequest when `more` cannot be beside what the router is connected to. */
export async function checkNewSubnets(call: Call, router: Router, more: readonly Subnet[]): Promise<void> {
  const ids = new Set(more.map((subnet) => subnet.id));
  const known: Subnet[] = [];
  for (const port of await portsOfRouter(call, router.id)) {
    const twice = port.fixed_ips.find((ip) => ids.has(ip.subnet_id));
    if (twice) throw badRequest("router", `Router already has a port on subnet ${twice.subnet_id}`);
    const where =
      port.device_owner === ROUTER_GATEWAY
        ? { keys: { network_id: port.network_id } } // All of an external network is reachable.
        : { ids: port.fixed_ips.map((ip) => ip.subnet_id) };
    known.push(...(await subnets.list(call.reader, where)));
  }
  for (const one of known)
    for (const other of more)
      if (overlap(one.cidr, other.cidr))
        throw badRequest(
          "router",
          `Cidr ${other.cidr} of subnet ${other.id} overlaps with cidr ${one.cidr} of subnet ${one.id}`,
        );
}
