/** The networks of the API. */
import { EXTERNAL } from "../rbac/model.ts";
import { sharedIds } from "../rbac/shared.ts";
import type { Call } from "../resource.ts";
import { storedResource } from "../stored.ts";
import { type Network, networks } from "./model.ts";
import { networkAttributes, networkPolicy } from "./network-attributes.ts";
import { networkViews } from "./network-view.ts";
import { createNetwork, deleteNetwork, updateNetwork } from "./networks.ts";

export const networkResource = storedResource<Network>({
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

async function sharedOrExternal(call: Call): Promise<(network: Network) => boolean> {
  const shared = await sharedIds(call, "network");
  const external = await sharedIds(call, "network", EXTERNAL);
  return ({ id }) => shared.has(id) || external.has(id);
}
