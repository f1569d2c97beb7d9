import { conflict } from "../errors.ts";
import type { Part, Shareable } from "../resource.ts";
import { QOS_EXTENSIONS } from "./extensions.ts";
import { qosHooks } from "./hooks.ts";
import { QOS_POLICY, qosPolicies } from "./model.ts";
import { policyResource } from "./policies.ts";
import { ruleTypeResource } from "./rule-types.ts";
import { aliasResource, ruleResource } from "./rules.ts";
import { usersOf } from "./usage.ts";

const shareable: Shareable = {
  objectType: QOS_POLICY,
  rows: qosPolicies,
  actions: ["access_as_shared"],
  users: async (call, id) => new Set((await usersOf(call, id)).map((user) => user.projectId)),
  inUse: (policy) =>
    conflict(
      "RbacPolicyInUse",
      `RBAC policy on object ${policy.object_id} cannot be removed because other objects depend on it.\nDetails: project_id=${policy.target_project}`,
    ),
};

export const PART: Part = {
  resources: [
    policyResource,
    ruleTypeResource,
    ruleResource("bandwidth_limit"),
    ruleResource("dscp_marking"),
    ruleResource("minimum_bandwidth"),
    ruleResource("packet_rate_limit"),
    ruleResource("minimum_packet_rate"),
    aliasResource("bandwidth_limit"),
    aliasResource("dscp_marking"),
    aliasResource("minimum_bandwidth"),
    aliasResource("minimum_packet_rate"),
  ],
  extensions: QOS_EXTENSIONS,
  hooks: qosHooks,
  shareables: [shareable],
};
