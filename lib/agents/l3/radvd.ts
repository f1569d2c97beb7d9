/** Router advertisements for IPv6 subnets. Source: neutron/agent/linux/ra.py. */
import type { Hand } from "../interface-driver/hand.ts";
import type { HostView, RouterView } from "../view.ts";
import { routerNamespace } from "./names.ts";
import { endProcesses, setProcess } from "./processes.ts";

export function setAdvertiser(hand: Hand, view: HostView, router: RouterView): void {
  const netns = routerNamespace(router.id);
  const command = commandLine(router.id);
  if (hasIpv6(view, router)) setProcess(hand, netns, command);
  else endProcesses(hand, (one) => one.netns === netns && one.command === command);
}

/** The agent runs as root where its namespaces are simulated; so does radvd (`-u` is the agent's own user). */
function commandLine(routerId: string): string {
  const pidFile = `/var/lib/neutron/external/pids/${routerId}.pid.radvd`;
  return `radvd -C /var/lib/neutron/ra/${routerId}.radvd.conf -p ${pidFile} -m syslog -u root`;
}

function hasIpv6(view: HostView, router: RouterView): boolean {
  return router.interfaces.some((port) => {
    const subnets = view.networks.get(port.networkId)?.subnets ?? [];
    return port.fixedIps.some((ip) => subnets.some((one) => one.id === ip.subnetId && one.ipVersion === 6));
  });
}
