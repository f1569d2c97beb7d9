/** The ports of the API. */
import { notFound } from "../errors.ts";
import { sharedIds } from "../rbac/shared.ts";
import type { Call, Change, Resource } from "../resource.ts";
import { storedResource } from "../stored.ts";
import { type Network, networks, type Port, ports } from "./model.ts";
import { portAttributes, portPolicy } from "./port-attributes.ts";
import { listPorts } from "./port-list.ts";
import { type PortValues, portDefaults } from "./port-values.ts";
import { portViews } from "./port-view.ts";
import { createPort, deletePort, updatePort } from "./ports.ts";

const stored = storedResource<Port>({
  name: "port",
  plural: "ports",
  title: "Port",
  rows: ports,
  attributes: portAttributes,
  policy: portPolicy,
  quota: "port",
  tagged: true,
  sees: ofOwnNetworks,
  views: portViews,
  create: async (change, values) => {
    const given = values as Partial<PortValues> & Pick<PortValues, "project_id" | "network_id">; // Read by that table.
    await checkNetworkSeen(change, given.network_id);
    return createPort(change, portDefaults(given));
  },
  update: (change, port, values) => updatePort(change, port, values as Partial<PortValues>), // Read by that table.
  remove: (change, port) => deletePort(change, port, { byApi: true }),
});

export const portResource: Resource = {
  ...stored,
  list: async (call, query) => portViews(call, await listPorts(call, query)),
};

/** The owner of a network sees all of its ports. */
async function ofOwnNetworks(call: Call): Promise<(port: Port) => boolean> {
  const { projectId } = call.context;
  const own = projectId === null ? [] : await networks.list(call.reader, { projectIds: [projectId] });
  const ids = new Set(own.map((network) => network.id));
  return (port) => ids.has(port.network_id);
}

async function checkNetworkSeen(change: Change, id: string): Promise<void> {
  const network = await networks.get(change.reader, id);
  if (!network || !(await seesNetwork(change, network))) throw notFound("Network", id);
}

async function seesNetwork(call: Call, network: Network): Promise<boolean> {
  if (call.context.isAdmin || network.project_id === call.context.projectId) return true;
  if ((await sharedIds(call, "network")).has(network.id)) return true;
  return (await sharedIds(call, "network", "access_as_external")).has(network.id);
}
