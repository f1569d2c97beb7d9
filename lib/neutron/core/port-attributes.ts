/**
 * Attributes and rules of ports. Source: neutron_lib/api/definitions/{port,portbindings,allowedaddresspairs,extra_dhcp_opt,
 * port_numa_affinity_policy,port_device_profile,port_mac_address_regenerate}.py, neutron/extensions/securitygroup.py,
 * neutron/conf/policies/port.py.
 */
import { mac } from "../kind/address.ts";
import { fixedIps } from "../kind/address-lists.ts";
import { anything, bool, nullable, oneOf, text, uuid } from "../kind/kind.ts";
import { adminOnly, anyone, owner, type Policy } from "../policy.ts";
import { idAttribute, nameAttribute, ownerAttributes, standardAttributes } from "../standard.ts";
import { dhcpOptions } from "./port-dhcp-options.ts";
import { matchFixedIps } from "./port-filters.ts";
import { dictionaryOrNone, groupIds, hostId } from "./port-kinds.ts";
import { addressPairs } from "./port-pairs.ts";
import { advancedService, networkOwner, networkShared, notOfNetwork, oneOfRules } from "./port-rules.ts";

const DEVICE_SIZE = 255;

/** neutron_lib/api/definitions/portbindings.py VNIC_TYPES. */
export const VNIC_TYPES = [
  "normal",
  "direct",
  "macvtap",
  "baremetal",
  "direct-physical",
  "virtio-forwarder",
  "smart-nic",
  "vdpa",
  "accelerator-direct",
  "accelerator-direct-physical",
  "remote-managed",
] as const;

const write = { post: true, put: true };
const find = { filter: true, sort: true };

export const portAttributes = {
  id: idAttribute,
  name: nameAttribute,
  network_id: { kind: uuid, post: true, ...find },
  ...ownerAttributes,
  mac_address: { kind: nullable(mac), ...write, default: undefined, ...find },
  admin_state_up: { kind: bool, ...write, default: true, ...find },
  status: { kind: text(), ...find },
  device_id: { kind: text(DEVICE_SIZE), ...write, default: "", ...find },
  device_owner: { kind: text(DEVICE_SIZE), ...write, default: "", ...find },
  fixed_ips: { kind: fixedIps, ...write, default: undefined, filter: true, match: matchFixedIps },
  allowed_address_pairs: { kind: addressPairs, ...write, default: undefined },
  extra_dhcp_opts: { kind: dhcpOptions, ...write, default: null },
  security_groups: { kind: groupIds, ...write, default: undefined, filter: true },
  "binding:vnic_type": { kind: oneOf(VNIC_TYPES), ...write, default: "normal", filter: true },
  "binding:profile": { kind: dictionaryOrNone, ...write, default: undefined },
  "binding:host_id": { kind: hostId, ...write, default: undefined, filter: true },
  "binding:vif_type": { kind: text(), filter: true },
  "binding:vif_details": { kind: anything },
  resource_request: { kind: anything },
  trunk_details: { kind: anything },
  // Without their extension drivers these are taken, and nothing comes of it.
  numa_affinity_policy: {
    kind: oneOf(["required", "preferred", "legacy", null]),
    ...write,
    default: null,
    visible: false,
  },
  device_profile: { kind: nullable(text(DEVICE_SIZE)), post: true, default: null, visible: false },
  ...standardAttributes,
};

const ofNetwork = oneOfRules(advancedService, networkOwner);
const ofSharedNetwork = oneOfRules(advancedService, networkOwner, networkShared);
const both = { create: ofNetwork, update: ofNetwork };
const pairs = { create: networkOwner, update: networkOwner };
const admins = { create: adminOnly, update: adminOnly, get: adminOnly };

export const portPolicy: Policy = {
  create: anyone,
  get: anyone, // The resource itself shows only the caller's ports, and those on his networks.
  update: oneOfRules(owner, advancedService),
  remove: oneOfRules(owner, networkOwner, advancedService),
  attributes: {
    device_owner: {
      create: oneOfRules(notOfNetwork, advancedService, networkOwner),
      update: oneOfRules(notOfNetwork, advancedService, networkOwner),
    },
    mac_address: { create: ofNetwork, update: advancedService },
    fixed_ips: { create: ofSharedNetwork, update: ofNetwork },
    "fixed_ips:ip_address": both,
    "fixed_ips:subnet_id": { create: ofSharedNetwork, update: ofSharedNetwork },
    port_security_enabled: both,
    "binding:host_id": admins,
    "binding:profile": admins,
    "binding:vif_type": { get: adminOnly },
    "binding:vif_details": { get: adminOnly },
    "binding:vnic_type": { create: anyone, update: oneOfRules(owner, advancedService) },
    allowed_address_pairs: pairs,
    "allowed_address_pairs:mac_address": pairs,
    "allowed_address_pairs:ip_address": pairs,
    resource_request: { get: adminOnly },
  },
};
