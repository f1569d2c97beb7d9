/**
 * Who an object is shared with. `shared` of a view is relative to who asks: true when a policy gives the object to all
 * projects or to the caller's own, even for its owner and for an administrator. Source: neutron/objects/rbac_db.py.
 */
import type { Call, Change } from "../resource.ts";
import { EVERYBODY, EXTERNAL, entryKey, grantKey, type RbacPolicy, rbacPolicies, SHARED } from "./model.ts";
import { checkTaken } from "./removal.ts";

export interface Owned {
  readonly id: string;
  readonly project_id: string;
}

/** Ids of the objects that are shared to the caller's project or to all: those whose views say `shared: true`. */
export async function sharedIds(call: Call, objectType: string, action = SHARED): Promise<Set<string>> {
  const targets = [EVERYBODY, ...(call.context.projectId === null ? [] : [call.context.projectId])];
  const grant = targets.map((target) => grantKey(objectType, action, target));
  const found = await rbacPolicies.list(call.reader, { keys: { grant } });
  return new Set(found.map((policy) => policy.object_id));
}

/** Whether this object is given to this project or to all. */
export async function isSharedWith(call: Call, objectType: string, id: string, projectId: string): Promise<boolean> {
  for (const target of [EVERYBODY, projectId])
    if (await rbacPolicies.holder(call.reader, "entry", entryKey(objectType, id, SHARED, target))) return true;
  return false;
}

/** Makes `shared` true or false for all projects. Refuses to take it from projects that rely on it. */
export async function setShared(change: Change, objectType: string, row: Owned, shared: boolean): Promise<void> {
  const id = await rbacPolicies.holder(change.reader, "entry", entryKey(objectType, row.id, SHARED, EVERYBODY));
  if (shared === (id !== undefined)) return;
  if (shared) await give(change, objectType, row, SHARED);
  else if (id !== undefined) {
    const policy = await rbacPolicies.get(change.reader, id);
    if (policy) await checkTaken(change, policy, undefined);
    await rbacPolicies.remove(change.tx, id);
  }
}

/**
 * Gives an external network to all projects, or takes it from everybody. That no router uses it is the caller's to check.
 * Source: neutron/db/external_net_db.py.
 */
export async function setExternal(change: Change, network: Owned, external: boolean): Promise<void> {
  const all = await policiesOf(change, "network", network.id);
  const current = all.filter((policy) => policy.action === EXTERNAL);
  if (external && current.length === 0) await give(change, "network", network, EXTERNAL);
  if (!external) for (const policy of current) await rbacPolicies.remove(change.tx, policy.id);
}

/** Policies of an object that goes go with it. */
export async function forgetPolicies(change: Change, objectType: string, id: string): Promise<void> {
  for (const policy of await policiesOf(change, objectType, id)) await rbacPolicies.remove(change.tx, policy.id);
}

export async function policiesOf(call: Call, objectType: string, id: string): Promise<RbacPolicy[]> {
  const all = await rbacPolicies.list(call.reader, { keys: { object_id: id } });
  return all.filter((policy) => policy.object_type === objectType);
}

async function give(change: Change, objectType: string, row: Owned, action: string): Promise<void> {
  await rbacPolicies.insert(change.tx, {
    id: change.neutron.newId(),
    project_id: row.project_id,
    object_type: objectType,
    object_id: row.id,
    action,
    target_project: EVERYBODY,
  });
}

/** Whether an object may be used for one of `projectId`: its own, or shared with it; an administrator may mix all. */
export async function mayUse(call: Call, objectType: string, row: Owned, projectId: string): Promise<boolean> {
  return call.context.isAdmin || row.project_id === projectId || isSharedWith(call, objectType, row.id, projectId);
}
