/** The firewall driver that a host's configuration names. Source: neutron/agent/securitygroups_rpc.py init_firewall. */
import type { HostState } from "../../host/state.ts";
import type { Agent } from "../agent.ts";
import type { HostView } from "../view.ts";
import { HYBRID } from "./iptables/names.ts";
import { planIptables } from "./iptables/plan.ts";
import { planOpenvswitch } from "./openvswitch/plan.ts";
import { pluggedPorts } from "./plugged.ts";

/** Of the Open vSwitch agent, once ports have their VLANs: rules of what is on br-int. */
export const FIREWALL: Agent = { kind: "openvswitch", steps: [{ name: "set up port filters", plan: planFirewall }] };

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
