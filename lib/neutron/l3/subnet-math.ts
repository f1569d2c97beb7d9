/** Relations of networks and addresses, on texts. */
import { cidrContains, networkContains, networkOf, parseCidr, requireIp } from "../../net/address.ts";
import type { Subnet } from "../core/model.ts";

/** Whether two networks share an address: one holds the other then. */
export function overlap(a: string, b: string): boolean {
  const [one, two] = [parseCidr(a), parseCidr(b)];
  if (!one || !two || one.family !== two.family) return false;
  const [wide, narrow] = one.prefix <= two.prefix ? [one, two] : [two, one];
  return networkContains(networkOf(wide), requireIp(narrow.address));
}

export const within = (address: string, cidrs: readonly string[]): boolean =>
  cidrs.some((cidr) => cidrContains(cidr, address));

export const isIpv6 = (address: string): boolean => address.includes(":");

export function inPools(subnet: Subnet, address: string): boolean {
  const { value } = requireIp(address);
  return subnet.allocation_pools.some(
    ({ start, end }) => requireIp(start).value <= value && value <= requireIp(end).value,
  );
}
