/** Namespaces of routers. Source: neutron/agent/l3/namespaces.py. */

import { ROOT } from "../../host/edit.ts";
import type { IptablesRuleset } from "../../net/iptables/ast.ts";
import type { Hand } from "../interface-driver/hand.ts";
import { unplug } from "../interface-driver/plug.ts";
import type { Firewall } from "./iptables/base.ts";
import { install } from "./iptables/install.ts";

const PORTS: readonly string[] = ["qr-", "qg-", "sg-", "fg-"];
const PAIRS: readonly string[] = ["rfp-", "fpr-"];

/** Namespace.create */
export function setNamespace(hand: Hand, name: string, more: Readonly<Record<string, string>> = {}): void {
  hand.ensureNamespace(name);
  hand.sysctl(name, {
    "net.ipv4.ip_forward": "1",
    // Answer ARP on the device that has the address only, and announce that device's own.
    "net.ipv4.conf.all.arp_ignore": "1",
    "net.ipv4.conf.all.arp_announce": "2",
    "net.ipv6.conf.all.forwarding": "1",
    ...more,
  });
}

export function setFirewall(hand: Hand, netns: string, firewall: Firewall): void {
  const ns = hand.namespace(netns);
  if (!ns) return;
  const iptables: IptablesRuleset = install(ns.iptables, firewall.v4);
  const ip6tables: IptablesRuleset = install(ns.ip6tables, firewall.v6);
  if (iptables !== ns.iptables || ip6tables !== ns.ip6tables) hand.edit(netns, { iptables, ip6tables });
}

/** RouterNamespace.delete, SnatNamespace.delete, FipNamespace._delete: its devices first, then itself. */
export function deleteNamespace(hand: Hand, name: string): void {
  for (const link of hand.namespace(name)?.links ?? []) {
    if (PORTS.some((prefix) => link.name.startsWith(prefix))) unplug(hand, name, link.name);
    else if (PAIRS.some((prefix) => link.name.startsWith(prefix)))
      hand.ip(name, { tool: "ip", action: "link-del", name: link.name });
  }
  if (hand.namespace(name)) hand.ip(ROOT, { tool: "ip", action: "netns-del", name });
}
