/** Groups and rules as clients see them. Source: neutron/db/securitygroups_db.py. */
import { networkBase, parseCidr } from "../../net/address.ts";
import type { Json } from "../attribute.ts";
import { sharedIds } from "../rbac/shared.ts";
import type { Call } from "../resource.ts";
import { plainView } from "../stored.ts";
import { type SecurityGroup, type SecurityGroupRule, securityGroupRules } from "./model.ts";

export function ruleView(rule: SecurityGroupRule): Json {
  return { ...plainView(rule), normalized_cidr: normalized(rule.remote_ip_prefix) };
}

/** With all rules of each group, whoever made them. */
export async function groupViews(call: Call, groups: readonly SecurityGroup[]): Promise<Json[]> {
  if (groups.length === 0) return [];
  const shared = await sharedIds(call, "security_group");
  const rules = new Map<string, Json[]>(groups.map((group) => [group.id, []]));
  const keys = { security_group_id: groups.map((group) => group.id) };
  for (const rule of await securityGroupRules.list(call.reader, { keys }))
    rules.get(rule.security_group_id)?.push({ ...ruleView(rule), standard_attr_id: rowNumber(rule.id) });
  return groups.map((group) => ({
    ...plainView(group),
    shared: shared.has(group.id),
    security_group_rules: rules.get(group.id) ?? [],
  }));
}

function normalized(prefix: string | null): string | null {
  const parsed = prefix === null ? undefined : parseCidr(prefix);
  return parsed ? `${networkBase(parsed)}/${parsed.prefix}` : null;
}

/** Neutron lets a number of its database through here. Ours has none, but clients expect some number. */
function rowNumber(id: string): number {
  return Number.parseInt(id.slice(0, 7), 16);
}
