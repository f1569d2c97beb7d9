/** Security groups. Source: neutron/db/securitygroups_db.py, neutron/extensions/securitygroup.py, neutron/conf/policies/security_group.py. */
import type { Json, Values } from "../attribute.ts";
import { ports } from "../core/model.ts";
import { conflict } from "../errors.ts";
import { anything, bool, type Kind, text } from "../kind/kind.ts";
import { anyone, owner } from "../policy.ts";
import { sharedIds } from "../rbac/shared.ts";
import type { Change } from "../resource.ts";
import { idAttribute, NAME_SIZE, nameAttribute, ownerAttributes, save, standardAttributes } from "../standard.ts";
import { storedResource } from "../stored.ts";
import { createGroup, ensureDefaultGroup, prepareDefaultGroup } from "./default-group.ts";
import { type SecurityGroup, securityGroupRules, securityGroups } from "./model.ts";
import { groupInUse, groupNotFound } from "./refusals.ts";
import { raiseGroup } from "./rules.ts";
import { groupViews } from "./views.ts";

/** type:name_not_default. */
const groupName: Kind<string> = {
  parse(value) {
    const name = text(NAME_SIZE).parse(value);
    if (name.toLowerCase() !== "default") return name;
    throw conflict("SecurityGroupDefaultAlreadyExists", "Default security group already exists.");
  },
};

const attributes = {
  id: idAttribute,
  name: { ...nameAttribute, kind: groupName },
  stateful: { kind: bool, post: true, put: true, default: true },
  ...ownerAttributes,
  ...standardAttributes,
  security_group_rules: { kind: anything },
  shared: { kind: bool, filter: true },
};

export const groupResource = storedResource<SecurityGroup>({
  name: "security_group",
  plural: "security_groups",
  title: "Security group",
  missing: groupNotFound,
  rows: securityGroups,
  attributes,
  policy: { create: owner, get: anyone, update: owner, remove: owner },
  quota: "security_group",
  tagged: true,
  before: prepareDefaultGroup,
  also: async (call) => ({ ids: [...(await sharedIds(call, "security_group"))] }),
  views: groupViews,
  create: async (change, json) => {
    const values = json as Values<typeof attributes>; // Read by that table.
    const project = String(values.project_id ?? "");
    await ensureDefaultGroup(change, project);
    const { name, description, stateful } = values;
    return createGroup(change, { project_id: project, name, description, stateful, is_default: false });
  },
  update: updateGroup,
  remove: removeGroup,
});

async function updateGroup(change: Change, group: SecurityGroup, values: Json): Promise<SecurityGroup> {
  if (values.stateful !== undefined && values.stateful !== group.stateful && (await isUsed(change, group)))
    throw groupInUse(group.id);
  if (group.name === "default" && values.name !== undefined)
    throw conflict("SecurityGroupCannotUpdateDefault", "Updating default security group not allowed.");
  return save(change, securityGroups, group, values);
}

async function removeGroup(change: Change, group: SecurityGroup): Promise<void> {
  if (await isUsed(change, group)) throw groupInUse(group.id);
  if (group.name === "default" && !change.context.isAdmin)
    throw conflict("SecurityGroupCannotRemoveDefault", "Insufficient rights for removing default security group.");
  const own = await securityGroupRules.list(change.reader, { keys: { security_group_id: group.id } });
  const naming = await securityGroupRules.list(change.reader, { keys: { remote_group_id: group.id } });
  const rules = new Map([...own, ...naming].map((rule) => [rule.id, rule]));
  for (const id of rules.keys()) await securityGroupRules.remove(change.tx, id);
  await securityGroups.remove(change.tx, group.id);
  for (const id of new Set(naming.map((rule) => rule.security_group_id))) await raiseGroup(change, id);
}

async function isUsed(change: Change, group: SecurityGroup): Promise<boolean> {
  return (await ports.count(change.reader, { keys: { security_group_id: group.id } })) > 0;
}
