/** The API of subnet pools. Source: neutron/conf/policies/subnetpool.py, neutron/extensions/{subnetpool_prefix_ops,subnet_onboard}.py. */

import { networks, subnets } from "../core/model.ts";
import { conflict, httpBadRequest, invalidInput, notFound } from "../errors.ts";
import { cidr } from "../kind/address.ts";
import { Invalid } from "../kind/kind.ts";
import { adminOnly, anyone, owner } from "../policy.ts";
import { sharedIds } from "../rbac/shared.ts";
import type { Action, Call, Change, Resource, Shareable } from "../resource.ts";
import { storedResource } from "../stored.ts";
import { subnetPoolAttributes } from "./subnetpool-attributes.ts";
import { type SubnetPool, subnetPools } from "./subnetpool-model.ts";
import { usablePool } from "./subnetpool-use.ts";
import { addPrefixes, createPool, deletePool, onboard, removePrefixes, updatePool } from "./subnetpools.ts";

const stored = storedResource<SubnetPool>({
  name: "subnetpool",
  plural: "subnetpools",
  title: "Subnet pool",
  missingType: "SubnetPoolNotFound",
  rows: subnetPools,
  attributes: subnetPoolAttributes,
  quota: "subnetpool",
  tagged: true,
  policy: {
    create: anyone,
    get: (call, target) => owner(call, target) || target.shared === true,
    update: owner,
    remove: owner,
    attributes: {
      shared: { create: adminOnly },
      is_default: { create: adminOnly, update: adminOnly },
    },
  },
  sees: async (call) => {
    const shared = await sharedIds(call, "subnetpool");
    return (pool) => shared.has(pool.id);
  },
  async views(call, rows) {
    const shared = await sharedIds(call, "subnetpool");
    return rows.map((row) => ({
      ...row,
      tenant_id: row.project_id,
      default_prefixlen: String(row.default_prefixlen),
      min_prefixlen: String(row.min_prefixlen),
      max_prefixlen: String(row.max_prefixlen),
      shared: shared.has(row.id),
    }));
  },
  create: createPool,
  update: updatePool,
  remove: deletePool,
  actions: {
    add_prefixes: prefixAction(addPrefixes),
    remove_prefixes: prefixAction(removePrefixes),
    onboard_network_subnets: {
      method: "PUT",
      rule: owner,
      policyName: "onboard_network_subnets",
      async run(change, id, body) {
        const networkId = body?.network_id;
        if (typeof networkId !== "string") throw invalidInput("network_id must be specified.");
        const network = await networks.get(change.tx, networkId);
        const { isAdmin, projectId } = change.context;
        if (!network || !(isAdmin || network.project_id === projectId)) throw notFound("Network", networkId);
        return onboard(change, await usablePool(change, id), networkId);
      },
    },
  },
});

export const subnetPoolResource: Resource = {
  ...stored,
  /** Of an update alone, Neutron answers prefix lengths as numbers. */
  async update(change, id, values) {
    const view = (await stored.update?.(change, id, values)) ?? {};
    const lengths = ["default_prefixlen", "min_prefixlen", "max_prefixlen"].map((name) => [name, Number(view[name])]);
    return { ...view, ...Object.fromEntries(lengths) };
  },
};

function prefixAction(work: (change: Change, pool: SubnetPool, prefixes: string[]) => Promise<SubnetPool>): Action {
  return {
    method: "PUT",
    rule: owner,
    async run(change, id, body) {
      const given = body?.prefixes;
      if (!Array.isArray(given) || given.length === 0) throw httpBadRequest("Request body contains invalid data");
      const pool = await work(change, await usablePool(change, id), given.map(readPrefix));
      return { prefixes: pool.prefixes };
    },
  };
}

function readPrefix(value: unknown): string {
  try {
    return cidr.parse(value);
  } catch (error) {
    if (error instanceof Invalid) throw httpBadRequest(error.message);
    throw error;
  }
}

/** Given to projects by RBAC policies; those with subnets of the pool rely on it. */
export const subnetPoolShareable: Shareable = {
  objectType: "subnetpool",
  rows: subnetPools,
  actions: ["access_as_shared"],
  async users(call: Call, id: string) {
    const all = await subnets.list(call.reader, { keys: { subnetpool_id: id } });
    return new Set(all.map((subnet) => subnet.project_id));
  },
  inUse: (policy) =>
    conflict(
      "RbacPolicyInUse",
      `RBAC policy on object ${policy.object_id} cannot be removed because other objects depend on it.\nDetails: project_id=${policy.target_project}`,
    ),
};
