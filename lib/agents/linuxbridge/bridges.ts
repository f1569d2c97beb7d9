/**
 * A bridge for each network that has a device here, with what carries the network to other hosts.
 * The real agent keeps a bridge until it is told that the network is deleted; agents here are not told of networks without
 * ports, so that the bridge goes with the last port. Source: linuxbridge_neutron_agent.py ensure_bridge, delete_bridge.
 */
import { ROOT } from "../../host/edit.ts";
import type { HostState, Link } from "../../host/state.ts";
import { Hand } from "../interface-driver/hand.ts";
import type { HostView, NetworkView } from "../view.ts";
import { moveAddresses } from "./move-addresses.ts";
import { BRIDGE_PREFIX, bridgeName } from "./names.ts";
import { pluggedHere } from "./plugged.ts";
import { ensureUplink, type Uplink } from "./uplink.ts";

export function setUpBridges(view: HostView, host: HostState): HostState {
  const hand = new Hand(host);
  removeUnused(hand, view);
  for (const id of new Set(pluggedHere(view, host).map((port) => port.networkId))) {
    const network = view.networks.get(id);
    const uplink = network && ensureUplink(hand, view.settings, network);
    if (network && uplink) ensureBridge(hand, network, uplink);
  }
  return hand.host;
}

function ensureBridge(hand: Hand, network: NetworkView, uplink: Uplink): void {
  const bridge = bridgeName(network.id);
  const link = hand.link(ROOT, bridge);
  if (!link) {
    hand.run(ROOT, { tool: "brctl", action: "addbr", bridge });
    hand.run(ROOT, { tool: "brctl", action: "setfd", bridge, time: 0 });
    hand.run(ROOT, { tool: "brctl", action: "stp", bridge, on: false });
  }
  if (!link?.up) hand.ip(ROOT, { tool: "ip", action: "link-set", name: bridge, up: true });
  if (uplink.kind === "local") return;
  if (uplink.moves) moveAddresses(hand, uplink.device, bridge);
  putInto(hand, uplink.device, bridge);
}

/** It fails where somebody made something else by the bridge's name, or the device's. */
export function putInto(hand: Hand, device: string, bridge: string): void {
  const master = hand.link(ROOT, device)?.master;
  if (master === bridge) return;
  if (master !== undefined) hand.attempt(ROOT, { tool: "brctl", action: "delif", bridge: master, device });
  hand.attempt(ROOT, { tool: "brctl", action: "addif", bridge, device });
}

function removeUnused(hand: Hand, view: HostView): void {
  const links = hand.namespace(ROOT)?.links ?? [];
  const kept = new Set(pluggedHere(view, hand.host).map((port) => bridgeName(port.networkId)));
  for (const { master, name } of links) if (master !== undefined && name.startsWith("tap")) kept.add(master);
  const physical = new Set(Object.values(view.settings.interfaceMappings));
  for (const link of links)
    if (link.kind === "bridge" && link.name.startsWith(BRIDGE_PREFIX) && !kept.has(link.name))
      removeBridge(
        hand,
        link.name,
        links.filter((one) => one.master === link.name),
        physical,
      );
}

function removeBridge(hand: Hand, bridge: string, ports: readonly Link[], physical: ReadonlySet<string>): void {
  for (const { name, kind } of ports) {
    hand.run(ROOT, { tool: "brctl", action: "delif", bridge, device: name });
    const hostsOwn = kind !== "vxlan" && moveAddresses(hand, bridge, name);
    if (!hostsOwn && !physical.has(name)) hand.ip(ROOT, { tool: "ip", action: "link-del", name });
  }
  hand.ip(ROOT, { tool: "ip", action: "link-set", name: bridge, up: false });
  hand.run(ROOT, { tool: "brctl", action: "delbr", bridge });
}
