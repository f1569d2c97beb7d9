/** Interfaces of routers: ports on subnets. Source: neutron/db/l3_db.py add_router_interface, remove_router_interface. */
import type { Json } from "../attribute.ts";
import { type Port, ports, type Subnet } from "../core/model.ts";
import { updatePort } from "../core/ports.ts";
import { NeutronError } from "../errors.ts";
import type { Change } from "../resource.ts";
import { addSnatPort, growSnatPort, interfaceOwner, shrinkSnatPorts } from "./distributed.ts";
import { interfaceNotFound, interfaceNotFoundForSubnet } from "./errors.ts";
import { interfaceOfPort, interfaceOfSubnet, readInterface } from "./interface-request.ts";
import { checkNotInUse } from "./interface-use.ts";
import { elevated, portsOfRouter, routerOf, subnetsOfPort, visibleSubnet } from "./lookup.ts";
import type { Router } from "./model.ts";
import { deleteOwnPort } from "./own-ports.ts";
import { routerChanged } from "./reaction.ts";
import { countPorts } from "./revise.ts";

/** What both actions answer. `subnet_id` is of the time before interfaces had several. */
export interface InterfaceInfo {
  readonly id: string;
  readonly tenant_id: string;
  readonly port_id: string;
  readonly network_id: string;
  readonly subnet_id: string;
  readonly subnet_ids: readonly string[];
}

export async function addInterface(change: Change, routerId: string, body: Json): Promise<InterfaceInfo> {
  const router = await routerOf(change, routerId);
  const asked = readInterface(body, false);
  const found =
    asked.port_id === undefined
      ? await interfaceOfSubnet(change, router, asked.subnet_id)
      : await interfaceOfPort(change, router, asked.port_id);
  const { port, subnets, isNew } = found;
  const last = subnets.at(-1);
  const withSnat = router.distributed && router.gw_port_id !== null;
  if (withSnat && last) {
    if (isNew) await addSnatPort(change, router, port.network_id, [port.fixed_ips.at(-1)?.subnet_id ?? last.id]);
    else if (last.ip_version === 6) await growSnatPort(change, router, port, last.id);
  }
  const added = isNew ? (withSnat ? 2 : 1) : 0;
  await routerChanged(change, await countPorts(change, router, added));
  return infoOf(router, port, subnets, last);
}

export async function removeInterface(change: Change, routerId: string, body: Json): Promise<InterfaceInfo> {
  const router = await routerOf(change, routerId);
  const { port_id, subnet_id } = readInterface(body, true);
  const { port, subnets } =
    port_id === undefined
      ? await removeBySubnet(change, router, subnet_id)
      : await removeByPort(change, router, port_id, subnet_id);
  if (router.distributed) {
    const gone = subnet_id ?? port.fixed_ips[0]?.subnet_id;
    if (gone !== undefined) await shrinkSnatPorts(change, router, port.network_id, gone);
  }
  await routerChanged(change, await countPorts(change, router, 1));
  return infoOf(router, port, subnets, subnets[0]);
}

async function removeByPort(change: Change, router: Router, portId: string, subnetId: string | undefined) {
  const port = await ports.get(change.reader, portId);
  if (!port || port.device_id !== router.id || port.device_owner !== interfaceOwner(router))
    throw interfaceNotFound(router.id, portId);
  if (subnetId !== undefined && !port.fixed_ips.some((ip) => ip.subnet_id === subnetId))
    throw new NeutronError(
      "bad-request",
      "SubnetMismatchForPort",
      `Subnet on port ${portId} does not match the requested subnet ${subnetId}.`,
    );
  const subnets = await subnetsOfPort(change, port);
  for (const subnet of subnets) await checkNotInUse(change, router, subnet);
  await deleteOwnPort(change, port);
  return { port, subnets };
}

async function removeBySubnet(change: Change, router: Router, subnetId: string) {
  const subnet = await visibleSubnet(change, subnetId);
  const own = await portsOfRouter(change, router.id, [interfaceOwner(router)]);
  const port = own.find((one) => one.fixed_ips.some((ip) => ip.subnet_id === subnetId));
  if (own.some((one) => one.network_id === subnet.network_id)) await checkNotInUse(change, router, subnet);
  if (!port) throw interfaceNotFoundForSubnet(router.id, subnetId);
  const rest = port.fixed_ips.filter((ip) => ip.subnet_id !== subnetId);
  if (rest.length > 0) await updatePort(elevated(change), port, { fixed_ips: rest });
  else await deleteOwnPort(change, port);
  return { port, subnets: [subnet] };
}

function infoOf(router: Router, port: Port, subnets: readonly Subnet[], main: Subnet | undefined): InterfaceInfo {
  return {
    id: router.id,
    tenant_id: port.project_id,
    port_id: port.id,
    network_id: port.network_id,
    subnet_id: main?.id ?? "",
    subnet_ids: subnets.map((subnet) => subnet.id),
  };
}
