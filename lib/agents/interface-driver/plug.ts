/**
 * Ports in namespaces: internal ports of the integration bridge, or pairs whose other end a Linux bridge agent finds.
 * Source: neutron/agent/linux/interface.py OVSInterfaceDriver, BridgeInterfaceDriver.
 */
import { ROOT } from "../../host/edit.ts";
import type { Hand } from "./hand.ts";
import { plugPair, unplugPair } from "./pair.ts";

const BRIDGE = "br-int";
/** Nothing passes a port until the layer 2 agent has wired it. neutron/agent/common/ovs_lib.py _set_port_dead */
const DEAD_VLAN = "4095";

export interface Plug {
  readonly netns: string;
  readonly device: string;
  readonly portId: string;
  readonly mac: string;
  readonly mtu: number;
}

/** interface_driver: without Open vSwitch there is the Linux bridge. */
export function usesPairs(hand: Hand): boolean {
  return hand.host.ovs === undefined;
}

/** Whether ports can be plugged here at all: check_bridge_exists. */
export function hasBridge(hand: Hand): boolean {
  return usesPairs(hand) || hand.host.ovs?.bridges.some((one) => one.name === BRIDGE) === true;
}

export function plug(hand: Hand, port: Plug): void {
  if (usesPairs(hand)) plugPair(hand, port);
  else plugInternal(hand, port);
}

function plugInternal(hand: Hand, { netns, device, portId, mac, mtu }: Plug): void {
  const link = hand.link(netns, device);
  if (!link) {
    hand.run(ROOT, {
      tool: "ovs-vsctl",
      options: [],
      steps: [
        { kind: "del-port", ifExists: true, port: device },
        { kind: "add-port", mayExist: false, bridge: BRIDGE, port: device, settings: [] },
        {
          kind: "set",
          ifExists: false,
          table: "Port",
          record: device,
          settings: [
            { column: "tag", value: DEAD_VLAN },
            { column: "vlan_mode", value: "trunk" },
            { column: "trunks", value: DEAD_VLAN },
          ],
        },
        {
          kind: "set",
          ifExists: false,
          table: "Interface",
          record: device,
          settings: [
            { column: "type", value: "internal" },
            { column: "external_ids", key: "iface-id", value: portId },
            { column: "external_ids", key: "iface-status", value: "active" },
            { column: "external_ids", key: "attached-mac", value: `"${mac}"` },
          ],
        },
      ],
    });
    hand.ip(ROOT, { tool: "ip", action: "link-set", name: device, address: mac });
    hand.ip(ROOT, { tool: "ip", action: "link-set", name: device, netns });
  }
  if (link?.mtu !== mtu) hand.ip(netns, { tool: "ip", action: "link-set", name: device, mtu });
  if (!link) hand.ip(netns, { tool: "ip", action: "link-set", name: device, up: true });
}

export function unplug(hand: Hand, netns: string, device: string): void {
  if (usesPairs(hand)) {
    unplugPair(hand, netns, device);
    return;
  }
  hand.run(ROOT, {
    tool: "ovs-vsctl",
    options: [],
    steps: [{ kind: "del-port", ifExists: true, bridge: BRIDGE, port: device }],
  });
}

/** Takes away devices of a kind that nobody asked for. */
export function unplugOthers(hand: Hand, netns: string, prefix: string, wanted: ReadonlySet<string>): void {
  for (const { name } of hand.namespace(netns)?.links ?? [])
    if (name.startsWith(prefix) && !wanted.has(name)) unplug(hand, netns, name);
}
