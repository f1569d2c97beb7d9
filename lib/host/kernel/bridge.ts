/** Ports of Linux bridges, and what a bridge takes from them (net/bridge/br_if.c, br_stp_if.c). */
import { ZERO_MAC } from "../../net/address.ts";
import { generatedMac } from "../allocate.ts";
import { CommandError } from "../command/command.ts";
import { dependantsOf, findLink, namespaceOf, withNamespace } from "../edit.ts";
import type { HostState, Link } from "../state.ts";
import { settleCarrier, settlePort, setUp } from "./carrier.ts";
import { macChanged, mtuChanged } from "./inet.ts";
import { linkOf, refused, replaceLink } from "./links.ts";

const DEFAULT_MTU = 1500;

/** Puts a device into a bridge, or takes it out of the one it is in. */
export function setMaster(host: HostState, netns: string, name: string, master: string | undefined): HostState {
  const link = linkOf(host, netns, name);
  if (link.master === master) return host;
  const left = link.master === undefined ? host : leave(host, netns, link);
  return master === undefined ? left : enter(left, netns, linkOf(left, netns, name), master);
}

function findMaster(host: HostState, netns: string, name: string | undefined): Link | undefined {
  return name === undefined ? undefined : findLink(namespaceOf(host, netns), name);
}

function enter(host: HostState, netns: string, link: Link, master: string): HostState {
  const bridge = findMaster(host, netns, master);
  if (!bridge) throw new CommandError(`Error: argument "${master}" is wrong: Device does not exist\n`, 255);
  if (bridge.kind === "vrf" || bridge.kind === "bond") return replaceLink(host, netns, { ...link, master });
  if (bridge.kind !== "bridge") throw refused("Operation not supported");
  if (link.kind === "loopback" || link.name === master) throw refused("Invalid argument");
  if (link.kind === "bridge") throw refused("Too many levels of symbolic links");
  const before = traits(host, netns, bridge);
  const bridgePort = { state: "disabled", hairpin: false, isolated: false, learning: true, flood: true };
  // Without VLAN filtering every port is promiscuous (br_manage_promisc).
  const promisc = link.promisc || !bridge.bridge?.vlanFiltering;
  const out = replaceLink(host, netns, { ...link, master, promisc, bridgePort });
  return settleBridge(settlePort(out, netns, link.name), netns, master, before);
}

function leave(host: HostState, netns: string, link: Link): HostState {
  const { master, bridgePort: _, ...rest } = link;
  const bridge = findMaster(host, netns, master);
  const before = bridge && traits(host, netns, bridge);
  const ns = namespaceOf(host, netns);
  const fdb = ns.fdb.filter((e) => e.dev !== link.name || e.master !== master);
  let out = fdb.length === ns.fdb.length ? host : withNamespace(host, { ...ns, fdb });
  out = replaceLink(out, netns, { ...rest, promisc: bridge?.kind === "bridge" ? false : link.promisc });
  return bridge && before ? settleBridge(out, netns, bridge.name, before) : out;
}

/** What of a bridge is still its ports' doing, and not an administrator's. */
interface Traits {
  readonly followsMac: boolean;
  readonly followsMtu: boolean;
}

/** The kernel remembers whether address and MTU were set; here a value that is not what the ports give was set. */
export function traits(host: HostState, netns: string, bridge: Link): Traits {
  const ports = portsOf(host, netns, bridge.name);
  const mac = lowestMac(ports);
  return {
    followsMac:
      bridge.mac === ZERO_MAC || bridge.mac === (mac ?? "") || bridge.mac === generatedMac(host.name, bridge.name),
    followsMtu: bridge.mtu === lowestMtu(ports),
  };
}

/** After ports came, went or changed: address (the lowest), MTU (the smallest), carrier. */
export function settleBridge(host: HostState, netns: string, name: string, before: Traits): HostState {
  const bridge = linkOf(host, netns, name);
  const ports = portsOf(host, netns, name);
  const mac = before.followsMac ? (lowestMac(ports) ?? ZERO_MAC) : bridge.mac;
  const mtu = before.followsMtu ? lowestMtu(ports) : bridge.mtu;
  let out = host;
  if (mac !== bridge.mac || mtu !== bridge.mtu) {
    const after = { ...bridge, mac, mtu };
    out = replaceLink(out, netns, after);
    if (mac !== bridge.mac) out = withNamespace(out, macChanged(namespaceOf(out, netns), after));
    out = withNamespace(out, mtuChanged(namespaceOf(out, netns), bridge, after));
  }
  return settleCarrier(out, netns, name);
}

function portsOf(host: HostState, netns: string, bridge: string): Link[] {
  return dependantsOf(namespaceOf(host, netns).links, bridge).filter((l) => l.master === bridge);
}

function lowestMac(ports: readonly Link[]): string | undefined {
  let lowest: string | undefined;
  for (const { mac } of ports) if (lowest === undefined || mac < lowest) lowest = mac;
  return lowest;
}

function lowestMtu(ports: readonly Link[]): number {
  return ports.length === 0 ? DEFAULT_MTU : Math.min(...ports.map((port) => port.mtu));
}

export function setBridge(
  host: HostState,
  netns: string,
  name: string,
  changes: Partial<NonNullable<Link["bridge"]>>,
): HostState {
  const link = linkOf(host, netns, name);
  if (!link.bridge) throw refused("Operation not supported");
  return replaceLink(host, netns, { ...link, bridge: { ...link.bridge, ...changes } });
}

/** All its ports leave: it is being deleted, or moved away. */
export function emptyBridge(host: HostState, netns: string, name: string): HostState {
  const out = setUp(host, netns, name, false);
  return portsOf(out, netns, name).reduce((h, port) => setMaster(h, netns, port.name, undefined), out);
}
