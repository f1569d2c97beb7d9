/** What can be chosen in forms. */
import type { Topology } from "../../api/http.ts";
import { neutron, nova, openstack } from "../openstack.ts";
import { called, type Field, type Option, type Surroundings } from "./form.ts";

const byLabel = (a: Option, b: Option) => a.label.localeCompare(b.label, "en", { numeric: true });
const named = (list: readonly { id: string; name: string }[]): Option[] =>
  list.map((one) => ({ value: one.id, label: called(one) })).sort(byLabel);

const NOTHING: Option = { value: "", label: "None" };

/** The network that something is in: it stays there. One is added to any but the provider's, unless he shares them. */
export const networkField = ({ admin, project }: Pick<Surroundings, "admin" | "project">, edit: boolean): Field => ({
  kind: "choice",
  name: "network_id",
  label: "Network",
  required: true,
  options: (world) =>
    named(world.networks.filter((one) => edit || admin || !one.external || one.shared || one.projectId === project)),
  fixed: edit,
});
export const externalNetworks = (world: Topology): readonly Option[] =>
  named(world.networks.filter((one) => one.external));
export const gateways = (world: Topology): readonly Option[] => [NOTHING, ...externalNetworks(world)];

/** Those that a server can be plugged into: with a subnet, and not the provider's way out. */
export const bootable = (world: Topology): readonly Option[] =>
  world.networks
    .filter((one) => one.subnets.length > 0 && (!one.external || one.shared))
    .map((one) => ({
      value: one.id,
      label: `${called(one)} ${one.subnets.map((subnet) => subnet.cidr).join(" ")}`,
    }));

/** Subnets that a router has no interface on yet. */
export const subnetsFor =
  (routerId: string) =>
  (world: Topology): readonly Option[] => {
    const on = new Set(world.routers.find((one) => one.id === routerId)?.interfaces.map((one) => one.subnetId));
    return world.networks
      .filter((network) => !network.external)
      .flatMap((network) =>
        network.subnets
          .filter((subnet) => !on.has(subnet.id))
          .map((subnet) => ({
            value: subnet.id,
            label: `${called(network)}: ${subnet.name === "" ? "" : `${subnet.name} `}${subnet.cidr}`,
          })),
      )
      .sort(byLabel);
  };

/** A name is not always enough: an administrator sees the groups `default` of all projects. */
export const groupsOf =
  ({ project }: Pick<Surroundings, "project">) =>
  (world: Topology): readonly Option[] =>
    named(world.securityGroups.filter((one) => one.projectId === project));

export const anyGroup =
  (first: Option) =>
  (world: Topology): readonly Option[] => [first, ...named(world.securityGroups)];

/** Ports of instances that a floating IP can be for: those with an address of IPv4. */
export const guestPorts = (world: Topology): readonly Option[] => [
  NOTHING,
  ...world.instances
    .flatMap((one) =>
      one.ports
        .filter((port) => port.addresses.some((address) => !address.includes(":")))
        .map((port) => ({ value: port.id, label: `${one.name} ${port.addresses.join(" ")}` })),
    )
    .sort(byLabel),
];

/** Made beforehand, for a server to take. */
export const freePorts = (world: Topology): readonly Option[] =>
  world.otherPorts
    .filter((port) => port.owner === "" && port.deviceId === "")
    .map((port) => ({ value: port.id, label: [called(port), ...port.addresses].join(" ") }))
    .sort(byLabel);

interface Named {
  id: string;
  name: string;
}

export async function flavors(): Promise<readonly Option[]> {
  interface Flavor extends Named {
    ram: number;
    vcpus: number;
  }
  const { flavors: all } = await nova<{ flavors: Flavor[] }>("GET", "flavors/detail");
  return all.map((one) => ({ value: one.id, label: `${one.name} · ${one.vcpus} vCPU · ${one.ram} MiB` }));
}

export async function images(): Promise<readonly Option[]> {
  return named((await openstack<{ images: Named[] }>("GET", "image/v2/images")).images);
}

/** Any where that is left to the scheduler. */
export async function hypervisors(): Promise<readonly Option[]> {
  const answer = await nova<{ hypervisors: { hypervisor_hostname: string }[] }>("GET", "os-hypervisors");
  const hosts = answer.hypervisors.map(({ hypervisor_hostname: host }) => ({ value: host, label: host })).sort(byLabel);
  return [{ value: "", label: "Any" }, ...hosts];
}

/** An object in full: what the picture shows of it is less. @param list `networks`, whose single body is `network` */
export async function whole<T>(list: string, id: string): Promise<T> {
  const answer = await neutron<Record<string, T>>("GET", `${list}/${encodeURIComponent(id)}`);
  const [object] = Object.values(answer);
  if (object === undefined) throw new Error(`${list}: an empty answer`);
  return object;
}
