/**
 * The addresses and MACs that a port may send from: allowed address pairs, then its own; of IPv6 the link-local ones of
 * their MACs too. Source: neutron/agent/linux/iptables_firewall.py _spoofing_rule.
 */
import { canonicalMac, parseCidr } from "../../../net/address.ts";
import { linkLocalAddress } from "../../../net/eui64.ts";
import type { PortView } from "../../view.ts";
import { matchedNetwork } from "./security-rule.ts";

export interface SourcePair {
  readonly mac: string;
  /** Undefined: any address. */
  readonly network: string | undefined;
}

export function allowedSources(port: PortView, family: 4 | 6): SourcePair[] {
  const own = port.fixedIps.map(({ address }) => ({ mac: port.mac, address }));
  const pairs = [...port.allowedAddressPairs, ...own].flatMap(({ mac: text, address }) => {
    const mac = canonicalMac(text) ?? text;
    if (parseCidr(address)?.family !== family) return [];
    const pair = { mac, network: matchedNetwork(address) };
    return family === 4 ? [pair] : [pair, { mac, network: `${linkLocalAddress(mac)}/128` }];
  });
  // A port without any address may use all.
  if (port.fixedIps.length === 0) pairs.push({ mac: canonicalMac(port.mac) ?? port.mac, network: undefined });
  return pairs;
}
