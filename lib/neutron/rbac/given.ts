/** Whether a policy's change gives its reader an object, or takes one from him. */
import type { Context } from "../../identity/context.ts";
import type { StoreEvent } from "../../store/store.ts";
import { EVERYBODY, type RbacPolicy } from "./model.ts";

/** @param event of an RBAC policy. Administrators and the object's owner see it without one. */
export function givesOrTakes(context: Context, event: StoreEvent): boolean {
  if (context.isAdmin || event.project_id === context.projectId) return false;
  return [event.before, event.after].some((row) => {
    const policy = row as RbacPolicy | null; // What its collection wrote.
    return policy !== null && (policy.target_project === EVERYBODY || policy.target_project === context.projectId);
  });
}
