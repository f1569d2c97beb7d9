/** Names of a trunk's bridge and patch ports. Source: neutron/services/trunk/drivers/openvswitch/{utils,agent/trunk_manager}.py. */

const PREFIX = "tbr-";
/** neutron_lib/constants.py DEVICE_NAME_MAX_LEN */
const LONGEST = 15;

export function trunkBridge(trunkId: string): string {
  return (PREFIX + trunkId).slice(0, LONGEST - 1);
}

export function isTrunkBridge(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** Of the parent, or of a subport. */
export type Carried = "tp" | "sp";

/** @param side `i`: on br-int; `t`: on the trunk's bridge */
export function patchName(kind: Carried, side: "i" | "t", portId: string): string {
  return `${kind}${side}-${portId}`.slice(0, LONGEST);
}

/** Whether a port of a trunk's bridge is none of the guest's. */
export function isServicePort(name: string): boolean {
  return isTrunkBridge(name) || /^[ts]p[it]-/.test(name);
}
