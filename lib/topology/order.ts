/** Which networks and routers stand together, from top to bottom. Pure. */
import type { Topology, TopologyNetwork, TopologyRouter } from "../api/http.ts";

/** Routers and the tenant networks that they join; a network without a router is a block of its own. */
export interface Block {
  routers: TopologyRouter[];
  networks: TopologyNetwork[];
}

/**
 * Connected parts of the graph of routers and tenant networks (external networks do not connect: everything would be
 * one part). Blocks with routers come first, then single networks, each in the order of the topology.
 */
export function blocksOf(topology: Topology): Block[] {
  const tenant = topology.networks.filter((network) => !network.external);
  const group = new Map<string, string>(); // union-find: router or network id → parent
  const find = (id: string): string => {
    let root = id;
    for (let next = group.get(root); next !== undefined && next !== root; next = group.get(root)) root = next;
    group.set(id, root);
    return root;
  };
  for (const network of tenant) group.set(network.id, network.id);
  for (const router of topology.routers) {
    group.set(router.id, router.id);
    for (const { networkId } of router.interfaces)
      if (group.has(networkId)) group.set(find(networkId), find(router.id));
  }
  const routers = Map.groupBy(topology.routers, (router) => find(router.id));
  const networks = Map.groupBy(tenant, (network) => find(network.id));
  const blocks = [...new Set([...routers.keys(), ...networks.keys()])].map((root) => ({
    routers: routers.get(root) ?? [],
    networks: networks.get(root) ?? [],
  }));
  return [
    ...blocks.filter((block) => block.routers.length > 0),
    ...blocks.filter((block) => block.routers.length === 0),
  ];
}
