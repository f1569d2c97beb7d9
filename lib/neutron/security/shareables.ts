/** Groups that other projects use. Source: neutron/objects/{securitygroup,address_group}.py. */
import { ports } from "../core/model.ts";
import { SHARED } from "../rbac/model.ts";
import { policyInUse } from "../rbac/refusals.ts";
import type { Shareable } from "../resource.ts";
import { addressGroups } from "./address-group-model.ts";
import { securityGroupRules, securityGroups } from "./model.ts";

export const securityGroupShareable: Shareable = {
  objectType: "security_group",
  rows: securityGroups,
  actions: [SHARED],
  async users(call, id) {
    const members = await ports.list(call.reader, { keys: { security_group_id: id } });
    return new Set(members.map((port) => port.project_id));
  },
  inUse: (policy) => policyInUse(policy),
};

export const addressGroupShareable: Shareable = {
  objectType: "address_group",
  rows: addressGroups,
  actions: [SHARED],
  async users(call, id) {
    const rules = await securityGroupRules.list(call.reader, { keys: { remote_address_group_id: id } });
    return new Set(rules.map((rule) => rule.project_id));
  },
  inUse: (policy) => policyInUse(policy),
};
