/** What still needs a router's interface: floating IPs, port forwardings and extra routes. Source: neutron/db/{l3_db,extraroute_db}.py. */
import { ports, type Subnet } from "../core/model.ts";
import type { Call } from "../resource.ts";
import { interfaceInUseByFloatingIp, interfaceInUseByRoute } from "./errors.ts";
import { floatingIps, portForwardings, type Router } from "./model.ts";
import { within } from "./subnet-math.ts";

export async function checkNotInUse(call: Call, router: Router, subnet: Subnet): Promise<void> {
  const served = await floatingIps.list(call.reader, { keys: { router_id: router.id } });
  if (served.length > 0) {
    const ids = served.map((one) => one.id);
    const forwardings = await portForwardings.list(call.reader, { keys: { floatingip_id: ids } });
    const users = [
      ...forwardings.map((one) => ({ port: one.internal_port_id, address: one.internal_ip_address })),
      ...served.map((one) => ({ port: one.port_id, address: one.fixed_ip_address })),
    ];
    const near = users.filter(({ address }) => address !== null && within(address, [subnet.cidr]));
    const onSubnet = near.length === 0 ? [] : await ports.list(call.reader, { keys: { subnet_id: subnet.id } });
    if (near.some(({ port }) => onSubnet.some((one) => one.id === port)))
      throw interfaceInUseByFloatingIp(router.id, subnet.id);
  }
  if (router.routes.some((route) => within(route.nexthop, [subnet.cidr])))
    throw interfaceInUseByRoute(router.id, subnet.id);
}
