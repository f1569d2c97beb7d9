/** The networks of the API. */
import type { Json } from "../attribute.ts";
import { EXTERNAL } from "../rbac/model.ts";
import { sharedIds } from "../rbac/shared.ts";
import type { Call } from "../resource.ts";
import { storedResource } from "../stored.ts";
import { type Network, networks } from "./model.ts";
import { networkAttributes, networkPolicy } from "./network-attributes.ts";
import { networkViews } from "./network-view.ts";
import { createNetwork, deleteNetwork, updateNetwork } from "./networks.ts";

const stored = storedResource<Network>({
  name: "network",
  plural: "networks",
  title: "Network",
  rows: networks,
  attributes: networkAttributes,
  policy: networkPolicy,
  quota: "network",
  tagged: true,
  sees: sharedOrExternal,
  views: networkViews,
  create: createNetwork,
  update: updateNetwork,
  remove: deleteNetwork,
});

export const networkResource = {
  ...stored,
  /** Every network says so when it is made, only external ones later: neutron/extensions/external_net.py, auto_allocate/db.py */
  async create(...args: Parameters<NonNullable<typeof stored.create>>): Promise<Json> {
    return { is_default: false, ...(await stored.create?.(...args)) };
  },
};

async function sharedOrExternal(call: Call): Promise<(network: Network) => boolean> {
  const shared = await sharedIds(call, "network");
  const external = await sharedIds(call, "network", EXTERNAL);
  return ({ id }) => shared.has(id) || external.has(id);
}
