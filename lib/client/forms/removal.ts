/** What goes with an object that is deleted, and what keeps it from being deleted, as far as the picture tells; the service decides. */
import type { Topology } from "../../api/http.ts";
import { neutron, nova } from "../openstack.ts";
import { called } from "./form.ts";

export type TargetKind =
  | "network"
  | "subnet"
  | "router"
  | "interface"
  | "instance"
  | "port"
  | "floating IP"
  | "security group"
  | "rule";

export interface Target {
  readonly kind: TargetKind;
  readonly id: string;
  readonly name: string;
  /** Of an interface: its router. */
  readonly of?: string;
}

interface Removal {
  /** What else will be gone, or changed. */
  readonly goes: readonly string[];
  /** What must be removed before. */
  readonly blocks: readonly string[];
}

export function removalOf(topology: Topology, target: Target): Removal {
  const { kind, id } = target;
  switch (kind) {
    case "network":
      return ofNetwork(topology, id);
    case "subnet":
      return ofSubnet(topology, id);
    case "router":
      return ofRouter(topology, id);
    case "interface":
      return { goes: ["Networks behind it no longer reach each other through this router."], blocks: [] };
    case "instance": {
      const ports = topology.instances.find((one) => one.id === id)?.ports ?? [];
      return {
        goes: [
          ...ports.map((port) => `Port ${port.addresses.join(", ") || port.id.slice(0, 8)}`),
          ...ports.flatMap((port) => port.floatingIps.map((ip) => `Floating IP ${ip} stays, associated with nothing`)),
        ],
        blocks: [],
      };
    }
    case "port":
      return { goes: [], blocks: [] };
    case "floating IP": {
      const fip = topology.floatingIps.find((one) => one.id === id);
      const vm = topology.instances.find((one) => one.ports.some((port) => port.id === fip?.portId));
      return { goes: vm ? [`Instance ${vm.name} is no longer reached from outside by it`] : [], blocks: [] };
    }
    case "security group": {
      const users = topology.instances.filter((one) => one.ports.some((port) => port.securityGroupIds.includes(id)));
      const rules = topology.securityGroups.find((one) => one.id === id)?.rules.length ?? 0;
      return {
        goes: rules > 0 ? [`${rules} ${rules === 1 ? "rule" : "rules"}`] : [],
        blocks: users.map((one) => `Instance ${one.name} is in it`),
      };
    }
    case "rule":
      return { goes: [], blocks: [] };
  }
}

function ofNetwork(topology: Topology, id: string): Removal {
  const network = topology.networks.find((one) => one.id === id);
  const users = topology.instances.filter((one) => one.ports.some((port) => port.networkId === id));
  const free = topology.otherPorts.filter((port) => port.networkId === id && port.owner === "");
  return {
    goes: [
      ...(network?.subnets ?? []).map(
        (subnet) => `Subnet ${subnet.name === "" ? "" : `${subnet.name} `}${subnet.cidr}`,
      ),
    ],
    blocks: [
      ...users.map((one) => `Instance ${one.name} has a port on it`),
      ...topology.routers.flatMap((router) => [
        ...(router.interfaces.some((one) => one.networkId === id)
          ? [`Router ${called(router)} has an interface on it`]
          : []),
        ...(router.gateway?.networkId === id ? [`Router ${called(router)} has its gateway on it`] : []),
      ]),
      ...topology.floatingIps.filter((one) => one.networkId === id).map((one) => `Floating IP ${one.address} is of it`),
      ...free.map((port) => `Port ${called(port)} ${port.addresses.join(", ")} is on it`.replace("  ", " ")),
    ],
  };
}

function ofSubnet(topology: Topology, id: string): Removal {
  const network = topology.networks.find((one) => one.subnets.some((subnet) => subnet.id === id));
  const alone = network?.subnets.length === 1;
  return {
    goes: [],
    blocks: [
      ...topology.routers
        .filter((router) => router.interfaces.some((one) => one.subnetId === id))
        .map((router) => `Router ${called(router)} has an interface on it`),
      // With several subnets the picture does not tell which one an address is of.
      ...(alone
        ? topology.instances
            .filter((one) => one.ports.some((port) => port.networkId === network.id && port.addresses.length > 0))
            .map((one) => `Instance ${one.name} has an address of it`)
        : []),
    ],
  };
}

function ofRouter(topology: Topology, id: string): Removal {
  const router = topology.routers.find((one) => one.id === id);
  const name = (network: string) =>
    called(topology.networks.find((one) => one.id === network) ?? { id: network, name: "" });
  return {
    goes: router?.gateway ? [`Its gateway on ${name(router.gateway.networkId)}`] : [],
    blocks: [
      ...(router?.interfaces ?? []).map((one) => `It has an interface ${one.address} on ${name(one.networkId)}`),
      ...topology.floatingIps
        .filter((one) => one.routerId === id)
        .map((one) => `Floating IP ${one.address} is reached through it`),
    ],
  };
}

const PATHS = {
  network: "networks",
  subnet: "subnets",
  router: "routers",
  port: "ports",
  "floating IP": "floatingips",
  "security group": "security-groups",
  rule: "security-group-rules",
} as const;

/** Throws ApiFailure. */
export async function remove({ kind, id, of = "" }: Target): Promise<void> {
  if (kind === "instance") await nova("DELETE", `servers/${id}`);
  else if (kind === "interface") await neutron("PUT", `routers/${of}/remove_router_interface`, { port_id: id });
  else await neutron("DELETE", `${PATHS[kind]}/${id}`);
}

/** The cloud as it is without them. */
export function without(topology: Topology, targets: readonly Target[]): Topology {
  const gone = new Set(targets.map((one) => one.id));
  const stays = (one: { id: string }) => !gone.has(one.id);
  const left = <T extends { id: string }>(list: T[]) => (list.every(stays) ? list : list.filter(stays));
  return {
    ...topology,
    networks: left(topology.networks).map((one) =>
      one.subnets.every(stays) ? one : { ...one, subnets: one.subnets.filter(stays) },
    ),
    routers: left(topology.routers).map((one) =>
      one.interfaces.some((it) => gone.has(it.portId))
        ? { ...one, interfaces: one.interfaces.filter((it) => !gone.has(it.portId)) }
        : one,
    ),
    instances: left(topology.instances),
    floatingIps: left(topology.floatingIps),
    securityGroups: left(topology.securityGroups).map((one) =>
      one.rules.every(stays) ? one : { ...one, rules: one.rules.filter(stays) },
    ),
    otherPorts: left(topology.otherPorts),
  };
}
