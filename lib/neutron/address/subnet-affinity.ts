/** What subnets of one network must have in common. Source: neutron/db/ipam_backend_mixin.py _validate_subnet_cidr, _validate_network_subnetpools. */

import { parseCidr } from "../../net/address.ts";
import { networkRange, overlaps } from "../../net/range.ts";
import { type Network, type Subnet, subnets } from "../core/model.ts";
import { invalidInput, NeutronError } from "../errors.ts";
import type { Change } from "../resource.ts";
import { type SubnetPool, subnetPools } from "./subnetpool-model.ts";

export async function checkNeighbours(
  change: Change,
  network: Network,
  cidr: string,
  version: number,
  pool: SubnetPool | undefined,
): Promise<void> {
  if (parseCidr(cidr)?.prefix === 0) throw invalidInput("0 is not allowed as CIDR prefix length");
  const all = await subnets.list(change.tx, { keys: { network_id: network.id } });
  const range = networkRange(cidr);
  if (all.some((subnet) => overlaps(networkRange(subnet.cidr), range)))
    throw invalidInput(
      `Requested subnet with cidr: ${cidr} for network: ${network.id} overlaps with another subnet`,
      "cidr",
    );
  const same = all.filter((subnet) => subnet.ip_version === version);
  const scope = await scopeOf(change, same);
  if (scope && pool && pool.address_scope_id !== scope) throw scopeAffinity();
  for (const subnet of same)
    if (pool ? subnet.subnetpool_id !== pool.id && !scope : subnet.subnetpool_id !== null)
      throw new NeutronError(
        "bad-request",
        "NetworkSubnetPoolAffinityError",
        "Subnets hosted on the same network must be allocated from the same subnet pool.",
      );
}

async function scopeOf(change: Change, same: readonly Subnet[]): Promise<string | undefined> {
  for (const { subnetpool_id } of same) {
    const pool = subnetpool_id === null ? undefined : await subnetPools.get(change.tx, subnetpool_id);
    if (pool?.address_scope_id) return pool.address_scope_id;
  }
  return undefined;
}

export function scopeAffinity(): NeutronError {
  return new NeutronError(
    "bad-request",
    "NetworkAddressScopeAffinityError",
    "Subnets of the same address family hosted on the same network must all participate in the same address scope.",
  );
}
