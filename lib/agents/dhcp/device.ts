/** The agent's device in a network's namespace. */
import type { Hand } from "../interface-driver/hand.ts";
import { usesPairs } from "../interface-driver/plug.ts";

/** Of Open vSwitch's driver and of the Linux bridge's. neutron/agent/linux/interface.py DEV_NAME_PREFIX */
const PREFIX = { switch: "tap", pair: "ns-" } as const;

/** Names are as long as Linux allows. neutron_lib/constants.py DEVICE_NAME_MAX_LEN */
export function dhcpDevice(hand: Hand, portId: string): string {
  return PREFIX[usesPairs(hand) ? "pair" : "switch"] + portId.slice(0, 11);
}

export function isDhcpDevice(name: string): boolean {
  return Object.values(PREFIX).some((prefix) => name.startsWith(prefix));
}
