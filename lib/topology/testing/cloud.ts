/** Topologies for tests: what an API would answer for a cloud of a given shape. */
import type { Topology, TopologyInstance, TopologyNetwork, TopologyRouter } from "../../api/http.ts";

export interface Shape {
  external: number;
  networks: number;
  /** For each router: the tenant networks that it joins (indexes), and whether it has a gateway. */
  routers: { joins: number[]; gateway: boolean }[];
  /** For each instance: the networks that it is on (indexes), and whether its first port has a floating IP. */
  instances: { on: number[]; floating?: boolean; name?: string; status?: string }[];
}

export function topology(shape: Shape): Topology {
  const networks = [
    ...Array.from({ length: shape.external }, (_, i) => network(`ext${i}`, `172.24.${i}.0/24`, true)),
    ...Array.from({ length: shape.networks }, (_, i) => network(`net${i}`, `10.0.${i}.0/24`, false)),
  ];
  const floatingIps: Topology["floatingIps"] = [];
  return {
    networks,
    routers: shape.routers.map((one, i) => router(i, one, shape)),
    instances: shape.instances.map((one, i) => instance(i, one, floatingIps)),
    floatingIps,
    securityGroups: [],
    projects: [{ id: "p", name: "demo" }],
    otherPorts: [],
  };
}

function network(id: string, cidr: string, external: boolean): TopologyNetwork {
  const subnet = {
    id: `${id}-s`,
    name: "",
    cidr,
    dhcp: true,
    dhcpAddresses: [cidr.replace("0/24", "2")],
    dns: [],
    ipVersion: 4 as const,
  };
  return {
    id,
    name: id,
    projectId: "p",
    external,
    shared: false,
    status: "ACTIVE",
    mtu: 1450,
    type: "vxlan",
    subnets: [subnet],
  };
}

function router(i: number, one: Shape["routers"][number], shape: Shape): TopologyRouter {
  const joins = [...new Set(one.joins)].filter((n) => n < shape.networks);
  return {
    id: `r${i}`,
    name: `router-${i}`,
    projectId: "p",
    status: "ACTIVE",
    distributed: false,
    ha: false,
    ...(one.gateway && shape.external > 0
      ? { gateway: { networkId: `ext${i % shape.external}`, addresses: [`172.24.0.${i + 10}`], snat: true } }
      : {}),
    interfaces: joins.map((n) => ({
      portId: `r${i}-p${n}`,
      networkId: `net${n}`,
      subnetId: `net${n}-s`,
      address: `10.0.${n}.1`,
      owner: "network:router_interface",
    })),
    routes: [],
  };
}

function instance(i: number, one: Shape["instances"][number], floatingIps: Topology["floatingIps"]): TopologyInstance {
  const id = `vm${i}`;
  const ports = [...new Set(one.on)].map((n, at) => {
    const address = `172.24.0.${(i % 200) + 50}`;
    const floating = at === 0 && one.floating === true;
    if (floating)
      floatingIps.push({
        id: `fip${i}`,
        address: `${address}/${i}`,
        portId: `${id}-p${n}`,
        networkId: "ext0",
        status: "ACTIVE",
      });
    return {
      id: `${id}-p${n}`,
      networkId: `net${n}`,
      mac: "fa:16:3e:00:00:01",
      status: "ACTIVE",
      addresses: [`10.0.${n}.${(i % 250) + 3}`],
      floatingIps: floating ? [`${address}/${i}`] : [],
      securityGroupIds: [],
      portSecurity: true,
      tap: `tap${i}`,
    };
  });
  return { id, name: one.name ?? id, projectId: "p", status: one.status ?? "ACTIVE", ports };
}
