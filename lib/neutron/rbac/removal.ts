/** Whether a policy can go: projects that rely on what it gives must have it by another. Source: neutron/objects/rbac_db.py, neutron/db/db_base_plugin_v2.py. */
import type { Change } from "../resource.ts";
import { EVERYBODY, type RbacPolicy, rbacPolicies } from "./model.ts";

/**
 * Throws when a project relies on `policy` alone.
 * @param next whom the object is given to instead; undefined: nobody
 */
export async function checkTaken(change: Change, policy: RbacPolicy, next: string | undefined): Promise<void> {
  const { action, target_project: target } = policy;
  if (next === target || next === EVERYBODY) return;
  const shareable = change.neutron.shareables.get(policy.object_type);
  const object = await shareable?.rows.get(change.reader, policy.object_id);
  if (!shareable || !object || object.project_id === target) return;
  const all = await rbacPolicies.list(change.reader, { keys: { object_id: policy.object_id } });
  const others = all.filter((one) => one.id !== policy.id && one.action === action).map((one) => one.target_project);
  if (others.includes(EVERYBODY)) return;
  // rbac_db.py alone counts neither the owner nor whom it is given to next.
  const spared = policy.object_type === "network" ? [object.project_id, ...(next === undefined ? [] : [next])] : [];
  const covered = new Set([...others, ...spared]);
  const users = await shareable.users(change, policy.object_id, action);
  const lost = [...users].filter((one) => !covered.has(one) && (target === EVERYBODY || one === target));
  if (lost.length > 0) throw shareable.inUse(policy);
}
