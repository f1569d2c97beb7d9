/** What RBAC refuses. Source: neutron/extensions/rbac.py. */
import { conflict, type NeutronError } from "../errors.ts";
import type { RbacPolicy } from "./model.ts";

export function policyInUse(policy: RbacPolicy, details = `project_id=${policy.target_project}`): NeutronError {
  return conflict(
    "RbacPolicyInUse",
    `RBAC policy on object ${policy.object_id} cannot be removed because other objects depend on it.\nDetails: ${details}`,
  );
}
