/** Pools as others find them. */

import { notFound } from "../errors.ts";
import { sharedIds } from "../rbac/shared.ts";
import type { Call } from "../resource.ts";
import { type SubnetPool, subnetPools } from "./subnetpool-model.ts";

/** One's own, or one that is shared with one. @throws SubnetPoolNotFound */
export async function usablePool(call: Call, id: string): Promise<SubnetPool> {
  const pool = await subnetPools.get(call.reader, id);
  if (!pool || !(await isVisible(call, pool))) throw notFound("Subnet pool", id, "SubnetPoolNotFound");
  return pool;
}

/** The one default pool of an address family, where the caller may see it. */
export async function defaultPool(call: Call, version: number): Promise<SubnetPool | undefined> {
  const defaults = await subnetPools.list(call.reader, { keys: { is_default: "true" } });
  for (const pool of defaults) if (pool.ip_version === version && (await isVisible(call, pool))) return pool;
  return undefined;
}

async function isVisible(call: Call, pool: SubnetPool): Promise<boolean> {
  const { isAdmin, projectId } = call.context;
  return isAdmin || pool.project_id === projectId || (await sharedIds(call, "subnetpool")).has(pool.id);
}
