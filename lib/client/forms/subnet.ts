import type { NeutronSubnet } from "../../api/neutron.ts";
import { neutron } from "../openstack.ts";
import { isAddress, isCidr, isPool, isRoute } from "./check.ts";
import {
  called,
  difference,
  type Field,
  type Form,
  many,
  type Surroundings,
  text,
  type Value,
  type Values,
  yes,
} from "./form.ts";
import { networkField, whole } from "./options.ts";
import { PENDING } from "./pending.ts";

const isV6 = (values: Values) => text(values, "cidr").includes(":");

/** neutron_lib.constants.IPV6_MODES; both attributes have the same value, or none. */
const MODES = [
  { value: "", label: "None: a router of the provider’s advertises" },
  { value: "slaac", label: "SLAAC" },
  { value: "dhcpv6-stateless", label: "DHCPv6 stateless" },
  { value: "dhcpv6-stateful", label: "DHCPv6 stateful" },
];

const fields = (here: Surroundings, edit: boolean): readonly Field[] => [
  networkField(here, edit),
  { kind: "text", name: "name", label: "Name" },
  {
    kind: "text",
    name: "cidr",
    label: "CIDR",
    required: true,
    check: isCidr,
    placeholder: "10.0.0.0/24",
    fixed: edit,
  },
  {
    kind: "yes",
    name: "has_gateway",
    label: "Gateway",
    hint: "Where instances send what is not for their own subnet.",
  },
  {
    kind: "text",
    name: "gateway_ip",
    label: "Gateway’s address",
    hint: edit ? "" : "Empty: the first of the subnet.",
    check: isAddress,
    when: (values) => yes(values, "has_gateway"),
  },
  { kind: "yes", name: "enable_dhcp", label: "DHCP", hint: "Instances learn their addresses from the cloud." },
  {
    kind: "choice",
    name: "ipv6_mode",
    label: "IPv6 addresses by",
    options: () => MODES,
    when: (values) => isV6(values) && yes(values, "enable_dhcp"),
    fixed: edit,
  },
  {
    kind: "lines",
    name: "dns_nameservers",
    label: "DNS servers",
    hint: "One in each line.",
    check: isAddress,
    more: true,
  },
  {
    kind: "lines",
    name: "allocation_pools",
    label: "Allocation pools",
    hint: edit ? "One in each line." : "One in each line; empty: all but the gateway.",
    placeholder: "10.0.0.10-10.0.0.50",
    check: isPool,
    more: true,
  },
  {
    kind: "lines",
    name: "host_routes",
    label: "Host routes",
    hint: "DHCP hands them out. One in each line.",
    placeholder: "10.9.0.0/16 via 10.0.0.7",
    check: isRoute,
    more: true,
  },
];

function body(values: Values): object {
  const gateway = text(values, "gateway_ip");
  const pools = many(values, "allocation_pools");
  return {
    name: text(values, "name"),
    ...(yes(values, "has_gateway") ? gateway !== "" && { gateway_ip: gateway } : { gateway_ip: null }),
    enable_dhcp: yes(values, "enable_dhcp"),
    dns_nameservers: many(values, "dns_nameservers"),
    ...(pools.length > 0 && {
      allocation_pools: pools.map((pool) => {
        const [start, end] = pool.split(/\s*-\s*/);
        return { start, end };
      }),
    }),
    host_routes: many(values, "host_routes").map((route) => {
      const [destination, , nexthop] = route.split(/\s+/);
      return { destination, nexthop };
    }),
  };
}

function modes(values: Values): object {
  const mode = text(values, "ipv6_mode");
  return isV6(values) && yes(values, "enable_dhcp") && mode !== ""
    ? { ipv6_ra_mode: mode, ipv6_address_mode: mode }
    : {};
}

const FRESH: Record<string, Value> = {
  name: "",
  cidr: "",
  has_gateway: true,
  gateway_ip: "",
  enable_dhcp: true,
  ipv6_mode: "slaac",
  dns_nameservers: "",
  allocation_pools: "",
  host_routes: "",
};

export async function newSubnet(here: Surroundings, networkId: string): Promise<Form> {
  return {
    title: "Add a subnet",
    action: "Add subnet",
    fields: fields(here, false),
    values: { ...FRESH, network_id: networkId },
    async send(values) {
      const subnet = {
        ...body(values),
        ...modes(values),
        network_id: text(values, "network_id"),
        cidr: text(values, "cidr"),
        ip_version: isV6(values) ? 6 : 4,
      };
      const made = await neutron<{ subnet: NeutronSubnet }>("POST", "subnets", { subnet });
      return { say: `Subnet ${made.subnet.cidr} is there.`, select: made.subnet.network_id };
    },
    optimistic: (topology, values) => ({
      ...topology,
      networks: topology.networks.map((one) =>
        one.id === text(values, "network_id")
          ? {
              ...one,
              subnets: [
                ...one.subnets,
                {
                  id: PENDING,
                  name: text(values, "name"),
                  cidr: text(values, "cidr"),
                  dhcp: yes(values, "enable_dhcp"),
                  dhcpAddresses: [],
                  dns: [...many(values, "dns_nameservers")],
                  ipVersion: isV6(values) ? 6 : 4,
                },
              ],
            }
          : one,
      ),
    }),
  };
}

type Whole = NeutronSubnet & {
  allocation_pools: { start: string; end: string }[];
  host_routes: { destination: string; nexthop: string }[];
  ipv6_address_mode: string | null;
};

export async function editSubnet(here: Surroundings, id: string): Promise<Form> {
  const old = await whole<Whole>("subnets", id);
  const before = {
    network_id: old.network_id,
    name: old.name,
    cidr: old.cidr,
    has_gateway: old.gateway_ip !== null,
    gateway_ip: old.gateway_ip ?? "",
    enable_dhcp: old.enable_dhcp,
    ipv6_mode: old.ipv6_address_mode ?? "",
    dns_nameservers: old.dns_nameservers.join("\n"),
    allocation_pools: old.allocation_pools.map(({ start, end }) => `${start}-${end}`).join("\n"),
    host_routes: old.host_routes.map(({ destination, nexthop }) => `${destination} via ${nexthop}`).join("\n"),
  };
  return {
    title: `Edit subnet ${old.name || old.cidr}`,
    action: "Save",
    fields: fields(here, true),
    values: before,
    async send(values) {
      const subnet = difference(body(before), body(values));
      if (Object.keys(subnet).length > 0) await neutron("PUT", `subnets/${id}`, { subnet });
      return { say: `Subnet ${called({ id, name: text(values, "name") || old.cidr })} is changed.` };
    },
    optimistic: (topology, values) => ({
      ...topology,
      networks: topology.networks.map((network) => ({
        ...network,
        subnets: network.subnets.map((one) =>
          one.id === id
            ? {
                ...one,
                name: text(values, "name"),
                dhcp: yes(values, "enable_dhcp"),
                dns: [...many(values, "dns_nameservers")],
              }
            : one,
        ),
      })),
    }),
  };
}
