import { nova } from "../openstack.ts";
import { type Form, many, type Option, type Surroundings, text, type Values } from "./form.ts";
import { bootable, flavors, freePorts, groupsOf, hypervisors, images } from "./options.ts";
import { PENDING, pending, placed } from "./pending.ts";

/** Nova's name for a choice of a host: `zone:host`; nova/api/openstack/compute/servers.py. */
const ZONE = "nova";

const nicsOf = (values: Values) => [
  ...many(values, "ports").map((port) => ({ port })),
  ...many(values, "networks").map((uuid) => ({ uuid })),
];

export async function newInstance(here: Surroundings, networkId: string): Promise<Form> {
  const [sizes, pictures, hosts] = await Promise.all([flavors(), images(), here.admin ? hypervisors() : []]);
  const groups = groupsOf(here)(here.topology);
  const networks = bootable(here.topology);
  const only = networks.length === 1 ? networks.map((one) => one.value) : [];
  const list = (options: readonly Option[]) => () => options;
  return {
    title: "Create an instance",
    action: "Create instance",
    fields: [
      { kind: "text", name: "name", label: "Name", required: true },
      {
        kind: "choices",
        name: "networks",
        label: "Networks",
        options: bootable,
        none: "No network has a subnet yet.",
        check: (values) =>
          nicsOf(values).length === 0
            ? "Choose a network, or under More a port: nothing reaches an instance without."
            : undefined,
      },
      { kind: "choice", name: "flavorRef", label: "Flavour", required: true, options: list(sizes) },
      { kind: "choice", name: "imageRef", label: "Image", required: true, options: list(pictures) },
      {
        kind: "choices",
        name: "security_groups",
        label: "Security groups",
        options: groupsOf(here),
        none: "This project has none.",
      },
      ...(here.admin
        ? [{ kind: "choice" as const, name: "host", label: "Host", more: true, options: list(hosts) }]
        : []),
      {
        kind: "choices",
        name: "ports",
        label: "Ports made before",
        hint: "Instead of new ones, or with them.",
        more: true,
        options: freePorts,
        none: "No port is free.",
      },
    ],
    values: {
      name: "",
      networks: networkId === "" ? only : [networkId],
      flavorRef: sizes[0]?.value ?? "",
      imageRef: pictures[0]?.value ?? "",
      security_groups: groups.filter((one) => one.label === "default").map((one) => one.value),
      host: "",
      ports: [],
    },
    async send(values) {
      const name = text(values, "name");
      const host = text(values, "host");
      const server = {
        name,
        flavorRef: text(values, "flavorRef"),
        imageRef: text(values, "imageRef"),
        networks: nicsOf(values),
        security_groups: many(values, "security_groups").map((id) => ({ name: id })),
        ...(host !== "" && { availability_zone: `${ZONE}:${host}` }),
      };
      const made = await nova<{ server: { id: string } }>("POST", "servers", { server });
      return { say: `Instance ${name} is being made.`, select: made.server.id };
    },
    optimistic: (topology, values) => ({
      ...topology,
      instances: placed(topology.instances, {
        ...pending,
        name: text(values, "name"),
        projectId: here.project,
        ports: many(values, "networks").map((networkId) => ({
          ...pending,
          id: `${PENDING} ${networkId}`,
          networkId,
          mac: "",
          addresses: [],
          floatingIps: [],
          securityGroupIds: [...many(values, "security_groups")],
          portSecurity: true,
          tap: "",
        })),
      }),
    }),
  };
}

export async function editInstance({ topology }: Surroundings, id: string): Promise<Form> {
  const old = topology.instances.find((one) => one.id === id)?.name ?? "";
  return {
    title: `Rename instance ${old}`,
    action: "Save",
    fields: [{ kind: "text", name: "name", label: "Name", required: true }],
    values: { name: old },
    async send(values) {
      const name = text(values, "name");
      await nova("PUT", `servers/${id}`, { server: { name } });
      return { say: `Instance ${name} is changed.` };
    },
    optimistic: (topology, values) => ({
      ...topology,
      instances: topology.instances.map((one) => (one.id === id ? { ...one, name: text(values, "name") } : one)),
    }),
  };
}
