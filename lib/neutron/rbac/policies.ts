/** RBAC policies over the API. Source: neutron/db/rbac_db_mixin.py, neutron/extensions/rbac.py, neutron/conf/policies/rbac.py. */
import { DuplicateError } from "../../store/collection.ts";
import type { Json, Values } from "../attribute.ts";
import { conflict, invalidInput, NeutronError } from "../errors.ts";
import { type Kind, show, text, uuid } from "../kind/kind.ts";
import { anyone, owner } from "../policy.ts";
import type { Change, Shareable } from "../resource.ts";
import { NAME_SIZE, ownerAttributes } from "../standard.ts";
import { storedResource } from "../stored.ts";
import { EVERYBODY, type RbacPolicy, rbacPolicies } from "./model.ts";
import { checkDefaultExternal, reviseNetwork } from "./network-policies.ts";
import { checkTaken } from "./removal.ts";
import { checkPoolScope } from "./subnetpool-policies.ts";

/** convert_valid_object_type; which types there are, the parts of the service say. */
const objectType: Kind<string> = {
  parse(value) {
    if (typeof value !== "string") throw invalidInput(`'${show(value)}' is not a valid RBAC object type`);
    return value.trim().toLowerCase();
  },
};

const given = { post: true, filter: true };

const attributes = {
  id: { kind: uuid, filter: true },
  object_type: { kind: objectType, ...given },
  object_id: { kind: uuid, ...given },
  target_tenant: { kind: text(NAME_SIZE), put: true, ...given },
  action: { kind: text(255), ...given },
  ...ownerAttributes,
};

/** rule:restrict_wildcard: sharing with everybody is an administrator's. */
const restrictWildcard = (_call: unknown, target: Json) => target.target_tenant !== EVERYBODY;

export const rbacPolicyResource = storedResource<RbacPolicy>({
  name: "rbac_policy",
  plural: "rbac_policies",
  title: "RBAC policy",
  missing: (id) =>
    new NeutronError("not-found", "RbacPolicyNotFound", `RBAC policy of type unknown with ID ${id} not found`),
  rows: rbacPolicies,
  attributes,
  policy: {
    create: anyone,
    get: owner,
    update: owner,
    remove: owner,
    attributes: {
      object_type: { create: anyone },
      object_id: { create: anyone },
      target_tenant: { create: restrictWildcard, update: restrictWildcard },
      action: { create: anyone },
    },
  },
  quota: "rbac_policy",
  views: (_call, rows) => rows.map(view),
  create: createPolicy,
  update: updatePolicy,
  async remove(change, policy) {
    await checkDefaultExternal(change, policy, undefined);
    await checkTaken(change, policy, undefined);
    await rbacPolicies.remove(change.tx, policy.id);
    await reviseNetwork(change, policy);
  },
});

function view({ target_project, ...policy }: RbacPolicy): Json {
  return { ...policy, target_tenant: target_project, tenant_id: policy.project_id };
}

async function createPolicy(change: Change, json: Json): Promise<RbacPolicy> {
  const values = json as Values<typeof attributes>; // Read by that table.
  const { object_type, object_id, target_tenant: target_project, action } = values;
  const shareable = change.neutron.shareables.get(object_type);
  if (!shareable) throw invalidInput(`'${object_type}' is not a valid RBAC object type`);
  await needOwnObject(change, shareable, object_id);
  await checkPoolScope(change, object_type, object_id, target_project);
  if (!shareable.actions.includes(action)) throw invalidAction(shareable, action);
  const policy: RbacPolicy = {
    id: change.neutron.newId(),
    project_id: String(values.project_id ?? ""),
    ...{ object_type, object_id, action, target_project },
  };
  await unlessDuplicate(rbacPolicies.insert(change.tx, policy));
  await reviseNetwork(change, policy);
  return policy;
}

async function updatePolicy(change: Change, policy: RbacPolicy, values: Json): Promise<RbacPolicy> {
  const target = values.target_tenant === undefined ? policy.target_project : String(values.target_tenant);
  const shareable = change.neutron.shareables.get(policy.object_type);
  if (shareable) await needOwnObject(change, shareable, policy.object_id);
  await checkDefaultExternal(change, policy, target);
  await checkTaken(change, policy, target);
  const after = { ...policy, target_project: target };
  await unlessDuplicate(rbacPolicies.update(change.tx, after));
  await reviseNetwork(change, after);
  return after;
}

/** Says the same of others' objects as of none, so that nobody learns which there are. */
async function needOwnObject(change: Change, { rows, objectType: type }: Shareable, id: string): Promise<void> {
  const object = await rows.get(change.reader, id);
  const { isAdmin, projectId } = change.context;
  if (isAdmin && !object) throw invalidInput(`${type} ${id} could not be found`);
  const word = type === "network" ? "networks" : "objects";
  if (!isAdmin && (!object || object.project_id !== projectId))
    throw invalidInput(`Only admins can manipulate policies on ${word} they do not own`);
}

function invalidAction({ objectType: type, actions }: Shareable, action: string): NeutronError {
  const names = actions.map((one) => `'${one}'`).join(", ");
  const valid = actions.length === 1 ? `(${names},)` : `(${names})`; // A tuple, as Python prints it.
  return new NeutronError(
    "bad-request",
    "InvalidActionForType",
    `Invalid action '${action}' for object type '${type}'. Valid actions: ${valid}`,
    "action",
  );
}

async function unlessDuplicate(written: Promise<unknown>): Promise<void> {
  try {
    await written;
  } catch (error) {
    if (!(error instanceof DuplicateError)) throw error;
    throw conflict("DuplicateRbacPolicy", "An RBAC policy already exists with those values.");
  }
}
