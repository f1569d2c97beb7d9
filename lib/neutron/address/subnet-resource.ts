/** The API of subnets. Source: neutron/conf/policies/subnet.py, neutron/db/db_base_plugin_common.py _make_subnet_dict. */
import type { Json } from "../attribute.ts";
import { networks, type Subnet, subnets } from "../core/model.ts";
import { bool } from "../kind/kind.ts";
import { owner, type Rule } from "../policy.ts";
import { sharedIds } from "../rbac/shared.ts";
import type { Call, Resource } from "../resource.ts";
import { storedResource } from "../stored.ts";
import { createValues, subnetAttributes, updateValues } from "./subnet-attributes.ts";
import { createSubnet, deleteSubnet, updateSubnet } from "./subnets.ts";

/** rule:network_owner. */
const ownerOrNetworkOwner: Rule = async (call, target) => {
  if (await owner(call, target)) return true;
  const network = await networks.get(call.reader, String(target.network_id));
  return network !== undefined && network.project_id === call.context.projectId;
};

const stored = storedResource<Subnet>({
  name: "subnet",
  plural: "subnets",
  title: "Subnet",
  rows: subnets,
  attributes: subnetAttributes,
  quota: "subnet",
  tagged: true,
  policy: {
    create: ownerOrNetworkOwner,
    get: (call, target) => owner(call, target) || target.shared === true,
    update: ownerOrNetworkOwner,
    remove: ownerOrNetworkOwner,
  },
  sees: async (call) => {
    const shared = await sharedIds(call, "network");
    return (subnet) => shared.has(subnet.network_id);
  },
  views: subnetViews,
  create: (change, values) => createSubnet(change, createValues(values)),
  update: (change, row, values) => updateSubnet(change, row, updateValues(values)),
  remove: deleteSubnet,
});

export const subnetResource: Resource = {
  ...stored,
  /** `shared` is the network's: it is asked for, never shown. */
  async list(call, query) {
    const views = await stored.list(call, query);
    const wanted = query.filters.shared?.map((text) => bool.parse(text));
    return wanted ? views.filter((view) => wanted.includes(view.shared === true)) : views;
  },
};

async function subnetViews(call: Call, rows: readonly Subnet[]): Promise<Json[]> {
  const shared = await sharedIds(call, "network");
  return rows.map(({ segment_id, ...row }) => ({
    ...row,
    tenant_id: row.project_id,
    shared: shared.has(row.network_id),
  }));
}
