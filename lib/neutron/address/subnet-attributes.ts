/** What a subnet may be told. Source: neutron_lib/api/definitions/{subnet,default_subnetpools,subnet_service_types}.py. */
import type { Json, Values } from "../attribute.ts";
import { httpBadRequest, NeutronError } from "../errors.ts";
import { cidr, ipAddress } from "../kind/address.ts";
import { hostRoutes, ipPools, nameservers } from "../kind/address-lists.ts";
import { bool, Invalid, integer, type Kind, nullable, oneOf, show, text, uuid } from "../kind/kind.ts";
import { idAttribute, NAME_SIZE, ownerAttributes, standardAttributes } from "../standard.ts";

/** The pool of those who are given their prefix by a router outside. */
export const PREFIX_DELEGATION = "prefix_delegation";
/** IPV6_MODES. */
const IPV6_MODES = ["slaac", "dhcpv6-stateful", "dhcpv6-stateless"] as const;

/** convert_to_int, then type:non_negative. */
export const nonNegative: Kind<number> = {
  ...integer(),
  parse(value) {
    const number = integer().parse(value);
    if (number < 0) throw new Invalid(`'${number}' should be non-negative`);
    return number;
  },
};

/** type:subnetpool_id_or_none. */
const poolId: Kind<string | null> = {
  parse: (value) => (value === null || value === PREFIX_DELEGATION ? value : uuid.parse(value)),
};

/**
 * Of the prefix `compute:` Neutron lets each letter alone begin a type (it adds a text to a list), and clients rely on it:
 * `test:type_1` is one.
 */
const SERVICE_TYPE = /^(network:|neutron:|[compute:])/;

/** type:list_of_subnet_service_types: owners of devices, by their prefixes. */
const serviceTypes: Kind<readonly string[]> = {
  parse(value) {
    if (!value) return [];
    if (!Array.isArray(value)) throw httpBadRequest("Subnet service types must be a list.");
    return value.map((one) => {
      if (typeof one !== "string")
        throw invalidType("InvalidInputSubnetServiceType", `Subnet service type ${show(one)} is not a string.`);
      if (!SERVICE_TYPE.test(one))
        throw invalidType(
          "InvalidSubnetServiceType",
          `Subnet service type ${one} does not correspond to a valid device owner.`,
        );
      return one;
    });
  },
};

function invalidType(type: string, message: string): NeutronError {
  return new NeutronError("bad-request", type, message, "service_types");
}

const both = { post: true, put: true };
const listed = { filter: true, sort: true };
const { description, created_at, updated_at, revision_number, tags } = standardAttributes;

export const subnetAttributes = {
  id: idAttribute,
  name: { kind: text(NAME_SIZE), ...both, default: "", ...listed },
  ...ownerAttributes,
  ip_version: { kind: { ...integer(), parse: parseVersion }, post: true, ...listed },
  network_id: { kind: uuid, post: true, ...listed },
  subnetpool_id: { kind: poolId, post: true, default: undefined, ...listed },
  prefixlen: { kind: nonNegative, post: true, default: undefined, visible: false },
  cidr: { kind: cidr, post: true, default: undefined, ...listed },
  gateway_ip: { kind: nullable(ipAddress), ...both, default: undefined, ...listed },
  allocation_pools: { kind: ipPools, ...both, default: undefined },
  dns_nameservers: { kind: nameservers, ...both, default: undefined },
  host_routes: { kind: hostRoutes, ...both, default: undefined },
  enable_dhcp: { kind: bool, ...both, default: true, ...listed },
  ipv6_ra_mode: { kind: oneOf(IPV6_MODES), post: true, default: undefined, ...listed },
  ipv6_address_mode: { kind: oneOf(IPV6_MODES), post: true, default: undefined, ...listed },
  use_default_subnetpool: { kind: bool, post: true, default: false, visible: false },
  service_types: { kind: serviceTypes, ...both, default: undefined },
  shared: { kind: bool, visible: false, filter: true },
  description,
  tags,
  created_at,
  updated_at,
  revision_number,
};

export type SubnetValues = Values<typeof subnetAttributes>;
/** What of a subnet can be changed later. */
export type SubnetChanges = Partial<
  Pick<
    SubnetValues,
    | "name"
    | "description"
    | "gateway_ip"
    | "allocation_pools"
    | "dns_nameservers"
    | "host_routes"
    | "enable_dhcp"
    | "service_types"
  >
>;

/** @param values as the table above read them */
export const createValues = (values: Json) => values as SubnetValues;
export const updateValues = (values: Json) => values as SubnetChanges;

function parseVersion(value: unknown): number {
  return oneOf([4, 6]).parse(integer().parse(value));
}
