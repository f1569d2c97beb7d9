/** The firewall driver that a host's configuration names. Source: neutron/agent/securitygroups_rpc.py init_firewall. */
import type { Command } from "../../host/command/command.ts";
import type { HostState } from "../../host/state.ts";
import type { Agent, Told } from "../agent.ts";
import type { HostView } from "../view.ts";
import { endedConnections } from "./iptables/connections.ts";
import { HYBRID } from "./iptables/names.ts";
import { planIptables } from "./iptables/plan.ts";
import { markedConnections } from "./openvswitch/connections.ts";
import { planOpenvswitch } from "./openvswitch/plan.ts";
import { pluggedPorts } from "./plugged.ts";

/** Of the Open vSwitch agent, once ports have their VLANs: rules of what is on br-int. */
export const FIREWALL: Agent = {
  kind: "openvswitch",
  steps: [{ name: "set up port filters", plan: planFirewall, cleanUp: endConnections }],
};

function endConnections(before: Told, after: Told): Command[] {
  const was = pluggedPorts(before.view.ports, before.host);
  const now = pluggedPorts(after.view.ports, after.host);
  switch (after.view.settings.firewallDriver) {
    case "iptables_hybrid":
    case "iptables":
      return endedConnections(HYBRID, { ...before, ports: was }, { ...after, ports: now });
    case "openvswitch":
      return markedConnections({ ...before, ports: was }, { ...after, ports: now });
    case "noop":
      return [];
  }
}

export function planFirewall(view: HostView, host: HostState): HostState {
  const ports = pluggedPorts(view.ports, host);
  switch (view.settings.firewallDriver) {
    case "iptables_hybrid":
    case "iptables":
      return planIptables(HYBRID, view, ports, host);
    case "openvswitch":
      return planOpenvswitch(view, ports, host);
    case "noop":
      return host;
  }
}
