import type { NeutronNetwork } from "../../api/neutron.ts";
import { neutron } from "../openstack.ts";
import { isWithin } from "./check.ts";
import { called, difference, type Field, type Form, type Surroundings, text, type Values, yes } from "./form.ts";
import { whole } from "./options.ts";
import { pending, placed } from "./pending.ts";

/** As an API of Neutron has them; types that have no segment of their own are not offered. */
const TYPES = ["vxlan", "vlan", "flat", "gre", "geneve"];
const [MIN_MTU, MAX_MTU] = [68, 65_535];

const hasType = (values: Values) => text(values, "provider:network_type") !== "";
const isPhysical = (values: Values) => ["vlan", "flat"].includes(text(values, "provider:network_type"));
const isNumbered = (values: Values) => hasType(values) && text(values, "provider:network_type") !== "flat";

function fields(admin: boolean, edit: boolean): readonly Field[] {
  const forAdmins: Field[] = [
    { kind: "yes", name: "shared", label: "Shared", hint: "Every project may use it." },
    { kind: "yes", name: "router:external", label: "External", hint: "Routers have their gateways on it." },
  ];
  const provider: Field[] = [
    {
      kind: "choice",
      name: "provider:network_type",
      label: "Type",
      more: true,
      options: () => [{ value: "", label: "As the cloud likes" }, ...TYPES.map((value) => ({ value, label: value }))],
    },
    { kind: "text", name: "provider:physical_network", label: "Physical network", more: true, when: isPhysical },
    {
      kind: "text",
      name: "provider:segmentation_id",
      label: "Segmentation id",
      hint: "The VLAN or the VNI; empty: a free one.",
      more: true,
      when: isNumbered,
      check: isWithin(1, 2 ** 32 - 1),
    },
  ];
  return [
    { kind: "text", name: "name", label: "Name" },
    ...(admin ? forAdmins : []),
    {
      kind: "text",
      name: "mtu",
      label: "MTU",
      hint: edit ? undefined : "Empty: the largest that fits.",
      more: true,
      check: isWithin(MIN_MTU, MAX_MTU),
    } as Field,
    {
      kind: "yes",
      name: "port_security_enabled",
      label: "Port security",
      hint: "New ports have security groups and no forged addresses.",
      more: true,
    },
    ...(admin && !edit ? provider : []),
  ];
}

function body(values: Values, admin: boolean): object {
  const number = (name: string) => (text(values, name) === "" ? {} : { [name]: Number(text(values, name)) });
  return {
    name: text(values, "name"),
    ...number("mtu"),
    port_security_enabled: yes(values, "port_security_enabled"),
    ...(admin && { shared: yes(values, "shared"), "router:external": yes(values, "router:external") }),
  };
}

function provider(values: Values): object {
  const given = (name: string, when: boolean) => when && text(values, name) !== "";
  return {
    ...(hasType(values) && { "provider:network_type": text(values, "provider:network_type") }),
    ...(given("provider:physical_network", isPhysical(values)) && {
      "provider:physical_network": text(values, "provider:physical_network"),
    }),
    ...(given("provider:segmentation_id", isNumbered(values)) && {
      "provider:segmentation_id": Number(text(values, "provider:segmentation_id")),
    }),
  };
}

export async function newNetwork({ admin, project }: Surroundings): Promise<Form> {
  return {
    title: "Create a network",
    action: "Create network",
    fields: fields(admin, false),
    values: { name: "", mtu: "", shared: false, "router:external": false, port_security_enabled: true },
    async send(values) {
      const network = { ...body(values, admin), ...(admin && provider(values)) };
      const made = await neutron<{ network: NeutronNetwork }>("POST", "networks", { network });
      return { say: `Network ${called(made.network)} is there.`, select: made.network.id };
    },
    optimistic: (topology, values) => ({
      ...topology,
      networks: placed(topology.networks, {
        ...pending,
        name: text(values, "name"),
        projectId: project,
        shared: yes(values, "shared"),
        external: yes(values, "router:external"),
        mtu: Number(text(values, "mtu")),
        subnets: [],
      }),
    }),
  };
}

export async function editNetwork({ admin }: Surroundings, id: string): Promise<Form> {
  const old = await whole<NeutronNetwork & { port_security_enabled?: boolean }>("networks", id);
  const before = {
    name: old.name,
    mtu: String(old.mtu),
    shared: old.shared,
    "router:external": old["router:external"],
    port_security_enabled: old.port_security_enabled ?? true,
  };
  return {
    title: `Edit network ${called(old)}`,
    action: "Save",
    fields: fields(admin, true),
    values: before,
    async send(values) {
      const network = difference(body(before, admin), body(values, admin));
      if (Object.keys(network).length > 0) await neutron("PUT", `networks/${id}`, { network });
      return { say: `Network ${called({ id, name: text(values, "name") })} is changed.` };
    },
    optimistic: (topology, values) => ({
      ...topology,
      networks: topology.networks.map((one) =>
        one.id === id
          ? {
              ...one,
              name: text(values, "name"),
              mtu: Number(text(values, "mtu")) || one.mtu,
              ...(admin && { shared: yes(values, "shared"), external: yes(values, "router:external") }),
            }
          : one,
      ),
    }),
  };
}
