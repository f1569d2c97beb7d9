/** What happens when subnet pools are created, changed and deleted. Source: neutron/db/db_base_plugin_v2.py. */
import { overlaps, subtractRanges } from "../../net/range.ts";
import type { Json, Values } from "../attribute.ts";
import { subnets } from "../core/model.ts";
import { invalidInput } from "../errors.ts";
import { setShared } from "../rbac/shared.ts";
import type { Change } from "../resource.ts";
import { save, standard } from "../standard.ts";
import type { subnetPoolAttributes } from "./subnetpool-attributes.ts";
import { readLengths, readPrefixes, refused } from "./subnetpool-bounds.ts";
import { compacted, rangesOf, type SubnetPool, subnetPools } from "./subnetpool-model.ts";
import { checkMayUpdate, checkScope } from "./subnetpool-scope.ts";
import { defaultPool } from "./subnetpool-use.ts";

type PoolValues = Values<typeof subnetPoolAttributes>;

export async function createPool(change: Change, json: Json): Promise<SubnetPool> {
  const values = json as PoolValues; // Read by that table.
  const { prefixes, ip_version } = readPrefixes(values.prefixes);
  const pool: SubnetPool = {
    ...standard(change, values),
    name: values.name,
    prefixes,
    ip_version,
    ...readLengths(ip_version, values),
    default_quota: values.default_quota ?? null,
    is_default: values.is_default,
    address_scope_id: values.address_scope_id ?? null,
  };
  if (pool.is_default) await checkOnlyDefault(change, ip_version);
  await checkScope(change, pool);
  await subnetPools.insert(change.tx, pool);
  await setShared(change, "subnetpool", pool, values.shared);
  return pool;
}

export async function updatePool(change: Change, row: SubnetPool, json: Json): Promise<SubnetPool> {
  const { prefixes, ...values } = json as Partial<PoolValues>; // Read by that table.
  const read = readPrefixes(prefixes ?? row.prefixes);
  if (prefixes && subtractRanges(rangesOf(row.prefixes), rangesOf(read.prefixes)).length > 0)
    throw illegalPrefixes("Existing prefixes must be a subset of the new prefixes");
  const pool: SubnetPool = {
    ...row,
    ...read,
    ...readLengths(read.ip_version, { ...row, ...values }),
    name: values.name ?? row.name,
    description: values.description ?? row.description,
    default_quota: values.default_quota ?? row.default_quota,
    is_default: values.is_default ?? row.is_default,
    address_scope_id: values.address_scope_id === undefined ? row.address_scope_id : values.address_scope_id,
  };
  if (pool.is_default && !row.is_default) await checkOnlyDefault(change, pool.ip_version);
  await checkMayUpdate(change, row);
  await checkScope(change, pool);
  return save(change, subnetPools, row, pool);
}

export async function deletePool(change: Change, row: SubnetPool): Promise<void> {
  if ((await subnets.count(change.tx, { keys: { subnetpool_id: row.id } })) > 0)
    throw refused("SubnetPoolDeleteError", "Unable to delete subnet pool: Subnet pool has existing allocations.");
  await subnetPools.remove(change.tx, row.id);
}

export async function addPrefixes(change: Change, row: SubnetPool, prefixes: readonly string[]): Promise<SubnetPool> {
  return updatePool(change, row, { prefixes: [...row.prefixes, ...prefixes] });
}

/** What is not in the pool is passed over; what a subnet has stays. */
export async function removePrefixes(
  change: Change,
  row: SubnetPool,
  prefixes: readonly string[],
): Promise<SubnetPool> {
  const going = rangesOf(prefixes);
  const hits = (other: string) => rangesOf([other]).some((range) => going.some((one) => overlaps(one, range)));
  if (!row.prefixes.some(hits)) return row;
  const taken = await subnets.list(change.tx, { keys: { subnetpool_id: row.id } });
  if (taken.some((subnet) => hits(subnet.cidr)))
    throw illegalPrefixes("One or more the prefixes to be removed is in use by a subnet.");
  const left = subtractRanges(
    rangesOf(row.prefixes),
    going.filter((range) => range.family === row.ip_version),
  );
  return save(change, subnetPools, row, { prefixes: compacted(left) });
}

/** Subnets that were made without a pool become the pool's, as if cut from it. onboard_network_subnets */
export async function onboard(
  change: Change,
  row: SubnetPool,
  networkId: string,
): Promise<{ readonly id: string; readonly cidr: string }[]> {
  const all = await subnets.list(change.tx, { keys: { network_id: networkId } });
  const coming = all.filter((subnet) => subnet.ip_version === row.ip_version);
  const taken = rangesOf((await subnets.list(change.tx, { keys: { subnetpool_id: row.id } })).map((one) => one.cidr));
  for (const { id, cidr } of coming)
    if (rangesOf([cidr]).some((range) => taken.some((one) => overlaps(one, range))))
      throw refused(
        "IllegalSubnetPoolUpdate",
        `Illegal subnetpool update : Onboarding subnet ${id}: ${cidr} conflicts with allocated prefixes in subnet pool ${row.id}.`,
      );
  await updatePool(change, row, { prefixes: [...row.prefixes, ...coming.map((subnet) => subnet.cidr)] });
  for (const subnet of coming) await save(change, subnets, subnet, { subnetpool_id: row.id });
  return coming.map(({ id, cidr }) => ({ id, cidr }));
}

/** As an administrator sees it: there is one for each address family, whoever owns it. */
async function checkOnlyDefault(change: Change, version: number): Promise<void> {
  if (await defaultPool({ ...change, context: { ...change.context, isAdmin: true } }, version))
    throw invalidInput(
      "A default subnetpool for this IP family has already been set. Only one default may exist per IP family",
      "is_default",
    );
}

function illegalPrefixes(reason: string): Error {
  return refused("IllegalSubnetPoolPrefixUpdate", `Illegal update to prefixes: ${reason}.`);
}
