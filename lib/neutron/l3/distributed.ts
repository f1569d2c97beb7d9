/** Distributed routers: SNAT ports beside interfaces, and routers that become distributed or cease to be. Source: neutron/db/l3_dvr_db.py. */
import { type Port, ports } from "../core/model.ts";
import { updatePort } from "../core/ports.ts";
import { badRequest } from "../errors.ts";
import type { Change } from "../resource.ts";
import { elevated, portsOfRouter } from "./lookup.ts";
import { DVR_INTERFACE, HA_INTERFACE, HA_PORT, ROUTER_INTERFACE, type Router, SNAT_INTERFACE } from "./model.ts";
import { createOwnPort, deleteOwnPort, setOwner } from "./own-ports.ts";
import { unbindRouter } from "./scheduling.ts";
import { isIpv6 } from "./subnet-math.ts";

/** What an interface of this router is called. */
export function interfaceOwner(router: Pick<Router, "distributed" | "ha">): string {
  if (router.distributed) return DVR_INTERFACE;
  return router.ha ? HA_INTERFACE : ROUTER_INTERFACE;
}

/** Only for routers that are down, before and after. l3_dvr_db.py _validate_router_migration, l3_hamode_db.py _validate_migration. */
export function checkMigration(before: Router, after: Router): void {
  if (before.distributed !== after.distributed && (before.admin_state_up || after.admin_state_up))
    throw badRequest(
      "router",
      "Cannot change the 'distributed' attribute of active routers. Please set router admin_state_up to False prior to upgrade",
    );
  if (before.ha !== after.ha && after.admin_state_up)
    throw badRequest(
      "router",
      "Cannot change HA attribute of active routers. Please set router admin_state_up to False prior to upgrade",
    );
}

/** Ports and agents of a router whose `distributed` or `ha` was changed. */
export async function migrate(change: Change, before: Router, after: Router): Promise<void> {
  if (before.distributed === after.distributed && before.ha === after.ha) return;
  const owner = interfaceOwner(after);
  for (const port of await portsOfRouter(change, after.id, [interfaceOwner(before)]))
    await setOwner(change, port, owner);
  await unbindRouter(change, after.id);
  for (const port of await portsOfRouter(change, after.id, [HA_PORT])) await deleteOwnPort(change, port);
  if (before.distributed && !after.distributed) await deleteSnatPorts(change, after);
  if (!before.distributed && after.distributed && after.gw_port_id !== null) await addMissingSnatPorts(change, after);
}

/** One SNAT port for each IPv4 address of an interface, one for all IPv6 ones. */
export async function addMissingSnatPorts(change: Change, router: Router): Promise<void> {
  if ((await snatPorts(change, router)).length > 0) return;
  const six: { network_id: string; subnet_id: string }[] = [];
  for (const port of await portsOfRouter(change, router.id, [DVR_INTERFACE]))
    for (const { ip_address, subnet_id } of port.fixed_ips)
      if (isIpv6(ip_address)) six.push({ network_id: port.network_id, subnet_id });
      else await addSnatPort(change, router, port.network_id, [subnet_id]);
  const last = six.at(-1);
  if (last)
    await addSnatPort(
      change,
      router,
      last.network_id,
      six.map((one) => one.subnet_id),
    ); // prettier-ignore
}

export function addSnatPort(
  change: Change,
  router: Router,
  network_id: string,
  subnetIds: readonly string[],
): Promise<Port> {
  const fixed_ips = subnetIds.map((subnet_id) => ({ subnet_id }));
  return createOwnPort(change, { network_id, device_id: router.id, device_owner: SNAT_INTERFACE, fixed_ips });
}

/** An IPv6 subnet was added to an interface that was there: its SNAT port gets an address of it, too. */
export async function growSnatPort(change: Change, router: Router, port: Port, subnetId: string): Promise<void> {
  const snat = await ipv6SnatPort(change, router, port.network_id);
  if (!snat) return;
  await updatePort(elevated(change), snat, { fixed_ips: [...snat.fixed_ips, { subnet_id: subnetId }] });
}

/** A subnet is no longer the router's: neither is its SNAT port, unless that has other IPv6 subnets. */
export async function shrinkSnatPorts(
  change: Change,
  router: Router,
  networkId: string,
  subnetId: string,
): Promise<void> {
  const shared = router.gw_port_id === null ? undefined : await ipv6SnatPort(change, router, networkId);
  const rest = shared?.fixed_ips.filter((ip) => ip.subnet_id !== subnetId) ?? [];
  if (shared && rest.length > 0 && rest.length < shared.fixed_ips.length) {
    await updatePort(elevated(change), shared, { fixed_ips: rest });
    return;
  }
  for (const port of await snatPorts(change, router))
    if (port.fixed_ips.length === 0 || port.fixed_ips[0]?.subnet_id === subnetId) await deleteOwnPort(change, port);
}

export async function deleteSnatPorts(change: Change, router: Router): Promise<void> {
  for (const port of await snatPorts(change, router)) await deleteOwnPort(change, port);
}

async function ipv6SnatPort(change: Change, router: Router, networkId: string): Promise<Port | undefined> {
  const all = await snatPorts(change, router);
  return all.find((port) => port.network_id === networkId && port.fixed_ips.some((ip) => isIpv6(ip.ip_address)));
}

function snatPorts(change: Change, router: Router): Promise<Port[]> {
  return ports.list(change.reader, { keys: { device_id: router.id, device_owner: SNAT_INTERFACE } });
}
