/**
 * Devices of ports: the agent finds those that are there, by their names, and puts each into its network's bridge.
 * Source: linuxbridge_neutron_agent.py _add_tap_interface, agent/_common_agent.py treat_devices_added_updated.
 */
import { findNamespace, ROOT } from "../../host/edit.ts";
import type { HostState } from "../../host/state.ts";
import { Hand } from "../interface-driver/hand.ts";
import type { HostView } from "../view.ts";
import { putInto } from "./bridges.ts";
import { bridgeName, tapName } from "./names.ts";
import { pluggedHere } from "./plugged.ts";

export function plugPorts(view: HostView, host: HostState): HostState {
  const hand = new Hand(host);
  const links = new Map(findNamespace(host, ROOT)?.links.map((link) => [link.name, link]));
  for (const port of pluggedHere(view, host)) {
    const device = tapName(port.id);
    const bridge = bridgeName(port.networkId);
    const link = links.get(device);
    // Without a bridge the network cannot be reached from here.
    if (!link || !links.has(bridge)) continue;
    const mtu = view.networks.get(port.networkId)?.mtu ?? link.mtu;
    // A subport's device has no more room than its trunk's, and is not up where that is down.
    if (link.mtu !== mtu) hand.attempt(ROOT, { tool: "ip", action: "link-set", name: device, mtu });
    if (link.master !== bridge) putInto(hand, device, bridge);
    if (link.up !== port.adminUp)
      hand.attempt(ROOT, { tool: "ip", action: "link-set", name: device, up: port.adminUp });
  }
  return hand.host;
}
