import type { NeutronPort } from "../../api/neutron.ts";
import { neutron } from "../openstack.ts";
import { isAddress, isPair } from "./check.ts";
import { called, difference, type Field, type Form, many, type Surroundings, text, type Values, yes } from "./form.ts";
import { groupsOf, networkField, whole } from "./options.ts";
import { pending, placed } from "./pending.ts";

type Whole = NeutronPort & {
  allowed_address_pairs?: { ip_address: string; mac_address?: string }[];
  port_security_enabled?: boolean;
  security_groups: string[];
};

const secured = (values: Values) => yes(values, "port_security_enabled");

const fields = (here: Surroundings, edit: boolean): readonly Field[] => [
  networkField(here, edit),
  { kind: "text", name: "name", label: "Name" },
  {
    kind: "lines",
    name: "fixed_ips",
    label: "Fixed IPs",
    hint: edit ? "One in each line." : "One in each line; empty: a free one.",
    check: isAddress,
  },
  {
    kind: "yes",
    name: "port_security_enabled",
    label: "Port security",
    hint: "Without it nothing is filtered: no security groups, any address.",
  },
  {
    kind: "choices",
    name: "security_groups",
    label: "Security groups",
    options: groupsOf(here),
    none: "This project has none.",
    when: secured,
  },
  {
    kind: "lines",
    name: "allowed_address_pairs",
    label: "Allowed address pairs",
    hint: "What else it may send as: an address or a CIDR, and perhaps a MAC.",
    placeholder: "10.0.0.99 fa:16:3e:00:00:01",
    check: isPair,
    when: secured,
    more: true,
  },
];

/** @param had addresses of the port: what stays keeps its subnet */
function body(values: Values, had: NeutronPort["fixed_ips"] = []): object {
  return {
    name: text(values, "name"),
    port_security_enabled: secured(values),
    fixed_ips: many(values, "fixed_ips").map((ip) => had.find((one) => one.ip_address === ip) ?? { ip_address: ip }),
    security_groups: secured(values) ? many(values, "security_groups") : [],
    allowed_address_pairs: (secured(values) ? many(values, "allowed_address_pairs") : []).map((pair) => {
      const [ip_address, mac_address] = pair.split(/\s+/);
      return { ip_address, ...(mac_address === undefined ? {} : { mac_address }) };
    }),
  };
}

export async function newPort(here: Surroundings, networkId: string): Promise<Form> {
  const groups = groupsOf(here)(here.topology);
  return {
    title: "Create a port",
    action: "Create port",
    fields: fields(here, false),
    values: {
      network_id: networkId,
      name: "",
      fixed_ips: "",
      port_security_enabled: true,
      security_groups: groups.filter((one) => one.label === "default").map((one) => one.value),
      allowed_address_pairs: "",
    },
    async send(values) {
      const { fixed_ips, allowed_address_pairs, ...rest } = body(values) as Record<string, unknown[]>; // As just made.
      const port = {
        ...rest,
        network_id: text(values, "network_id"),
        ...(fixed_ips?.length && { fixed_ips }),
        ...(allowed_address_pairs?.length && { allowed_address_pairs }),
      };
      const made = await neutron<{ port: Whole }>("POST", "ports", { port });
      const addresses = made.port.fixed_ips.map((one) => one.ip_address).join(", ");
      return { say: `Port ${called(made.port)} has ${addresses || "no address"}.`, select: made.port.network_id };
    },
    optimistic: (topology, values) => ({
      ...topology,
      otherPorts: placed(topology.otherPorts, {
        ...pending,
        name: text(values, "name"),
        owner: "",
        networkId: text(values, "network_id"),
        mac: "",
        addresses: [...many(values, "fixed_ips")],
        deviceId: "",
      }),
    }),
  };
}

export async function editPort(here: Surroundings, id: string): Promise<Form> {
  const old = await whole<Whole>("ports", id);
  const before = {
    network_id: old.network_id,
    name: old.name,
    fixed_ips: old.fixed_ips.map((one) => one.ip_address).join("\n"),
    port_security_enabled: old.port_security_enabled ?? true,
    security_groups: old.security_groups,
    allowed_address_pairs: (old.allowed_address_pairs ?? [])
      // Neutron fills in the port's own MAC where none was given.
      .map(({ ip_address, mac_address }) => [ip_address, mac_address === old.mac_address ? "" : mac_address].join(" "))
      .map((pair) => pair.trim())
      .join("\n"),
  };
  return {
    title: `Edit port ${called(old)}`,
    action: "Save",
    fields: fields({ ...here, project: old.project_id || here.project }, true),
    values: before,
    async send(values) {
      const port = difference(body(before, old.fixed_ips), body(values, old.fixed_ips));
      if (Object.keys(port).length > 0) await neutron("PUT", `ports/${id}`, { port });
      return { say: `Port ${called({ id, name: text(values, "name") })} is changed.` };
    },
    optimistic: (topology, values) => ({
      ...topology,
      instances: topology.instances.map((one) =>
        one.ports.every((port) => port.id !== id)
          ? one
          : {
              ...one,
              ports: one.ports.map((port) =>
                port.id === id
                  ? {
                      ...port,
                      addresses: [...many(values, "fixed_ips")],
                      portSecurity: secured(values),
                      securityGroupIds: secured(values) ? [...many(values, "security_groups")] : [],
                    }
                  : port,
              ),
            },
      ),
    }),
  };
}
