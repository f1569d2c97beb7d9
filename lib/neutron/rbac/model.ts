/** RBAC policies: an object given to another project, or to all. Source: neutron/db/rbac_db_models.py. */
import { Collection } from "../../store/collection.ts";

export const SHARED = "access_as_shared";
export const EXTERNAL = "access_as_external";
/** All projects. */
export const EVERYBODY = "*";

export interface RbacPolicy {
  readonly id: string;
  readonly project_id: string;
  /** `network`, `qos_policy`, `security_group`, `address_scope`, `subnetpool`, `address_group`. */
  readonly object_type: string;
  readonly object_id: string;
  readonly action: string;
  /** A project's id, or EVERYBODY. Clients call it target_tenant, too. */
  readonly target_project: string;
}

export const rbacPolicies = new Collection<RbacPolicy>("rbac_policy", {
  keys: {
    object_id: (p) => p.object_id,
    grant: (p) => grantKey(p.object_type, p.action, p.target_project),
  },
  unique: { entry: (p) => entryKey(p.object_type, p.object_id, p.action, p.target_project) },
});

/** What a project looks up to learn what it was given. */
export function grantKey(objectType: string, action: string, target: string): string {
  return `${objectType}/${action}/${target}`;
}

export function entryKey(objectType: string, objectId: string, action: string, target: string): string {
  return `${objectType}/${objectId}/${action}/${target}`;
}
