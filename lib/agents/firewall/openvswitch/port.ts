/** A port as the native firewall has it. Source: neutron/agent/linux/openvswitch_firewall/firewall.py OFPort. */
import type { OvsBridge } from "../../../host/state.ts";
import { canonicalMac, networkBase, parseCidr } from "../../../net/address.ts";
import { eui64Address } from "../../../net/eui64.ts";
import type { PortView } from "../../view.ts";

export interface OfPort {
  readonly view: PortView;
  readonly ofport: number;
  /** other_config:tag: the local VLAN, once the agent has one for the network. */
  readonly vlan: number;
  /** What frames of its network bear on a physical network: an ID, `flat`, or undefined where there is none. */
  readonly physical: number | "flat" | undefined;
}

/** Ports on br-int by their ids; those without a local VLAN are none of the firewall's. */
export function ofPorts(
  bridge: OvsBridge,
): Map<string, { ofport: number; vlan: number; physical: OfPort["physical"] }> {
  const found = new Map<string, { ofport: number; vlan: number; physical: OfPort["physical"] }>();
  for (const { otherConfig, interfaces } of bridge.ports) {
    const vlan = Number(otherConfig.tag);
    const one = interfaces[0];
    const id = one?.externalIds["iface-id"];
    if (id === undefined || one?.ofport === undefined || one.ofport <= 0 || !Number.isInteger(vlan)) continue;
    found.set(id, { ofport: one.ofport, vlan, physical: physicalOf(otherConfig) });
  }
  return found;
}

function physicalOf(otherConfig: Readonly<Record<string, string>>): OfPort["physical"] {
  if (otherConfig.network_type === "flat") return "flat";
  const id = Number(otherConfig.segmentation_id);
  return otherConfig.network_type === "vlan" && Number.isInteger(id) ? id : undefined;
}

export interface Pair {
  readonly mac: string;
  /** As a match has it; undefined for any. */
  readonly address: string | undefined;
}

/** Allowed address pairs and the port's own addresses; of IPv6 with its link-local one. */
export function allowedPairs(port: PortView, family: 4 | 6): Pair[] {
  const own = port.fixedIps.map(({ address }) => ({ mac: port.mac, address }));
  const pairs = [...port.allowedAddressPairs, ...own]
    .filter(({ address }) => parseCidr(address)?.family === family)
    .map(({ mac, address }) => ({ mac: canonicalMac(mac) ?? mac, address: matchedAddress(address) }));
  if (family === 6) pairs.push({ mac: port.mac, address: eui64Address("fe80::/64", port.mac) });
  return [...new Map(pairs.map((pair) => [`${pair.mac} ${pair.address}`, pair])).values()];
}

export function allowedMacs(port: PortView): string[] {
  return [...new Set([port.mac, ...port.allowedAddressPairs.map(({ mac }) => canonicalMac(mac) ?? mac)])];
}

/** An address, or a network with its prefix length; undefined for one that holds all. */
export function matchedAddress(text: string): string | undefined {
  const cidr = parseCidr(text);
  if (!cidr || cidr.prefix === 0) return undefined;
  const network = networkBase(cidr);
  return cidr.prefix === (cidr.family === 4 ? 32 : 128) ? network : `${network}/${cidr.prefix}`;
}
