/** The metadata proxy of a router's namespace. Source: neutron/agent/metadata/driver.py. */
import type { Hand } from "../interface-driver/hand.ts";
import { METADATA_PORT } from "../l3/iptables/metadata.ts";
import { endProcesses, setProcess } from "../l3/processes.ts";

/** Where haproxy finds its configuration: one for each router, or network where DHCP serves it. */
export function proxyCommand(id: string): string {
  return `haproxy -f /var/lib/neutron/ns-metadata-proxy/${id}.conf`;
}

/** With IPv6 it is bound to `::`, which takes IPv4 as well. */
const LISTENER = { proto: "tcp", address: "*", port: METADATA_PORT, process: "haproxy" } as const;

export function setRouterProxy(hand: Hand, netns: string, routerId: string): void {
  setProcess(hand, netns, proxyCommand(routerId), LISTENER);
}

export function endProxy(hand: Hand, id: string): void {
  const command = proxyCommand(id);
  endProcesses(hand, (one) => one.command === command);
}
