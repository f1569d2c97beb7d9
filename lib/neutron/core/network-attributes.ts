/**
 * Attributes and rules of networks. Source: neutron_lib/api/definitions/{network,provider_net,multiprovidernet,external_net,
 * network_mtu_writable,network_availability_zone,address_scope,auto_allocated_topology}.py, neutron/conf/policies/network.py.
 */
import { anything, bool, integer, text, uniqueList } from "../kind/kind.ts";
import { adminOnly, anyone, owner, type Policy } from "../policy.ts";
import { idAttribute, nameAttribute, ownerAttributes, standardAttributes } from "../standard.ts";
import { segmentList } from "./segment-kind.ts";

const NETWORK_TYPE_SIZE = 32;
const PHYSICAL_NETWORK_SIZE = 64;

const flag = { kind: bool, post: true, put: true, filter: true };
const provider = { post: true, put: true, default: undefined, filter: true };
const readOnly = { kind: anything };

export const networkAttributes = {
  id: idAttribute,
  name: nameAttribute,
  subnets: readOnly,
  admin_state_up: { ...flag, default: true, sort: true },
  status: { kind: text(), filter: true, sort: true },
  ...ownerAttributes,
  shared: { ...flag, default: false },
  availability_zone_hints: { kind: uniqueList(text()), post: true, default: [], sort: true },
  availability_zones: readOnly,
  ipv4_address_scope: readOnly,
  ipv6_address_scope: readOnly,
  "router:external": { ...flag, default: false },
  is_default: { ...flag, default: false },
  mtu: { kind: integer(0), post: true, put: true, default: 0, filter: true, sort: true },
  "provider:network_type": { ...provider, kind: text(NETWORK_TYPE_SIZE) },
  "provider:physical_network": { ...provider, kind: text(PHYSICAL_NETWORK_SIZE) },
  "provider:segmentation_id": { ...provider, kind: integer() },
  segments: { kind: segmentList, post: true, put: true, default: undefined },
  ...standardAttributes,
};

const adminsWrite = { create: adminOnly, update: adminOnly };
const adminsAll = { ...adminsWrite, get: adminOnly };

export const networkPolicy: Policy = {
  create: anyone,
  get: anyone, // The resource itself shows only what is the caller's, shared with him, or external.
  update: owner,
  remove: owner,
  attributes: {
    shared: adminsWrite,
    "router:external": adminsWrite,
    is_default: adminsWrite,
    segments: adminsAll,
    "provider:network_type": adminsAll,
    "provider:physical_network": adminsAll,
    "provider:segmentation_id": adminsAll,
    port_security_enabled: { create: anyone, update: owner },
  },
};
