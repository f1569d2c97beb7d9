/** HostState and the API's answers → the device graph of one host. No positions here: see layout/. */
import type { DeviceNode, HostGraph } from "../api/http.ts";
import type { HostState } from "../host/state.ts";
import { networkHues } from "../topology/hue.ts";
import { type HostContext, hostContext } from "./context.ts";
import { edgesOf } from "./edges.ts";
import { expectedMissing } from "./expected.ts";
import { guestNodes } from "./guests.ts";
import { byName } from "./layout/sort.ts";
import { namespaceOwner } from "./names.ts";
import { bridgeNodes, linkNodes, ovsPortNodes } from "./nodes.ts";
import { type Cloud, hostSummary } from "./summary.ts";

/** A collected host never changes, so its graph is made once, and goes when the host goes. */
const made = new WeakMap<HostState, { cloud: Cloud; graph: HostGraph }>();

/** Node ids are unique; every edge ends at nodes of the graph. The same host gives the same object: do not change it. */
export function hostGraph(cloud: Cloud, host: HostState): HostGraph {
  const known = made.get(host);
  if (known?.cloud === cloud) return known.graph;
  const graph = buildGraph(cloud, host);
  made.set(host, { cloud, graph });
  return graph;
}

function buildGraph(cloud: Cloud, host: HostState): HostGraph {
  const context = hostContext(cloud, host);
  const drawn = [...bridgeNodes(context), ...linkNodes(context), ...ovsPortNodes(context)];
  const guests = guestNodes(context, drawn);
  const missing = expectedMissing(context, drawn);
  const nodes = unique([...drawn, ...guests.nodes, ...missing]);
  return {
    host: hostSummary(cloud, host),
    nodes,
    edges: edgesOf(context, nodes, guests.plugs),
    gaps: cloud.gaps.filter((gap) => gap.host === host.name),
    networks: networksOf(context, nodes),
    namespaces: namespacesOf(context),
  };
}

function unique(nodes: DeviceNode[]): DeviceNode[] {
  const seen = new Set<string>();
  return nodes.filter((node) => !seen.has(node.id) && seen.add(node.id));
}

/** Networks that have a device here, by name, each with its local VLAN. */
function networksOf(context: HostContext, nodes: DeviceNode[]): HostGraph["networks"] {
  const present = new Set(nodes.map((node) => node.networkId));
  const tags = new Map([...context.vlans].map(([tag, id]) => [id, tag]));
  const hues = networkHues(
    context.cloud.api.networks.map((n) => ({
      id: n.id,
      external: n["router:external"],
      ...(n.created_at !== undefined && { createdAt: n.created_at }),
    })),
  );
  return context.cloud.api.networks
    .filter((network) => present.has(network.id))
    .toSorted((a, b) => byName(a.name, b.name) || byName(a.id, b.id))
    .map((network) => {
      const entry: HostGraph["networks"][number] = { id: network.id, name: network.name || network.id.slice(0, 8) };
      const hue = hues.get(network.id);
      if (hue) entry.hue = hue;
      const type = network["provider:network_type"];
      if (type) entry.type = type;
      const segment = network["provider:segmentation_id"];
      if (typeof segment === "number") entry.segmentationId = segment;
      const tag = tags.get(network.id);
      if (tag !== undefined) entry.localVlan = tag;
      return entry;
    });
}

function namespacesOf(context: HostContext): { name: string; title?: string }[] {
  return context.host.namespaces
    .filter((ns) => ns.name !== "root")
    .map(({ name }) => {
      const served = namespaceOwner(name);
      const object =
        served && (served.kind === "router" ? context.names.routers : context.names.networks).get(served.id);
      return object?.name ? { name, title: object.name } : { name };
    });
}
