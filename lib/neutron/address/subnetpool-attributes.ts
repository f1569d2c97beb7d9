/** What a subnet pool may be told. Source: neutron_lib/api/definitions/{subnetpool,address_scope}.py. */
import { writtenCidr } from "../kind/address.ts";
import { bool, filledText, integer, nullable, uniqueList, uuid } from "../kind/kind.ts";
import { idAttribute, ownerAttributes, standardAttributes } from "../standard.ts";
import { nonNegative } from "./subnet-attributes.ts";

const both = { post: true, put: true };
const listed = { filter: true, sort: true };
const { description, created_at, updated_at, revision_number, tags } = standardAttributes;
/** Answers have it as text. */
const prefixLength = { kind: { parse: nonNegative.parse }, ...both, default: undefined, ...listed };

export const subnetPoolAttributes = {
  id: idAttribute,
  name: { kind: filledText(), ...both, ...listed },
  ...ownerAttributes,
  prefixes: { kind: uniqueList(writtenCidr), ...both },
  default_quota: { kind: nonNegative, ...both, default: undefined, ...listed },
  ip_version: { kind: integer(), ...listed },
  default_prefixlen: prefixLength,
  min_prefixlen: prefixLength,
  max_prefixlen: prefixLength,
  is_default: { kind: bool, ...both, default: false, ...listed },
  shared: { kind: bool, post: true, default: false, ...listed },
  address_scope_id: { kind: nullable(uuid), ...both, default: undefined, ...listed },
  description,
  tags,
  created_at,
  updated_at,
  revision_number,
};
