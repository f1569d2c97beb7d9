/** A pair between a namespace and the host, for a Linux bridge. Source: neutron/agent/linux/interface.py BridgeInterfaceDriver. */
import { ROOT } from "../../host/edit.ts";
import type { Hand } from "./hand.ts";
import type { Plug } from "./plug.ts";

/** The host's end: the Linux bridge agent puts it into the network's bridge. */
function outerName(device: string): string {
  return `tap${device.slice(device.indexOf("-") + 1)}`;
}

export function plugPair(hand: Hand, { netns, device, mac, mtu }: Plug): void {
  const outer = outerName(device);
  const plugged = hand.link(netns, device) !== undefined;
  if (!plugged) {
    // What a namespace left behind that somebody deleted goes first.
    if (hand.link(ROOT, outer)) hand.ip(ROOT, { tool: "ip", action: "link-del", name: outer });
    const pair = { kind: "veth", peer: device, peerNetns: netns } as const;
    hand.ip(ROOT, { tool: "ip", action: "link-add", name: outer, device: pair });
    hand.sysctl(ROOT, { [`net.ipv6.conf.${outer}.disable_ipv6`]: "1" });
    hand.ip(netns, { tool: "ip", action: "link-set", name: device, address: mac });
  }
  for (const [ns, name] of [
    [ROOT, outer],
    [netns, device],
  ] as const)
    if (hand.link(ns, name)?.mtu !== mtu) hand.attempt(ns, { tool: "ip", action: "link-set", name, mtu });
  if (plugged) return;
  hand.ip(ROOT, { tool: "ip", action: "link-set", name: outer, up: true });
  hand.ip(netns, { tool: "ip", action: "link-set", name: device, up: true });
}

/** With one end the other goes. */
export function unplugPair(hand: Hand, netns: string, device: string): void {
  hand.ip(netns, { tool: "ip", action: "link-del", name: device });
}
