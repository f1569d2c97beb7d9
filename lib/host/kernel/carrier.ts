/** Up, down and carrier, and how they spread: veth to its peer, ports to their bridge, a device to those that stand on it. */

import { ZERO_MAC } from "../../net/address.ts";
import { dependantsOf, findLink, findNamespace, namespaceOf, withNamespace } from "../edit.ts";
import type { HostState, Link } from "../state.ts";
import { carrierChanged, deviceDown, deviceUp } from "./inet.ts";
import { childrenOf, isHeld, peerOf, refused, replaceLink } from "./links.ts";

/** `ip link set NAME up|down`. */
export function setUp(host: HostState, netns: string, name: string, up: boolean): HostState {
  const link = findLink(namespaceOf(host, netns), name);
  if (!link || link.up === up) return host;
  if (up && link.kind === "vlan" && parentOf(host, netns, link)?.up === false) throw refused("Network is down");
  const carrier = up && hasCarrier(host, netns, link);
  const after = { ...link, up, carrier, operstate: operstate(host, netns, { ...link, up, carrier }) };
  let out = replaceLink(host, netns, after);
  const ns = namespaceOf(out, netns);
  out = withNamespace(out, up ? deviceUp(ns, after) : deviceDown(ns, after));
  if (link.kind === "bridge") out = settlePorts(out, netns, name);
  if (link.master !== undefined) out = settlePort(out, netns, name);
  out = spread(out, netns, after);
  // A VLAN goes down and comes up with its device (net/8021q/vlan.c vlan_device_event).
  for (const child of childrenOf(out, netns, name))
    if (child.link.kind === "vlan" && child.netns === netns) out = setUp(out, child.netns, child.link.name, up);
  return out;
}

/** Looks again at whether a device has its carrier, and lets what follows from it happen. */
export function settleCarrier(host: HostState, netns: string, name: string): HostState {
  const ns = findNamespace(host, netns);
  const link = ns && findLink(ns, name);
  if (!link?.up) return host;
  const carrier = hasCarrier(host, netns, link);
  const state = operstate(host, netns, { ...link, carrier });
  if (carrier === link.carrier && state === link.operstate) return host;
  const after = { ...link, carrier, operstate: state };
  let out = replaceLink(host, netns, after);
  if (carrier === link.carrier) return out;
  out = withNamespace(out, carrierChanged(namespaceOf(out, netns), after));
  if (link.master !== undefined) out = settlePort(out, netns, name);
  return spread(out, netns, after);
}

function spread(host: HostState, netns: string, link: Link): HostState {
  let out = host;
  const peer = peerOf(out, netns, link);
  if (peer) out = settleCarrier(out, peer.netns, peer.link.name);
  if (link.master !== undefined) out = settleCarrier(out, netns, link.master);
  if (STANDS_ON[link.kind] !== false)
    for (const child of childrenOf(out, netns, link.name)) out = settleCarrier(out, child.netns, child.link.name);
  return out;
}

/** Kinds that nothing is ever put upon: not worth looking for. */
const STANDS_ON: { readonly [K in Link["kind"]]?: false } = { loopback: false, tun: false, vlan: false };

/** Carrier of a device that is up. */
function hasCarrier(host: HostState, netns: string, link: Link): boolean {
  switch (link.kind) {
    case "veth": {
      const peer = peerOf(host, netns, link);
      // A peer outside of what is simulated is a cable that is plugged in.
      return peer ? peer.link.up : true;
    }
    case "tap":
    case "tun":
      return isHeld(host, link.name);
    case "bridge": {
      const ports = dependantsOf(namespaceOf(host, netns).links, link.name).filter((l) => l.master === link.name);
      if (ports.some((port) => port.up && port.carrier)) return true;
      // A bridge that never had a port has its carrier; one whose last port left has not, nor an address.
      return link.up ? link.carrier && ports.length === 0 && link.mac !== ZERO_MAC : neverUsed(link, ports);
    }
    case "vlan":
    case "macvlan":
    case "macvtap":
    case "ipvlan": {
      const parent = parentOf(host, netns, link);
      return parent ? parent.up && parent.carrier : true;
    }
    default:
      return true;
  }
}

function neverUsed(bridge: Link, ports: readonly Link[]): boolean {
  return ports.length === 0 && bridge.mac !== ZERO_MAC;
}

function parentOf(host: HostState, netns: string, link: Link): Link | undefined {
  const ns = findNamespace(host, link.linkNetns ?? netns);
  return ns && link.linkName !== undefined ? findLink(ns, link.linkName) : undefined;
}

/** RFC 2863 operational state, as drivers of each kind report it. */
function operstate(host: HostState, netns: string, link: Link): string {
  if (!link.up) return "DOWN";
  const { kind, carrier } = link;
  // A peer elsewhere is looked for by its index here (net/core/link_watch.c default_operstate).
  if (kind === "veth" && !carrier && link.linkNetns !== undefined && link.linkNetns !== netns) {
    const same = namespaceOf(host, netns).links.find((l) => l.ifindex === link.linkIndex && l.up);
    return same?.carrier === false ? "LOWERLAYERDOWN" : "DOWN";
  }
  if (kind === "veth" || kind === "vlan" || kind === "macvlan" || kind === "macvtap" || kind === "ipvlan")
    return carrier ? "UP" : "LOWERLAYERDOWN";
  if (kind === "physical") return carrier ? "UP" : "DOWN";
  if (kind === "bridge") {
    if (!carrier) return "DOWN";
    const ports = dependantsOf(namespaceOf(host, netns).links, link.name);
    return ports.some((l) => l.master === link.name && l.up && l.carrier) ? "UP" : "UNKNOWN";
  }
  return carrier ? "UNKNOWN" : "DOWN";
}

/** Port states follow the port and its bridge (net/bridge/br_if.c br_port_carrier_check). */
export function settlePort(host: HostState, netns: string, name: string): HostState {
  const ns = namespaceOf(host, netns);
  const port = findLink(ns, name);
  const bridge = port?.master === undefined ? undefined : findLink(ns, port.master);
  if (!port?.bridgePort || !bridge) return host;
  const state = bridge.up && port.up && port.carrier ? "forwarding" : "disabled";
  if (state === port.bridgePort.state) return host;
  return replaceLink(host, netns, { ...port, bridgePort: { ...port.bridgePort, state } });
}

function settlePorts(host: HostState, netns: string, bridge: string): HostState {
  let out = host;
  for (const link of dependantsOf(namespaceOf(host, netns).links, bridge))
    if (link.master === bridge) out = settlePort(out, netns, link.name);
  return out;
}
