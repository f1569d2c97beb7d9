/** Pools in address scopes. Source: neutron/db/db_base_plugin_v2.py _validate_address_scope_id. */
import { overlaps } from "../../net/range.ts";
import { subnets } from "../core/model.ts";
import { conflict, notFound } from "../errors.ts";
import { sharedIds } from "../rbac/shared.ts";
import type { Change } from "../resource.ts";
import { type AddressScope, addressScopes } from "./scopes.ts";
import { scopeAffinity } from "./subnet-affinity.ts";
import { refused } from "./subnetpool-bounds.ts";
import { rangesOf, type SubnetPool, subnetPools } from "./subnetpool-model.ts";

/** Whether the pool, as it is to be, may be in its scope. */
export async function checkScope(change: Change, pool: SubnetPool): Promise<void> {
  const id = pool.address_scope_id;
  if (id === null) return;
  const scope = await visibleScope(change, id);
  if (scope.ip_version !== pool.ip_version)
    throw refused(
      "IllegalSubnetPoolIpVersionAssociationToAddressScope",
      `Illegal subnetpool association: subnetpool ${pool.id} cannot associate with address scope ${id} because subnetpool ip_version is not ${scope.ip_version}.`,
    );
  await checkNetworks(change, pool);
  const ranges = rangesOf(pool.prefixes);
  for (const other of await subnetPools.list(change.tx, { keys: { address_scope_id: id } }))
    if (other.id !== pool.id && rangesOf(other.prefixes).some((one) => ranges.some((range) => overlaps(one, range))))
      throw conflict(
        "AddressScopePrefixConflict",
        "Failed to associate address scope: subnetpools within an address scope must have unique prefixes.",
      );
}

/** One whose scope is another project's is that project's to change. _check_subnetpool_update_allowed */
export async function checkMayUpdate(change: Change, pool: SubnetPool): Promise<void> {
  if (pool.address_scope_id === null || change.context.isAdmin) return;
  const scope = await visibleScope(change, pool.address_scope_id);
  if (scope.project_id !== change.context.projectId)
    throw refused(
      "IllegalSubnetPoolUpdate",
      `Illegal subnetpool update : subnetpool ${pool.id} cannot be updated when associated with shared address scope ${scope.id}.`,
    );
}

/** No network may be left with subnets of the pool and others of the same family. */
async function checkNetworks(change: Change, pool: SubnetPool): Promise<void> {
  const own = await subnets.list(change.tx, { keys: { subnetpool_id: pool.id } });
  const networks = [...new Set(own.map((subnet) => subnet.network_id))];
  const all = networks.length === 0 ? [] : await subnets.list(change.tx, { keys: { network_id: networks } });
  if (all.some((subnet) => subnet.ip_version === pool.ip_version && subnet.subnetpool_id !== pool.id))
    throw scopeAffinity();
}

async function visibleScope(change: Change, id: string): Promise<AddressScope> {
  const scope = await addressScopes.get(change.tx, id);
  const { isAdmin, projectId } = change.context;
  const visible = scope && (isAdmin || scope.project_id === projectId);
  if (!scope || !(visible || (await sharedIds(change, "address_scope")).has(id)))
    throw notFound("Address scope", id, "AddressScopeNotFound");
  return scope;
}
