/**
 * Names of chains, sets and devices. Sources: neutron/agent/linux/{iptables_manager,iptables_firewall,ipset_manager}.py,
 * neutron/plugins/ml2/drivers/linuxbridge/agent/common/utils.py.
 */
import type { PortView } from "../../view.ts";
import type { Ethertype } from "../group-rules.ts";

/** How the rules of an agent differ by where it finds its ports. */
export interface Plugging {
  /** First 16 letters of the agent's program, which every chain of its own starts with. */
  readonly wrap: string;
  /** The bridge that a guest's packets come through, and what zones of conntrack are counted by. */
  bridge(port: PortView): string;
  readonly zonePer: "port" | "network";
  /** What the comments of the raw table call a port. */
  label(port: PortView): string;
}

/** OVSHybridIptablesFirewallDriver: a bridge of its own for each guest. */
export const HYBRID: Plugging = {
  wrap: "neutron-openvswi",
  bridge: (port) => `qvb${port.id}`.slice(0, DEVICE_LENGTH),
  zonePer: "port",
  label: (port) => port.id,
};

/** IptablesFirewallDriver: a bridge for each network. */
export const BRIDGED: Plugging = {
  wrap: "neutron-linuxbri",
  bridge: (port) => `brq${port.networkId}`.slice(0, DEVICE_LENGTH),
  zonePer: "network",
  // Four letters are taken off, though `tap` has three.
  label: (port) => tapName(port.id).slice(4),
};

/** constants.LINUX_DEV_LEN. */
const DEVICE_LENGTH = 14;
/** constants.MAX_IPTABLES_CHAIN_LEN_WRAP. */
const CHAIN_LENGTH = 11;

const ID_LENGTH = DEVICE_LENGTH - 3;

export function tapName(portId: string): string {
  return `tap${portId.slice(0, ID_LENGTH)}`;
}

type PortChain = "i" | "o" | "s";

export function portChain(plugging: Plugging, kind: PortChain, portId: string): string {
  return `${plugging.wrap}-${`${kind}${portId}`.slice(0, CHAIN_LENGTH)}`;
}

/** IPSET_NAME_MAX_LENGTH: a suffix of two letters must still fit into 31. */
const SET_LENGTH = 29;

export function setName(groupId: string, type: Ethertype): string {
  return `N${type}${groupId}`.slice(0, SET_LENGTH);
}
