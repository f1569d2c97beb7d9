/** Names of an L3 agent's namespaces and devices. Source: neutron/agent/l3/namespaces.py, dvr_fip_ns.py, dvr_snat_ns.py. */

/** Devices of routers have the first letters of their port's id. neutron/agent/linux/interface.py DEV_NAME_LEN */
const DEVICE_NAME_LENGTH = 14;

export type DevicePrefix = "qr-" | "qg-" | "sg-" | "fg-" | "rfp-" | "fpr-";

/** @param id of the port, or for the ends of the pair between router and fip namespace, of the router */
export function deviceName(prefix: DevicePrefix, id: string): string {
  return (prefix + id).slice(0, DEVICE_NAME_LENGTH);
}

export const routerNamespace = (routerId: string) => `qrouter-${routerId}`;
export const snatNamespace = (routerId: string) => `snat-${routerId}`;
export const fipNamespace = (externalNetworkId: string) => `fip-${externalNetworkId}`;

/** Whether an L3 agent cleans up namespaces of this name. neutron/agent/l3/namespace_manager.py */
export function isL3Namespace(name: string): boolean {
  return /^(qrouter|snat|fip)-/.test(name);
}
