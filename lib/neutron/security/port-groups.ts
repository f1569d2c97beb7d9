/** Which groups a port is in. Source: neutron/db/securitygroups_db.py. */
import { conflict } from "../errors.ts";
import { mayUse } from "../rbac/shared.ts";
import type { Change } from "../resource.ts";
import { ensureDefaultGroup } from "./default-group.ts";
import { type SecurityGroup, securityGroups } from "./model.ts";
import { groupNotFound } from "./refusals.ts";

/**
 * Ids for a port of `projectId`. Ports that are trusted (of DHCP servers, routers, …) have none: do not ask for them.
 * @param requested undefined: the project's default group
 */
export async function groupsForPort(
  change: Change,
  projectId: string,
  requested: readonly string[] | undefined,
): Promise<string[]> {
  if (requested === undefined) return [(await ensureDefaultGroup(change, projectId)).id];
  const groups: SecurityGroup[] = [];
  const missing: string[] = [];
  for (const id of new Set(requested)) {
    const group = await securityGroups.get(change.reader, id);
    if (group && (await mayUse(change, "security_group", group, projectId))) groups.push(group);
    else missing.push(id);
  }
  if (missing.length > 0) throw groupNotFound(missing.join(", "));
  if (new Set(groups.map((group) => group.stateful)).size > 1)
    throw conflict(
      "SecurityGroupConflict",
      "Error Cannot apply both stateful and stateless security groups on the same port at the same time while attempting the operation.",
    );
  return groups.map((group) => group.id);
}
