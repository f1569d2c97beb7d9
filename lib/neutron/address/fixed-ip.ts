/** Whether an address may be asked for, and of which subnet it is. Source: neutron/db/ipam_backend_mixin.py _get_subnet_for_fixed_ip, neutron/ipam/utils.py. */

import { familyOf, parseCidr } from "../../net/address.ts";
import { ipNumber, networkRange } from "../../net/range.ts";
import { type Network, type Subnet, subnets } from "../core/model.ts";
import { invalidInput, NeutronError, notFound } from "../errors.ts";
import type { FixedIpRequest } from "../kind/address-lists.ts";
import type { Change } from "../resource.ts";
import { isAutoAddress, ROUTER_INTERFACE_OWNERS, ROUTER_PORT_OWNERS } from "./modes.ts";

/** The subnet that a request means. Throws where it means none, or an address that no such port may have. */
export async function exactSubnet(
  change: Change,
  network: Network,
  request: FixedIpRequest,
  candidates: readonly Subnet[],
  deviceOwner: string,
): Promise<Subnet> {
  if (candidates.length === 0) throw invalidInput("IP allocation requires subnets for network");
  const subnet = await meant(change, network, request, candidates, deviceOwner);
  const { ip_address } = request;
  if (ip_address !== undefined && isAutoAddress(subnet) && !ROUTER_INTERFACE_OWNERS.includes(deviceOwner))
    throw new NeutronError(
      "bad-request",
      "AllocationOnAutoAddressSubnet",
      `IPv6 address ${ip_address} cannot be directly assigned to a port on subnet ${subnet.id} as the subnet is configured for automatic addresses`,
    );
  return subnet;
}

async function meant(
  change: Change,
  network: Network,
  { subnet_id, ip_address }: FixedIpRequest,
  candidates: readonly Subnet[],
  deviceOwner: string,
): Promise<Subnet> {
  if (subnet_id !== undefined) {
    const subnet = candidates.find((one) => one.id === subnet_id);
    if (!subnet) throw await noSuchSubnet(change, network, subnet_id);
    if (ip_address !== undefined && !isHostAddress(subnet.cidr, ip_address, deviceOwner))
      throw invalidIp("InvalidIpForSubnet", ip_address, "for the specified subnet");
    return subnet;
  }
  if (ip_address === undefined) throw invalidInput("IP allocation requires subnet_id or ip_address");
  const subnet = candidates.find((one) => isHostAddress(one.cidr, ip_address, deviceOwner));
  if (!subnet) throw invalidIp("InvalidIpForNetwork", ip_address, "for any of the subnets on the specified network");
  return subnet;
}

async function noSuchSubnet(change: Change, network: Network, id: string): Promise<Error> {
  const subnet = await subnets.get(change.tx, id);
  const { isAdmin, projectId } = change.context;
  if (!subnet || !(isAdmin || subnet.project_id === projectId || subnet.network_id === network.id))
    return notFound("Subnet", id);
  return invalidInput(
    `Failed to create port on network ${network.id}, because fixed_ips included invalid subnet ${id}`,
  );
}

function invalidIp(type: string, address: string, where: string): NeutronError {
  return new NeutronError("bad-request", type, `IP address ${address} is not a valid IP ${where}.`);
}

/**
 * Whether a port may have this address: of IPv4 not the network's own nor the broadcast address; of IPv6 not the first,
 * which all routers share (RFC 4291, 2.6.1), save routers themselves.
 */
export function isHostAddress(cidr: string, address: string, deviceOwner: string): boolean {
  const { family, first, last } = networkRange(cidr);
  if (familyOf(address) !== family) return false;
  const value = ipNumber(address);
  if (value < first || value > last) return false;
  if (family === 6) return value !== first || deviceOwner === "" || ROUTER_PORT_OWNERS.includes(deviceOwner);
  if ((parseCidr(cidr)?.prefix ?? 0) > 30) return value !== first; // Of /31 and /32 netaddr knows no broadcast address.
  return value !== first && value !== last;
}
