/** The attributes of a rule. Source: neutron/extensions/securitygroup.py, neutron_lib/api/definitions/security_groups_*.py. */
import { parseCidr } from "../../net/address.ts";
import { NeutronError } from "../errors.ts";
import { cidr } from "../kind/address.ts";
import { anything, type Kind, oneOf, show, text } from "../kind/kind.ts";
import { DESCRIPTION_SIZE, idAttribute, ownerAttributes, standardAttributes } from "../standard.ts";
import { protocolKind } from "./protocols.ts";
import { invalidValue } from "./refusals.ts";

const ETHERTYPES = ["IPv4", "IPv6"] as const;

/** convert_ethertype_to_case_insensitive. */
const ethertype: Kind<"IPv4" | "IPv6"> = {
  parse(value) {
    const known = ETHERTYPES.find((one) => typeof value === "string" && one.toLowerCase() === value.toLowerCase());
    if (known) return known;
    throw invalidValue(
      "SecurityGroupRuleInvalidEtherType",
      `Security group rule for ethertype '${show(value)}' not supported. Allowed values are ['IPv4', 'IPv6'].`,
      "ethertype",
    );
  },
  filter: (given) => ethertype.parse(given),
};

/** convert_validate_port_value. */
const portNumber: Kind<number | null> = {
  parse(value) {
    if (value === null) return null;
    const number = typeof value === "number" || (typeof value === "string" && /^\d+$/.test(value)) ? Number(value) : -1;
    if (Number.isInteger(number) && number >= 0 && number <= 65535) return number;
    throw invalidValue("SecurityGroupInvalidPortValue", `Invalid value for port ${show(value)}`);
  },
  filter: (given) => portNumber.parse(given),
};

/** convert_ip_prefix_to_cidr: bits of the host stay. */
const prefix: Kind<string | null> = {
  parse(value) {
    if (value === null || value === "" || value === false || value === 0) return null;
    try {
      return cidr.parse(value);
    } catch (error) {
      if (!(error instanceof NeutronError)) throw error;
      throw invalidValue("InvalidCIDR", `Invalid CIDR ${show(value)} given as IP prefix.`, "remote_ip_prefix");
    }
  },
  filter: (given) => prefix.parse(given) ?? "",
};

/** Ids of other objects: whatever is no id of one is not found. */
const reference: Kind<string | null> = { parse: (value) => (value ? show(value) : null) };

const { description, created_at, updated_at, revision_number } = standardAttributes;
const filtered = { filter: true, sort: true };
const given = { post: true, ...filtered };

export const ruleAttributes = {
  id: idAttribute,
  ...ownerAttributes,
  security_group_id: { kind: text(36), ...given },
  remote_group_id: { kind: reference, default: null, ...given },
  remote_address_group_id: { kind: reference, default: null, ...given },
  direction: { kind: oneOf(["ingress", "egress"]), ...given },
  protocol: { kind: protocolKind, default: null, ...given },
  port_range_min: { kind: portNumber, default: null, ...given },
  port_range_max: { kind: portNumber, default: null, ...given },
  ethertype: { kind: ethertype, default: "IPv4" as const, ...given },
  remote_ip_prefix: { kind: prefix, default: null, ...given },
  normalized_cidr: { kind: anything, ...filtered },
  description: { ...description, kind: text(DESCRIPTION_SIZE) },
  created_at,
  updated_at,
  revision_number,
};

/** Whether a prefix is one of `IPv4` or `IPv6`, as the ethertype says. */
export function isFamilyOf(ethertypeName: string, prefixText: string): boolean {
  return `IPv${parseCidr(prefixText)?.family}` === ethertypeName;
}
