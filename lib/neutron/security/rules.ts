/** Rules of security groups. Source: neutron/db/securitygroups_db.py, neutron/conf/policies/security_group.py. */
import type { Json, Values } from "../attribute.ts";
import { conflict } from "../errors.ts";
import { anyone, owner } from "../policy.ts";
import { mayUse } from "../rbac/shared.ts";
import type { Change } from "../resource.ts";
import { raiseRevision, standard } from "../standard.ts";
import { storedResource } from "../stored.ts";
import { addressGroups } from "./address-group-model.ts";
import { prepareDefaultGroup } from "./default-group.ts";
import { type SecurityGroupRule, securityGroupRules, securityGroups } from "./model.ts";
import { addressGroupNotFound, groupNotFound, invalidValue, ruleNotFound } from "./refusals.ts";
import { ruleAttributes } from "./rule-attributes.ts";
import { checkedRule, ruleKey } from "./rule-checks.ts";
import { ruleView } from "./views.ts";

export const ruleResource = storedResource<SecurityGroupRule>({
  name: "security_group_rule",
  plural: "security_group_rules",
  title: "Security group rule",
  missing: ruleNotFound,
  rows: securityGroupRules,
  attributes: ruleAttributes,
  policy: { create: owner, get: anyone, remove: owner },
  quota: "security_group_rule",
  checkBulk: checkTogether,
  hides: true,
  before: prepareDefaultGroup,
  /** Rules that others made in the caller's groups. */
  also: async (call) => {
    const { projectId } = call.context;
    const own = projectId === null ? [] : await securityGroups.list(call.reader, { projectIds: [projectId] });
    return { keys: { security_group_id: own.map((group) => group.id) } };
  },
  views: (_call, rules) => rules.map(ruleView),
  create: createRule,
  remove: async (change, rule) => {
    await securityGroupRules.remove(change.tx, rule.id);
    await raiseGroup(change, rule.security_group_id);
  },
});

/** Rules that are made together belong to one group and project, and no two say the same. */
function checkTogether(items: readonly Json[]): void {
  const all = items as readonly Values<typeof ruleAttributes>[]; // Read by that table.
  if (new Set(all.map((one) => one.security_group_id)).size > 1)
    throw invalidValue(
      "SecurityGroupNotSingleGroupRules",
      "Only allowed to update rules for one security profile at a time",
    );
  if (new Set(all.map((one) => one.project_id)).size > 1)
    throw invalidValue(
      "SecurityGroupRulesNotSingleTenant",
      "Multiple tenant_ids in bulk security group rule create not allowed",
    );
  const keys = all.map((one) => ruleKey(checkedRule(one)));
  if (new Set(keys).size < keys.length)
    throw conflict("DuplicateSecurityGroupRuleInPost", "Duplicate Security Group Rule in POST.");
}

async function createRule(change: Change, json: Json): Promise<SecurityGroupRule> {
  const values = json as Values<typeof ruleAttributes>; // Read by that table.
  const { security_group_id, direction, ethertype, protocol, port_range_min, port_range_max } = values;
  const { remote_ip_prefix, remote_group_id, remote_address_group_id } = values;
  const rule = checkedRule({
    ...standard(change, values),
    ...{ security_group_id, direction, ethertype, protocol, port_range_min, port_range_max },
    ...{ remote_ip_prefix, remote_group_id, remote_address_group_id },
  });
  await checkReferences(change, rule);
  const key = ruleKey(rule);
  const others = await securityGroupRules.list(change.reader, { keys: { security_group_id } });
  const same = others.find((one) => ruleKey(one) === key);
  if (same) throw conflict("SecurityGroupRuleExists", `Security group rule already exists. Rule id is ${same.id}.`);
  await securityGroupRules.insert(change.tx, rule);
  await raiseGroup(change, security_group_id);
  return rule;
}

/** Its own group and those that it names must be of its project, or shared with it. */
async function checkReferences(change: Change, rule: SecurityGroupRule): Promise<void> {
  await needGroup(change, rule.remote_group_id, rule.project_id);
  const id = rule.remote_address_group_id;
  const addressGroup = id === null ? undefined : await addressGroups.get(change.reader, id);
  if (id !== null && !(addressGroup && (await mayUse(change, "address_group", addressGroup, rule.project_id))))
    throw addressGroupNotFound(id);
  await needGroup(change, rule.security_group_id, rule.project_id);
}

async function needGroup(change: Change, id: string | null, projectId: string): Promise<void> {
  if (id === null) return;
  const group = await securityGroups.get(change.reader, id);
  if (!group || !(await mayUse(change, "security_group", group, projectId))) throw groupNotFound(id);
}

export async function raiseGroup(change: Change, id: string): Promise<void> {
  const group = await securityGroups.get(change.reader, id);
  if (group) await raiseRevision(change, securityGroups, group);
}
