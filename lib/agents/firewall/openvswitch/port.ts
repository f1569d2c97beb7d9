/** A port as the native firewall has it. Source: neutron/agent/linux/openvswitch_firewall/firewall.py OFPort. */
import type { OvsBridge, OvsPort } from "../../../host/state.ts";
import { canonicalMac, matchedAddress, parseCidr } from "../../../net/address.ts";
import { linkLocalAddress } from "../../../net/eui64.ts";
import type { PortView } from "../../view.ts";

export interface OfPort {
  readonly view: PortView;
  readonly ofport: number;
  /** other_config:tag: the local VLAN, once the agent has one for the network. */
  readonly vlan: number;
  /** What frames of its network bear on a physical network: an ID, `flat`, or undefined where there is none. */
  readonly physical: number | "flat" | undefined;
  /** What ports in the same security groups share, and those of them in one local VLAN. */
  readonly groups: string;
  readonly place: string;
}

/** Those of the ports that are on br-int; one without a local VLAN is none of the firewall's. */
export function ofPorts(bridge: OvsBridge, ports: readonly PortView[]): OfPort[] {
  const byId = portsById(bridge.ports);
  return ports.flatMap((view) => {
    const port = byId.get(view.id);
    return port ? ofPort(view, port) : [];
  });
}

const ids = new WeakMap<readonly OvsPort[], ReadonlyMap<string, OvsPort>>();

function portsById(ports: readonly OvsPort[]): ReadonlyMap<string, OvsPort> {
  let map = ids.get(ports);
  if (!map) {
    const known = new Map<string, OvsPort>();
    for (const port of ports) {
      const id = port.interfaces[0]?.externalIds["iface-id"];
      if (id !== undefined) known.set(id, port);
    }
    map = known;
    ids.set(ports, map);
  }
  return map;
}

const known = new WeakMap<PortView, { readonly port: OvsPort; readonly made: readonly OfPort[] }>();

/** The same object while nothing of it changes. */
function ofPort(view: PortView, port: OvsPort): readonly OfPort[] {
  const last = known.get(view);
  if (last?.port === port) return last.made;
  const { otherConfig, interfaces } = port;
  const vlan = Number(otherConfig.tag);
  const ofport = interfaces[0]?.ofport ?? -1;
  const groups = view.securityGroups.join();
  const one = { view, ofport, vlan, physical: physicalOf(otherConfig), groups, place: `${vlan} ${groups}` };
  const made = ofport > 0 && Number.isInteger(vlan) ? [one] : [];
  known.set(view, { port, made });
  return made;
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
  if (family === 6) pairs.push({ mac: port.mac, address: linkLocalAddress(port.mac) });
  return [...new Map(pairs.map((pair) => [`${pair.mac} ${pair.address}`, pair])).values()];
}

export function allowedMacs(port: PortView): string[] {
  return [...new Set([port.mac, ...port.allowedAddressPairs.map(({ mac }) => canonicalMac(mac) ?? mac)])];
}
