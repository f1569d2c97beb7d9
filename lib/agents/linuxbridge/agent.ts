/**
 * neutron-linuxbridge-agent (Zed). Not modelled: ebtables against false ARP and MACs (a host's state has none of its
 * tables), bridge_mappings to bridges of the administrator's own, multicast ranges, QoS.
 * Source: neutron/plugins/ml2/drivers/linuxbridge/agent/linuxbridge_neutron_agent.py, agent/_common_agent.py.
 */
import type { Command } from "../../host/command/command.ts";
import type { HostState } from "../../host/state.ts";
import type { Agent, Told } from "../agent.ts";
import { endedConnections } from "../firewall/iptables/connections.ts";
import { BRIDGED } from "../firewall/iptables/names.ts";
import { planIptables } from "../firewall/iptables/plan.ts";
import type { HostView } from "../view.ts";
import { setUpBridges } from "./bridges.ts";
import { pluggedHere } from "./plugged.ts";
import { populate } from "./population.ts";
import { plugPorts } from "./ports.ts";
import { connectSubPorts } from "./trunks.ts";

export const LINUXBRIDGE: Agent = {
  kind: "linuxbridge",
  steps: [
    { name: "connect subports", plan: connectSubPorts },
    { name: "set up networks", plan: setUpBridges },
    { name: "plug ports", plan: plugPorts },
    { name: "populate forwarding", plan: populate },
    { name: "set up port filters", plan: filterPorts, cleanUp: endConnections },
  ],
};

function endConnections(before: Told, after: Told): Command[] {
  if (after.view.settings.firewallDriver === "noop") return [];
  const withPorts = (told: Told) => ({ ...told, ports: pluggedHere(told.view, told.host) });
  return endedConnections(BRIDGED, withPorts(before), withPorts(after));
}

function filterPorts(view: HostView, host: HostState): HostState {
  if (view.settings.firewallDriver === "noop") return host;
  return planIptables(BRIDGED, view, pluggedHere(view, host), host);
}
