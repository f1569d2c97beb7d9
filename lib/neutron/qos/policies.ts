/** QoS policies. Source: neutron/services/qos/qos_plugin.py, neutron/objects/qos/policy.py, neutron/conf/policies/qos.py. */
import { DuplicateError } from "../../store/collection.ts";
import type { Json, Values } from "../attribute.ts";
import { badRequest } from "../errors.ts";
import { anything, bool } from "../kind/kind.ts";
import { adminOnly, anyone } from "../policy.ts";
import { forgetPolicies, setShared, sharedIds } from "../rbac/shared.ts";
import type { Call, Change } from "../resource.ts";
import { idAttribute, nameAttribute, ownerAttributes, save, standard, standardAttributes } from "../standard.ts";
import { plainView, storedResource } from "../stored.ts";
import { defaultExists, policyInUse, policyNotFound } from "./errors.ts";
import { QOS_POLICY, type QosPolicy, type QosRule, qosPolicies } from "./model.ts";
import { usersOf } from "./usage.ts";

const attributes = {
  id: idAttribute,
  name: nameAttribute,
  ...ownerAttributes,
  shared: { kind: bool, post: true, put: true, default: false, filter: true },
  is_default: { kind: bool, post: true, put: true, default: false, filter: true },
  rules: { kind: anything },
  ...standardAttributes,
};

export const policyResource = storedResource<QosPolicy>({
  name: "policy",
  plural: "policies",
  path: "qos/policies",
  title: "QoS policy",
  missingType: "QosPolicyNotFound",
  rows: qosPolicies,
  attributes,
  tagged: true,
  anyMarker: true,
  policy: { create: adminOnly, get: anyone, update: adminOnly, remove: adminOnly },
  sees: async (call) => {
    const shared = await sharedIds(call, QOS_POLICY);
    return (row) => shared.has(row.id);
  },
  views: async (call, rows) => {
    const shared = await sharedIds(call, QOS_POLICY);
    return rows.map((row) => ({
      ...plainView(row),
      // The default is another's default: QosPolicyDefault is read as the caller may read it.
      is_default: row.is_default && (call.context.isAdmin || row.project_id === call.context.projectId),
      shared: shared.has(row.id),
      rules: row.rules.map((rule) => ruleView(row, rule)),
    }));
  },
  create: createPolicy,
  update: updatePolicy,
  remove: async (change, row) => {
    const [user] = await usersOf(change, row.id);
    if (user) throw policyInUse(row.id, user.kind, user.id);
    await forgetPolicies(change, QOS_POLICY, row.id);
    await qosPolicies.remove(change.tx, row.id);
  },
});

export function ruleView(policy: QosPolicy, rule: QosRule): Json {
  return { ...rule, qos_policy_id: policy.id };
}

/** The policy that the caller may attach to something: his own or a shared one. */
export async function qosPolicyFor(call: Call, id: string): Promise<QosPolicy> {
  const policy = await qosPolicies.get(call.reader, id);
  if (!policy || !(await seesPolicy(call, policy))) throw policyNotFound(id);
  return policy;
}

export async function seesPolicy(call: Call, policy: QosPolicy): Promise<boolean> {
  const { isAdmin, projectId } = call.context;
  return isAdmin || policy.project_id === projectId || (await sharedIds(call, QOS_POLICY)).has(policy.id);
}

/** The policy that new networks of a project get when they name none. */
export async function defaultQosPolicy(call: Call, projectId: string): Promise<string | null> {
  return (await qosPolicies.holder(call.reader, "default_of", projectId)) ?? null;
}

async function createPolicy(change: Change, json: Json): Promise<QosPolicy> {
  const values = json as Values<typeof attributes>; // Read by that table.
  const { name, is_default } = values;
  if (!values.project_id) throw badRequest("QoS policy", 'Must have "policy_id"');
  const row = { ...standard(change, values), name, is_default, rules: [] };
  const policy = await unlessDefaultExists(row, qosPolicies.insert(change.tx, row));
  if (values.shared) await setShared(change, QOS_POLICY, policy, true);
  return policy;
}

async function updatePolicy(change: Change, row: QosPolicy, json: Json): Promise<QosPolicy> {
  const { shared, ...values } = json as Partial<Values<typeof attributes>>; // Read by that table.
  if (shared !== undefined) await setShared(change, QOS_POLICY, row, shared);
  const changes = {
    name: values.name ?? row.name,
    is_default: values.is_default ?? row.is_default,
    description: values.description ?? row.description,
  };
  return unlessDefaultExists(row, save(change, qosPolicies, row, changes));
}

async function unlessDefaultExists<T>(row: QosPolicy, written: Promise<T>): Promise<T> {
  try {
    return await written;
  } catch (error) {
    if (error instanceof DuplicateError && error.field === "default_of") throw defaultExists(row.project_id);
    throw error;
  }
}
