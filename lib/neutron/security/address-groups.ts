/** Address groups: networks that rules name together. Source: neutron/db/address_group_db.py, neutron/conf/policies/address_group.py. */
import { networkBase, parseCidr } from "../../net/address.ts";
import type { Json, Values } from "../attribute.ts";
import { parseAttribute } from "../attribute.ts";
import { conflict, httpBadRequest, NeutronError } from "../errors.ts";
import { writtenCidr } from "../kind/address.ts";
import { bool, type Kind, repr, text, uniqueList } from "../kind/kind.ts";
import { anyone, owner } from "../policy.ts";
import { sharedIds } from "../rbac/shared.ts";
import type { Action, Change } from "../resource.ts";
import { idAttribute, nameAttribute, ownerAttributes, save, standard, standardAttributes } from "../standard.ts";
import { plainView, storedResource } from "../stored.ts";
import { type AddressGroup, addressGroups } from "./address-group-model.ts";
import { securityGroupRules } from "./model.ts";
import { addressGroupNotFound } from "./refusals.ts";

const networks = uniqueList(writtenCidr);
/** type:subnet_list after convert_none_to_empty_list. */
const addressList: Kind<string[]> = { parse: (value) => networks.parse(value ?? []) };

const attributes = {
  id: idAttribute,
  name: nameAttribute,
  description: { kind: text(1024), post: true, put: true, default: "", filter: true, sort: true },
  ...ownerAttributes,
  addresses: { kind: addressList, post: true, default: [] as string[] },
  shared: { kind: bool, visible: false },
  created_at: standardAttributes.created_at,
  updated_at: standardAttributes.updated_at,
  revision_number: standardAttributes.revision_number,
};

/** Adds or removes addresses, all or none. */
function addressAction(name: string, changed: (group: AddressGroup, given: string[]) => string[]): Action {
  return {
    method: "PUT",
    rule: owner,
    policyName: "update_address_group",
    async run(change, id, body) {
      const group = await addressGroups.get(change.reader, id);
      if (!group) throw addressGroupNotFound(id);
      if (body?.addresses === undefined) throw httpBadRequest(`Unable to find 'addresses' in request body of ${name}`);
      const given = canonical(parseAttribute("addresses", addressList, body.addresses));
      const saved = await save(change, addressGroups, group, { addresses: changed(group, given) });
      return { address_group: view(saved) };
    },
  };
}

export const addressGroupResource = storedResource<AddressGroup>({
  name: "address_group",
  plural: "address_groups",
  title: "Address group",
  missing: addressGroupNotFound,
  rows: addressGroups,
  attributes,
  policy: { create: owner, get: anyone, update: owner, remove: owner },
  also: async (call) => ({ ids: [...(await sharedIds(call, "address_group"))] }),
  views: (_call, rows) => rows.map(view),
  create: createAddressGroup,
  update: (change, row, values) => save(change, addressGroups, row, values),
  async remove(change, row) {
    const keys = { remote_address_group_id: row.id };
    if ((await securityGroupRules.count(change.reader, { keys })) > 0)
      throw conflict("AddressGroupInUse", `Address group ${row.id} is in use on one or more security group rules.`);
    await addressGroups.remove(change.tx, row.id);
  },
  actions: {
    add_addresses: addressAction("add_addresses", (group, given) => {
      const known = given.filter((one) => group.addresses.includes(one));
      if (known.length === 0) return [...group.addresses, ...given];
      throw new NeutronError(
        "bad-request",
        "AddressesAlreadyExist",
        `Addresses ${repr(known)} already exist in the address group ${group.id}.`,
      );
    }),
    remove_addresses: addressAction("remove_addresses", (group, given) => {
      const unknown = given.filter((one) => !group.addresses.includes(one));
      if (unknown.length === 0) return group.addresses.filter((one) => !given.includes(one));
      throw new NeutronError(
        "not-found",
        "AddressesNotFound",
        `Addresses ${repr(unknown)} not found in the address group ${group.id}.`,
      );
    }),
  },
});

function createAddressGroup(change: Change, json: Json): Promise<AddressGroup> {
  const values = json as Values<typeof attributes>; // Read by that table.
  const addresses = canonical(values.addresses);
  return addressGroups.insert(change.tx, { ...standard(change, values), name: values.name, addresses });
}

function view(group: AddressGroup): Json {
  return plainView(group);
}

/** Without bits of hosts, and each once. */
function canonical(addresses: readonly string[]): string[] {
  const bases = addresses.map((text) => {
    const parsed = parseCidr(text);
    return parsed ? `${networkBase(parsed)}/${parsed.prefix}` : text;
  });
  return [...new Set(bases)];
}
