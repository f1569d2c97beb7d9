/** What may become an interface of a router: a subnet or a port, and all the reasons why not. Source: neutron/db/l3_db.py. */
import type { Json } from "../attribute.ts";
import type { Port, Subnet } from "../core/model.ts";
import { updatePort } from "../core/ports.ts";
import { badRequest } from "../errors.ts";
import { Invalid, uuid } from "../kind/kind.ts";
import { sharedIds } from "../rbac/shared.ts";
import type { Change } from "../resource.ts";
import { interfaceOwner } from "./distributed.ts";
import { checkNewSubnets } from "./dup-subnets.ts";
import { portInUse } from "./errors.ts";
import { elevated, portsOfRouter, subnetsOfPort, visiblePort, visibleSubnet } from "./lookup.ts";
import type { Router } from "./model.ts";
import { createOwnPort } from "./own-ports.ts";
import { inPools, isIpv6 } from "./subnet-math.ts";

export type InterfaceRequest =
  | { readonly port_id: string; readonly subnet_id?: string | undefined }
  | { readonly port_id?: undefined; readonly subnet_id: string };

interface Found {
  readonly port: Port;
  readonly subnets: readonly Subnet[];
  /** false: an interface that was there got the subnet. */
  readonly isNew: boolean;
}

/** @param both whether both may be named: to remove, the subnet must then be one of the port's */
export function readInterface(body: Json, both: boolean): InterfaceRequest {
  const { port_id, subnet_id } = { port_id: idIn(body, "port_id"), subnet_id: idIn(body, "subnet_id") };
  if (port_id !== undefined && subnet_id !== undefined && !both)
    throw badRequest("router", "Cannot specify both subnet-id and port-id");
  if (port_id !== undefined) return { port_id, subnet_id };
  if (subnet_id !== undefined) return { subnet_id };
  throw badRequest("router", "Either subnet_id or port_id must be specified");
}

function idIn(body: Json, name: string): string | undefined {
  if (!(name in body)) return undefined;
  try {
    return uuid.parse(body[name]);
  } catch (error) {
    throw error instanceof Invalid ? badRequest("router", error.message) : error;
  }
}

export async function interfaceOfPort(change: Change, router: Router, portId: string): Promise<Found> {
  const port = await visiblePort(change, portId);
  if (port.device_id !== "") throw portInUse(port.id, port.network_id, port.device_id);
  if (port.fixed_ips.length === 0) throw badRequest("router", "Router port must have at least one fixed IP");
  const subnets = await subnetsOfPort(change, port);
  for (const subnet of subnets) checkAddressMode(subnet);
  await checkOneIpv6Port(change, router, port);
  await checkNewSubnets(change, router, subnets);
  if (subnets.filter((subnet) => subnet.ip_version === 4).length > 1)
    throw badRequest("router", "Cannot have multiple IPv4 subnets on router port");
  checkPools(change, subnets, port);
  const changed = await updatePort(elevated(change), port, {
    device_id: router.id,
    device_owner: interfaceOwner(router),
  });
  return { port: changed, subnets, isNew: true };
}

/** On a foreign subnet, only addresses that anybody could have been given. */
function checkPools(change: Change, subnets: readonly Subnet[], port: Port): void {
  if (change.context.isAdmin) return;
  for (const { subnet_id, ip_address } of port.fixed_ips) {
    const subnet = subnets.find((one) => one.id === subnet_id);
    if (!subnet || subnet.project_id === change.context.projectId || inPools(subnet, ip_address)) continue;
    throw badRequest(
      "router",
      `Cannot add interface to router because specified port ${port.id} has an IP address out of the allocation pool of subnet ${subnet_id}, which is not owned by the project making the request`,
    );
  }
}

/** Subnets of IPv6 share one port in each network; so a second port with them is one too many. */
async function checkOneIpv6Port(change: Change, router: Router, port: Port): Promise<void> {
  if (!hasIpv6(port)) return;
  const other = (await portsOfRouter(change, router.id)).find(
    (one) => one.network_id === port.network_id && hasIpv6(one),
  );
  if (other)
    throw badRequest(
      "router",
      `Cannot have multiple router ports with the same network id if both contain IPv6 subnets. Existing port ${other.id} has IPv6 subnet(s) and network id ${other.network_id}`,
    );
}

export async function interfaceOfSubnet(change: Change, router: Router, subnetId: string): Promise<Found> {
  const subnet = await visibleSubnet(change, subnetId);
  if (subnet.gateway_ip === null) throw badRequest("router", "Subnet for router interface must have a gateway IP");
  await checkMayUse(change, subnet);
  checkAddressMode(subnet);
  await checkNewSubnets(change, router, [subnet]);
  const own = { ip_address: subnet.gateway_ip, subnet_id: subnet.id };
  if (subnet.ip_version === 6) {
    const port = (await portsOfRouter(change, router.id, [interfaceOwner(router)])).find(
      (one) => one.network_id === subnet.network_id && hasIpv6(one),
    );
    if (port) {
      const fixed_ips = [...port.fixed_ips, own];
      return { port: await updatePort(elevated(change), port, { fixed_ips }), subnets: [subnet], isNew: false };
    }
  }
  const port = await createOwnPort(change, {
    project_id: router.project_id,
    network_id: subnet.network_id,
    device_id: router.id,
    device_owner: interfaceOwner(router),
    fixed_ips: [own],
  });
  return { port, subnets: [subnet], isNew: true };
}

/** A subnet of one's own, or of a network that is shared: being external is not enough. */
async function checkMayUse(change: Change, subnet: Subnet): Promise<void> {
  if (change.context.isAdmin || subnet.project_id === change.context.projectId) return;
  if ((await sharedIds(change, "network")).has(subnet.network_id)) return;
  throw badRequest(
    "router",
    `Cannot add interface to router because subnet ${subnet.id} is not owned by project making the request`,
  );
}

function checkAddressMode(subnet: Subnet): void {
  if (subnet.ip_version === 6 && subnet.ipv6_ra_mode === null && subnet.ipv6_address_mode !== null)
    throw badRequest(
      "router",
      `IPv6 subnet ${subnet.id} configured to receive RAs from an external router cannot be added to Neutron Router.`,
    );
}

function hasIpv6(port: Port): boolean {
  return port.fixed_ips.some((ip) => isIpv6(ip.ip_address));
}
