/** Address scopes: where addresses of subnet pools do not overlap. Source: neutron/db/address_scope_db.py, neutron/conf/policies/address_scope.py. */
import { Collection } from "../../store/collection.ts";
import type { Json, Values } from "../attribute.ts";
import { conflict, NeutronError } from "../errors.ts";
import { bool, integer, oneOf } from "../kind/kind.ts";
import { adminOnly, anyone, owner } from "../policy.ts";
import { setShared, sharedIds } from "../rbac/shared.ts";
import type { Call, Change, Shareable } from "../resource.ts";
import { idAttribute, nameAttribute, ownerAttributes, type Standard, save, standard } from "../standard.ts";
import { storedResource } from "../stored.ts";
import { subnetPools } from "./subnetpool-model.ts";

export interface AddressScope extends Standard {
  readonly name: string;
  readonly ip_version: 4 | 6;
}

export const addressScopes = new Collection<AddressScope>("address_scope");

const attributes = {
  id: idAttribute,
  name: nameAttribute,
  ...ownerAttributes,
  ip_version: {
    kind: { ...integer(), parse: (value: unknown) => oneOf([4, 6]).parse(integer().parse(value)) },
    post: true,
    filter: true,
    sort: true,
  },
  shared: { kind: bool, post: true, put: true, default: false, filter: true, sort: true },
};

export const addressScopeResource = storedResource<AddressScope>({
  name: "address_scope",
  plural: "address_scopes",
  title: "Address scope",
  missingType: "AddressScopeNotFound",
  rows: addressScopes,
  attributes,
  policy: {
    create: anyone,
    get: (call, target) => owner(call, target) || target.shared === true,
    update: owner,
    remove: owner,
    attributes: { shared: { create: adminOnly, update: adminOnly } },
  },
  sees: async (call) => {
    const shared = await sharedIds(call, "address_scope");
    return (scope) => shared.has(scope.id);
  },
  async views(call, rows) {
    const shared = await sharedIds(call, "address_scope");
    return rows.map((row) => ({ ...row, tenant_id: row.project_id, shared: shared.has(row.id) }));
  },
  create: createScope,
  update: updateScope,
  async remove(change, row) {
    if ((await subnetPools.count(change.tx, { keys: { address_scope_id: row.id } })) > 0)
      throw conflict(
        "AddressScopeInUse",
        `Unable to complete operation on address scope ${row.id}. There are one or more subnet pools in use on the address scope.`,
      );
    await addressScopes.remove(change.tx, row.id);
  },
});

/** Given to projects by RBAC policies; those with pools in the scope rely on it. */
export const addressScopeShareable: Shareable = {
  objectType: "address_scope",
  rows: addressScopes,
  actions: ["access_as_shared"],
  async users(call: Call, id: string) {
    const pools = await subnetPools.list(call.reader, { keys: { address_scope_id: id } });
    return new Set(pools.map((pool) => pool.project_id));
  },
  inUse: (policy) =>
    conflict(
      "RbacPolicyInUse",
      `RBAC policy on object ${policy.object_id} cannot be removed because other objects depend on it.\nDetails: project_id=${policy.target_project}`,
    ),
};

async function createScope(change: Change, json: Json): Promise<AddressScope> {
  const values = json as Values<typeof attributes>; // Read by that table.
  const scope = await addressScopes.insert(change.tx, {
    ...standard(change, values),
    name: values.name,
    ip_version: values.ip_version,
  });
  await setShared(change, "address_scope", scope, values.shared);
  return scope;
}

async function updateScope(change: Change, row: AddressScope, json: Json): Promise<AddressScope> {
  const { shared, ...values } = json as Partial<Values<typeof attributes>>; // Read by that table.
  if (shared === false && (await sharedIds(change, "address_scope")).has(row.id))
    throw new NeutronError(
      "bad-request",
      "AddressScopeUpdateError",
      `Unable to update address scope ${row.id} : Shared address scope can't be unshared.`,
    );
  if (shared) await setShared(change, "address_scope", row, true);
  return save(change, addressScopes, row, values.name === undefined ? {} : { name: values.name });
}
