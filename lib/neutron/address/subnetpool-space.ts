/** Cutting subnets from pools. Source: neutron/ipam/subnet_alloc.py. */
import { parseCidr } from "../../net/address.ts";
import { cidrsOf, covers, type IpRange, ipText, networkRange, subtractRanges } from "../../net/range.ts";
import { subnets } from "../core/model.ts";
import { conflict, NeutronError } from "../errors.ts";
import type { Change } from "../resource.ts";
import { rangesOf, type SubnetPool } from "./subnetpool-model.ts";

/** Quotas count addresses of IPv4, and /64 networks of IPv6. */
const QUOTA_UNIT = { 4: 32, 6: 64 } as const;

/** The first network of this length in the smallest free piece that holds one. */
export async function anyNetwork(change: Change, pool: SubnetPool, projectId: string, prefix: number): Promise<string> {
  await checkAllowed(change, pool, projectId, prefix);
  const pieces = (await freeSpace(change, pool)).flatMap(cidrsOf).toSorted((a, b) => b.prefix - a.prefix);
  const piece = pieces.find((one) => one.prefix <= prefix);
  if (!piece) throw notAllocated(`Insufficient prefix space to allocate subnet size /${prefix}`);
  return `${ipText(pool.ip_version, piece.base)}/${prefix}`;
}

export async function takeNetwork(change: Change, pool: SubnetPool, projectId: string, cidr: string): Promise<void> {
  await checkAllowed(change, pool, projectId, parseCidr(cidr)?.prefix ?? 0);
  const wanted = networkRange(cidr);
  if (!(await freeSpace(change, pool)).some((free) => covers(free, wanted)))
    throw notAllocated("Cannot allocate requested subnet from the available set of prefixes");
}

async function freeSpace(change: Change, pool: SubnetPool): Promise<IpRange[]> {
  const taken = await subnets.list(change.tx, { keys: { subnetpool_id: pool.id } });
  return subtractRanges(rangesOf(pool.prefixes), rangesOf(taken.map((subnet) => subnet.cidr)));
}

async function checkAllowed(change: Change, pool: SubnetPool, projectId: string, prefix: number): Promise<void> {
  if (prefix > pool.max_prefixlen) throw tooShortOrLong("Max", "maximum", prefix, pool.max_prefixlen);
  if (prefix < pool.min_prefixlen) throw tooShortOrLong("Min", "minimum", prefix, pool.min_prefixlen);
  if (!pool.default_quota) return;
  const all = await subnets.list(change.tx, { keys: { subnetpool_id: pool.id } });
  const units = (length: number) => 2 ** (QUOTA_UNIT[pool.ip_version] - length);
  const used = all
    .filter((subnet) => subnet.project_id === projectId)
    .reduce((sum, subnet) => sum + units(parseCidr(subnet.cidr)?.prefix ?? 0), 0);
  if (used + units(prefix) > pool.default_quota)
    throw conflict("SubnetPoolQuotaExceeded", "Per-tenant subnet pool prefix quota exceeded.");
}

function tooShortOrLong(type: string, word: string, prefix: number, bound: number): NeutronError {
  return new NeutronError(
    "bad-request",
    `${type}PrefixSubnetAllocationError`,
    `Unable to allocate subnet with prefix length ${prefix}, ${word} allowed prefix is ${bound}.`,
  );
}

/** Neutron answers 500 to this one, which says nothing; that there is no space is a conflict. */
function notAllocated(reason: string): NeutronError {
  return conflict("SubnetAllocationError", `Failed to allocate subnet: ${reason}.`);
}
