/** Whom a subnet pool can be given to. Source: neutron/objects/subnetpool.py. */
import { subnetPools } from "../address/subnetpool-model.ts";
import { invalidInput } from "../errors.ts";
import type { Call } from "../resource.ts";
import { isSharedWith } from "./shared.ts";

/** A pool in an address scope goes only to those who have the scope. */
export async function checkPoolScope(call: Call, objectType: string, id: string, target: string): Promise<void> {
  const pool = objectType === "subnetpool" ? await subnetPools.get(call.reader, id) : undefined;
  if (!pool?.address_scope_id) return;
  if (await isSharedWith(call, "address_scope", pool.address_scope_id, target)) return;
  throw invalidInput(
    `Failed to create RBAC policy on object ${id} because target project doesn't have access to associated address scope.`,
  );
}
