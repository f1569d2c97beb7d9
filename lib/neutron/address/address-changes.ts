/** What of a port's addresses stays, goes and comes. Source: neutron/db/ipam_backend_mixin.py _get_changed_ips_for_port. */
import { isEui64Address } from "../../net/eui64.ts";
import type { FixedIp, Subnet } from "../core/model.ts";
import type { FixedIpRequest } from "../kind/address-lists.ts";
import { automaticAddress, isAutoAddress, ROUTER_INTERFACE_OWNERS_SNAT } from "./modes.ts";

export interface AddressChanges {
  readonly add: readonly FixedIpRequest[];
  readonly keep: readonly FixedIp[];
  readonly remove: readonly FixedIp[];
  /** Made of a MAC that the port has no longer: each is to be made anew. */
  readonly renewed: readonly FixedIp[];
}

/** @param request undefined: the addresses stay */
export function changesOf(
  current: readonly FixedIp[],
  request: readonly FixedIpRequest[] | undefined,
  subnets: readonly Subnet[],
  { mac, deviceOwner }: { readonly mac: string; readonly deviceOwner: string },
): AddressChanges {
  const isRouter = ROUTER_INTERFACE_OWNERS_SNAT.includes(deviceOwner);
  const autoSubnet = (id: string) => subnets.find((subnet) => subnet.id === id && isAutoAddress(subnet));
  const renewed = current.filter((ip) => {
    const subnet = isRouter || !isEui64Address(ip.ip_address) ? undefined : autoSubnet(ip.subnet_id);
    return subnet !== undefined && automaticAddress(subnet, mac) !== ip.ip_address;
  });
  const old = current.filter((ip) => !renewed.includes(ip));
  if (request === undefined) return { add: [], keep: old, remove: [], renewed };

  const asked = request.filter(
    (one) =>
      !renewed.some((ip) => ip.subnet_id === one.subnet_id && (one.ip_address ?? ip.ip_address) === ip.ip_address),
  );
  const add: FixedIpRequest[] = [];
  const keep: FixedIp[] = [];
  const left = new Set(old);
  const maybe: FixedIp[] = [];
  for (const one of asked) {
    if (one.ip_address === undefined) continue;
    const same = [...left].find((ip) => ip.ip_address === one.ip_address);
    if (same && left.delete(same)) keep.push(same);
    else add.push(one);
  }
  for (const one of asked) {
    if (one.ip_address !== undefined) continue;
    const same = [...left].findLast((ip) => ip.subnet_id === one.subnet_id);
    if (!same || !left.delete(same)) add.push(one);
    else if (isEui64Address(same.ip_address)) {
      add.push(one); // The prefix may have changed; where it has not, the same address comes out.
      maybe.push(same);
    } else keep.push(same);
  }
  const remove: FixedIp[] = [];
  // What hosts make for themselves they keep, asked for or not.
  for (const ip of [...left, ...maybe]) (isRouter || !autoSubnet(ip.subnet_id) ? remove : keep).push(ip);
  return { add, keep, remove, renewed };
}
