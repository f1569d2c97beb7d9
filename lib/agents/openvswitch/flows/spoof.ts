/**
 * A guest's port sends from its own MACs and addresses only. Not with the native firewall, which does that itself; not
 * without port security; not for ports of the network's own (router, DHCP).
 * Source: neutron/plugins/ml2/drivers/openvswitch/agent/ovs_neutron_agent.py setup_arp_spoofing_protection,
 * openflow/native/br_int.py.
 */
import { canonicalMac, familyOf } from "../../../net/address.ts";
import { linkLocalAddress } from "../../../net/eui64.ts";
import { INTEGRATION as T } from "../../../net/neutron-tables.ts";
import type { PortView } from "../../view.ts";
import { goto, is, isNetwork, type Rule, rule } from "./build.ts";

const NEIGHBOUR_ADVERTISEMENT = [is("icmp_type", 136)];

/** @param ofport of the guest's device on br-int */
export function antiSpoofing(port: PortView, ofport: number): Rule[] {
  if (!port.portSecurity || port.deviceOwner.startsWith("network:")) return [];
  const macs = [...new Set([port.mac, ...port.allowedAddressPairs.map(({ mac }) => canonicalMac(mac) ?? mac)])];
  const addresses = [...port.fixedIps, ...port.allowedAddressPairs].map((one) => one.address);
  const from = is("in_port", ofport);
  return [
    ...macs.map((mac) => rule(T.MAC_SPOOF_TABLE, 2, [from, is("dl_src", mac)], [goto(T.LOCAL_EGRESS_TABLE)])),
    rule(T.LOCAL_SWITCHING, 9, [from], [goto(T.MAC_SPOOF_TABLE)]),
    ...neighbourAdvertisements(ofport, [...of(addresses, 6), ...macs.map((mac) => linkLocalAddress(mac))]),
    ...arp(ofport, of(addresses, 4)),
  ];
}

function of(addresses: readonly string[], family: 4 | 6): string[] {
  return [...new Set(addresses)].filter((one) => familyOf(one) === family);
}

/** A prefix of length 0 allows any address, and cannot be matched on: then nothing is checked. */
function any(addresses: readonly string[]): boolean {
  return addresses.some((one) => one.endsWith("/0"));
}

function neighbourAdvertisements(ofport: number, addresses: readonly string[]): Rule[] {
  if (any(addresses)) return [];
  const head = [is("icmp6"), is("in_port", ofport), ...NEIGHBOUR_ADVERTISEMENT];
  return [
    ...[...new Set(addresses)].map((one) =>
      rule(T.ARP_SPOOF_TABLE, 2, [...head, isNetwork("nd_target", one)], [goto(T.PACKET_RATE_LIMIT)]),
    ),
    rule(T.LOCAL_SWITCHING, 10, head, [goto(T.ARP_SPOOF_TABLE)]),
  ];
}

function arp(ofport: number, addresses: readonly string[]): Rule[] {
  if (any(addresses)) return [];
  const head = [is("arp"), is("in_port", ofport)];
  return [
    ...addresses.map((one) =>
      rule(T.ARP_SPOOF_TABLE, 2, [...head, isNetwork("arp_spa", one)], [goto(T.MAC_SPOOF_TABLE)]),
    ),
    rule(T.LOCAL_SWITCHING, 10, head, [goto(T.ARP_SPOOF_TABLE)]),
  ];
}
