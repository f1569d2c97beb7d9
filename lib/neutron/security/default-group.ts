/** Each project has a default group, made when it is first needed. Source: neutron/db/securitygroups_db.py. */
import type { Call, Change, ListQuery } from "../resource.ts";
import { standard } from "../standard.ts";
import { type SecurityGroup, securityGroupRules, securityGroups } from "./model.ts";

const ETHERTYPES = ["IPv4", "IPv6"] as const;

export async function ensureDefaultGroup(change: Change, projectId: string): Promise<SecurityGroup> {
  const id = await securityGroups.holder(change.reader, "default_of", projectId);
  const found = id === undefined ? undefined : await securityGroups.get(change.reader, id);
  if (found) return found;
  return createGroup(change, {
    project_id: projectId,
    name: "default",
    description: "Default security group",
    stateful: true,
    is_default: true,
  });
}

type NewGroup = Pick<SecurityGroup, "project_id" | "name" | "description" | "stateful" | "is_default">;

/** A group with the rules that every group begins with: all out, and among members of a default group all in. */
export async function createGroup(change: Change, values: NewGroup): Promise<SecurityGroup> {
  await change.neutron.quota.need(change, "security_group_rule", values.project_id, values.is_default ? 4 : 2);
  // Its own rules have raised the revision once.
  const group = { ...standard(change, values), ...values, revision_number: 1 };
  await securityGroups.insert(change.tx, group);
  for (const ethertype of ETHERTYPES) {
    if (values.is_default) await addRule(change, group, "ingress", ethertype, group.id);
    await addRule(change, group, "egress", ethertype, null);
  }
  return group;
}

async function addRule(
  change: Change,
  group: SecurityGroup,
  direction: "ingress" | "egress",
  ethertype: "IPv4" | "IPv6",
  from: string | null,
): Promise<void> {
  await securityGroupRules.insert(change.tx, {
    ...standard(change, { project_id: group.project_id }),
    description: null,
    security_group_id: group.id,
    direction,
    ethertype,
    protocol: null,
    port_range_min: null,
    port_range_max: null,
    remote_ip_prefix: null,
    remote_group_id: from,
    remote_address_group_id: null,
  });
}

/** Who lists groups or rules for the first time finds the default group there, too. */
export async function prepareDefaultGroup(call: Call, query: ListQuery): Promise<void> {
  const { projectId, isAdmin } = call.context;
  const wanted = query.filters.project_id?.[0] ?? projectId;
  if (!projectId || !wanted || (wanted !== projectId && !isAdmin)) return;
  if ((await securityGroups.holder(call.reader, "default_of", wanted)) !== undefined) return;
  await call.neutron.change(call.context, (change) => ensureDefaultGroup(change, wanted));
}
