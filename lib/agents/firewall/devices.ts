/**
 * Which of a host's ports a firewall filters, passes or trusts: what `security_group_info_for_devices` leaves out is trusted.
 * Source: neutron/agent/securitygroups_rpc.py, neutron_lib/utils/net.py is_port_trusted.
 */
import type { PortView } from "../view.ts";

export interface FirewalledPorts {
  /** In the order of their ids. */
  readonly filtered: readonly PortView[];
  /** Port security is off. */
  readonly unfiltered: readonly PortView[];
  /** Neutron's own: routers, DHCP. */
  readonly trusted: readonly PortView[];
}

const known = new WeakMap<readonly PortView[], FirewalledPorts>();

/** @param ports that are plugged here */
export function firewalledPorts(ports: readonly PortView[]): FirewalledPorts {
  let sorted = known.get(ports);
  if (!sorted) {
    const guests = ports.filter((port) => !isTrusted(port));
    sorted = {
      filtered: guests.filter((port) => port.portSecurity).sort((a, b) => (a.id < b.id ? -1 : 1)),
      unfiltered: guests.filter((port) => !port.portSecurity),
      trusted: ports.filter(isTrusted),
    };
    known.set(ports, sorted);
  }
  return sorted;
}

function isTrusted(port: PortView): boolean {
  return port.deviceOwner.startsWith("network:");
}
