/** Names of the Linux bridge agent's devices. Source: linuxbridge_neutron_agent.py get_bridge_name, get_subinterface_name. */

import { sha1 } from "./sha1.ts";

const ID_LENGTH = 11;
/** constants.DEVICE_NAME_MAX_LEN */
const NAME_LENGTH = 15;
/** A dot and four digits. */
const VLAN_SUFFIX_LENGTH = 5;
const HASH_LENGTH = 6;

export const BRIDGE_PREFIX = "brq";

export function bridgeName(networkId: string): string {
  return BRIDGE_PREFIX + networkId.slice(0, ID_LENGTH);
}

export function tapName(portId: string): string {
  return `tap${portId.slice(0, ID_LENGTH)}`;
}

/** `eth1.100`; the end of a long interface's name makes room with a hash. */
export function vlanName(physical: string, vlan: number): string {
  const suffix = `.${vlan}`;
  if (physical.length + suffix.length <= NAME_LENGTH) return physical + suffix;
  const kept = NAME_LENGTH - VLAN_SUFFIX_LENGTH - HASH_LENGTH;
  return physical.slice(0, kept) + sha1(physical).slice(0, HASH_LENGTH) + suffix;
}

export function vxlanName(key: number): string {
  return `vxlan-${key}`;
}
