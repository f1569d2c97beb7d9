import type { Topology, TopologyInstance, TopologyNetwork, TopologyRouter } from "../../lib/api/http.ts";

export type CloudObject =
  | { kind: "instance"; value: TopologyInstance }
  | { kind: "network"; value: TopologyNetwork }
  | { kind: "router"; value: TopologyRouter }
  | { kind: "floatingip"; value: Topology["floatingIps"][number] }
  | { kind: "securitygroup"; value: Topology["securityGroups"][number] };

/** The object with this id, of whatever kind. */
export function findObject(topology: Topology, id: string | null): CloudObject | undefined {
  if (id === null) return undefined;
  const has = (one: { id: string }) => one.id === id;
  const instance = topology.instances.find(has);
  if (instance) return { kind: "instance", value: instance };
  const network = topology.networks.find(has);
  if (network) return { kind: "network", value: network };
  const router = topology.routers.find(has);
  if (router) return { kind: "router", value: router };
  const floatingIp = topology.floatingIps.find(has);
  if (floatingIp) return { kind: "floatingip", value: floatingIp };
  const group = topology.securityGroups.find(has);
  return group && { kind: "securitygroup", value: group };
}

/** What /trace takes for an instance: its name where that names it alone, as in the trace's own list of ends; else its id. */
export function traceEndOf(topology: Topology, { name, id, ports }: TopologyInstance): string {
  return namesIn(topology).get(name) === 1 ? name : (ports[0]?.id ?? id);
}

const names = new WeakMap<Topology, ReadonlyMap<string, number>>();

/** How many instances, hosts and routers have each name: counted once, since lists ask for every row. */
function namesIn(topology: Topology): ReadonlyMap<string, number> {
  let counts = names.get(topology);
  if (!counts) {
    const { instances, routers } = topology;
    const hosts = new Set(instances.flatMap((one) => one.host ?? []));
    const all = [...instances.map((one) => one.name), ...hosts, ...routers.map((one) => one.name)];
    counts = new Map([...Map.groupBy(all, (name) => name)].map(([name, same]) => [name, same.length]));
    names.set(topology, counts);
  }
  return counts;
}

export function projectName(topology: Topology, id: string): string {
  return topology.projects.find((project) => project.id === id)?.name ?? (id === "" ? "none" : id.slice(0, 8));
}
