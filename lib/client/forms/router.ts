import { neutron } from "../openstack.ts";
import { called, difference, type Field, type Form, type Surroundings, text, type Values, yes } from "./form.ts";
import { gateways, subnetsFor, whole } from "./options.ts";
import { PENDING, pending, placed } from "./pending.ts";

const INTERFACE = "network:router_interface";

interface Gateway {
  network_id: string;
  enable_snat: boolean;
}
interface Router {
  id: string;
  name: string;
  external_gateway_info: Gateway | null;
}

const hasGateway = (values: Values) => text(values, "external_gateway_info") !== "";

function fields(admin: boolean, edit: boolean): readonly Field[] {
  const snat: Field = {
    kind: "yes",
    name: "enable_snat",
    label: "SNAT",
    hint: "Instances without a floating IP reach out with the router’s address.",
    when: hasGateway,
  };
  const distributed: Field = {
    kind: "yes",
    name: "distributed",
    label: "Distributed",
    hint: "Each compute host routes for its own instances (DVR).",
  };
  return [
    { kind: "text", name: "name", label: "Name" },
    ...(admin && !edit ? [distributed] : []),
    {
      kind: "choice",
      name: "external_gateway_info",
      label: "External gateway",
      hint: "The way out, and the network of floating IPs.",
      options: gateways,
    },
    ...(admin ? [snat] : []),
  ];
}

function body(values: Values, admin: boolean): object {
  const network_id = text(values, "external_gateway_info");
  const snat = admin ? { enable_snat: yes(values, "enable_snat") } : {};
  return {
    name: text(values, "name"),
    external_gateway_info: network_id === "" ? null : { network_id, ...snat },
  };
}

export async function newRouter({ admin, project }: Surroundings): Promise<Form> {
  return {
    title: "Create a router",
    action: "Create router",
    fields: fields(admin, false),
    values: { name: "", distributed: false, external_gateway_info: "", enable_snat: true },
    async send(values) {
      const { name, external_gateway_info } = body(values, admin) as Router; // Just made of these.
      const router = {
        name,
        ...(external_gateway_info && { external_gateway_info }),
        ...(yes(values, "distributed") && { distributed: true }),
      };
      const made = await neutron<{ router: Router }>("POST", "routers", { router });
      return { say: `Router ${called(made.router)} is there.`, select: made.router.id };
    },
    optimistic(topology, values) {
      const networkId = text(values, "external_gateway_info");
      return {
        ...topology,
        routers: placed(topology.routers, {
          ...pending,
          name: text(values, "name"),
          projectId: project,
          distributed: yes(values, "distributed"),
          ha: false,
          ...(networkId !== "" && { gateway: { networkId, addresses: [], snat: yes(values, "enable_snat") } }),
          interfaces: [],
          routes: [],
        }),
      };
    },
  };
}

export async function editRouter({ admin }: Surroundings, id: string): Promise<Form> {
  const old = await whole<Router>("routers", id);
  const before = {
    name: old.name,
    external_gateway_info: old.external_gateway_info?.network_id ?? "",
    enable_snat: old.external_gateway_info?.enable_snat ?? true,
  };
  return {
    title: `Edit router ${called(old)}`,
    action: "Save",
    fields: fields(admin, true),
    values: before,
    async send(values) {
      const router = difference(body(before, admin), body(values, admin));
      if (Object.keys(router).length > 0) await neutron("PUT", `routers/${id}`, { router });
      return { say: `Router ${called({ id, name: text(values, "name") })} is changed.` };
    },
    optimistic: (topology, values) => ({
      ...topology,
      routers: topology.routers.map((one) => {
        if (one.id !== id) return one;
        const { gateway, ...rest } = one;
        const networkId = text(values, "external_gateway_info");
        const kept = gateway?.networkId === networkId ? gateway : { networkId, addresses: [], snat: true };
        return {
          ...rest,
          name: text(values, "name"),
          ...(networkId !== "" && { gateway: admin ? { ...kept, snat: yes(values, "enable_snat") } : kept }),
        };
      }),
    }),
  };
}

/** Joins a subnet to a router. */
export async function newInterface({ topology }: Surroundings, routerId: string): Promise<Form> {
  const router = topology.routers.find((one) => one.id === routerId);
  const name = called({ id: routerId, name: router?.name ?? "" });
  return {
    title: `Add an interface to ${name}`,
    action: "Add interface",
    fields: [
      {
        kind: "choice",
        name: "subnet_id",
        label: "Subnet",
        hint: "The router takes its gateway’s address.",
        required: true,
        options: subnetsFor(routerId),
      },
    ],
    values: { subnet_id: "" },
    async send(values) {
      await neutron("PUT", `routers/${routerId}/add_router_interface`, { subnet_id: text(values, "subnet_id") });
      return { say: `Router ${name} has an interface more.`, select: routerId };
    },
    optimistic(topology, values) {
      const subnetId = text(values, "subnet_id");
      const network = topology.networks.find((one) => one.subnets.some((subnet) => subnet.id === subnetId));
      const address = network?.subnets.find((one) => one.id === subnetId)?.gateway ?? "";
      const made = { portId: PENDING, networkId: network?.id ?? "", subnetId, address, owner: INTERFACE };
      return {
        ...topology,
        routers: topology.routers.map((one) =>
          one.id === routerId ? { ...one, interfaces: [...one.interfaces, made] } : one,
        ),
      };
    },
  };
}
