/** Address scopes: where addresses of subnet pools do not overlap. Source: neutron/db/address_scope_db.py, neutron/conf/policies/address_scope.py. */
import { Collection } from "../../store/collection.ts";
import type { Json, Values } from "../attribute.ts";
import { conflict } from "../errors.ts";
import { bool, integer, oneOf } from "../kind/kind.ts";
import { adminOnly, anyone, owner } from "../policy.ts";
import type { Change } from "../resource.ts";
import { idAttribute, nameAttribute, ownerAttributes, type Standard, save, standard } from "../standard.ts";
import { storedResource } from "../stored.ts";

export interface AddressScope extends Standard {
  readonly name: string;
  readonly ip_version: 4 | 6;
  readonly shared: boolean;
}

export const addressScopes = new Collection<AddressScope>("address_scope");

const attributes = {
  id: idAttribute,
  name: nameAttribute,
  ...ownerAttributes,
  ip_version: { kind: { ...oneOf([4, 6]), filter: integer().filter }, post: true, filter: true, sort: true },
  shared: { kind: bool, post: true, put: true, default: false, filter: true, sort: true },
};

export const addressScopeResource = storedResource<AddressScope>({
  name: "address_scope",
  plural: "address_scopes",
  title: "Address scope",
  rows: addressScopes,
  attributes,
  policy: {
    create: anyone,
    get: (call, target) => owner(call, target) || target.shared === true,
    update: owner,
    remove: owner,
    attributes: { shared: { create: adminOnly, update: adminOnly } },
  },
  sees: async () => (row) => row.shared,
  create: createScope,
  update: async (change, row, values) => {
    if (row.shared && values.shared === false)
      throw conflict(
        "AddressScopeUpdateError",
        `Unable to update address scope ${row.id} : Shared address scope can't be unshared.`,
      );
    return save(change, addressScopes, row, values);
  },
  remove: async (change, row) => {
    await addressScopes.remove(change.tx, row.id);
  },
});

function createScope(change: Change, json: Json): Promise<AddressScope> {
  const values = json as Values<typeof attributes>; // Read by that table.
  const { name, ip_version, shared } = values;
  return addressScopes.insert(change.tx, { ...standard(change, values), name, ip_version, shared });
}
