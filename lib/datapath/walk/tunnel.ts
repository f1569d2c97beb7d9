/** Tunnels of Open vSwitch: native ones of the userspace datapath, and the kernel's vports. */
import { type Network, networkContains, networkOf, parseCidr, parseIp } from "../../net/address.ts";
import type { Packet } from "../../net/packet.ts";
import { viewPacket } from "../../net/packet.ts";
import type { Place } from "../event.ts";
import type { Ingress, TunnelKind } from "../openflow/switch.ts";
import { assume, drop, emit, frame, unknown, type Walk } from "./context.ts";
import type { Branch } from "./flight.ts";
import { type Device, deviceOfPort, type HostIndex, isUserspace } from "./index.ts";
import { outerLength, outerOf } from "./outer.ts";
import { learnRemote } from "./tunnel-device.ts";

const LOCAL_PORT = 65534;

interface TunnelOut {
  kind: TunnelKind;
  key: number;
  src?: string;
  dst: string;
  dstPort: number;
}

/** A frame leaves a bridge by a tunnel port. */
export function encapsulate(
  w: Walk,
  host: HostIndex,
  bridge: string,
  port: string,
  tun: TunnelOut,
  packet: Packet,
  branch: Branch,
): undefined {
  if (isUserspace(host, bridge)) return encapsulateNative(w, host, port, tun, packet, branch);
  const src = tun.src ?? "";
  const wrapped = wrap(packet, tun, src);
  const place: Place = { host: host.name, netns: "root", device: port };
  const device = host.root?.devices.get(systemDevice(tun.kind, tun.dstPort));
  if (device && !frame(w, { ...place, device: device.link.name }, "out", packet, branch)) return;
  if (!host.root) return;
  emit(w, place, branch, encapStep("encap", tun, src, port, wrapped));
  w.parts.sendLocal(w, host.root, wrapped, branch);
}

function encapStep(
  kind: "encap" | "decap",
  tun: { kind: TunnelKind; key: number; dst: string },
  src: string,
  port: string,
  packet: Packet,
) {
  return { kind, tunnel: tun.kind, key: tun.key, src, dst: tun.dst, port, packet: viewPacket(packet) };
}

function wrap(packet: Packet, tun: TunnelOut, src: string): Packet {
  return { ...packet, encap: { kind: tun.kind, key: tun.key, src, dst: tun.dst, dstPort: tun.dstPort } };
}

/** The device that the kernel datapath makes for its tunnel vports. */
function systemDevice(kind: TunnelKind, dstPort: number): string {
  return kind === "gre" ? "gre_sys" : `${kind === "vxlan" ? "vxlan" : "genev"}_sys_${dstPort}`;
}

/** ofproto-dpif-xlate.c native_tunnel_output: route, neighbour, then the bridge that the route names. */
function encapsulateNative(
  w: Walk,
  host: HostIndex,
  port: string,
  tun: TunnelOut,
  packet: Packet,
  branch: Branch,
): undefined {
  const place: Place = { host: host.name, netns: "root", device: port };
  const route = bestRoute(host, tun.dst);
  const element = { type: "tunnel" as const, text: `${port}: ${tun.kind} to ${tun.dst}` };
  if (!route) {
    const gap = host.state.gaps.find((g) => g.file.endsWith("/ovs/route-show.txt"));
    if (gap) return unknown(w, place, branch, packet, { type: "gap", text: `${gap.file}: ${gap.reason}` });
    return drop(w, place, branch, packet, "REMOTE_UNREACHABLE", element);
  }
  const src = tun.src ?? route.src ?? "";
  const nexthop = route.via ?? tun.dst;
  const mac = nativeNeighbour(w, host, route.dev, nexthop, place, branch);
  const device = deviceOfPort(host, route.dev);
  if (!mac || !device || !host.ovs?.portOf(route.dev))
    return drop(w, place, branch, packet, "REMOTE_UNREACHABLE", element);
  const wrapped = wrap(packet, tun, src);
  const outer: Packet = {
    ...wrapped,
    encap: { ...(wrapped.encap ?? noEncap()), ethSrc: device.link.mac, ethDst: mac },
  };
  emit(w, place, branch, encapStep("encap", tun, src, port, outer));
  const length = outerLength(tun.kind, packet);
  if (length > device.link.mtu)
    return drop(w, { ...place, device: route.dev }, branch, packet, "MTU_EXCEEDED", {
      type: "link",
      text: `${device.link.name}: mtu ${device.link.mtu} (packet of ${length} bytes)`,
    });
  const ref = host.ovs.portOf(route.dev);
  if (ref) w.parts.runSwitch(w, host, { bridge: ref.bridge, ofport: LOCAL_PORT }, outer, branch, route.dev);
}

function noEncap(): never {
  throw new Error("wrap() always sets the encapsulation");
}

type NativeRoute = { dst: string; dev: string; via?: string; src?: string; local: boolean };

const routesOf = new WeakMap<HostIndex, { network: Network; route: NativeRoute }[]>();

/** Longest prefix of `ovs/route/show`; its local entries are no way out. */
function bestRoute(host: HostIndex, dst: string): NativeRoute | undefined {
  let routes = routesOf.get(host);
  if (!routes) {
    routes = (host.state.ovs?.routes ?? []).flatMap((route) => {
      const cidr = parseCidr(route.dst);
      return cidr && !route.local ? [{ network: networkOf(cidr), route }] : [];
    });
    routes.sort((a, b) => b.network.prefix - a.network.prefix);
    routesOf.set(host, routes);
  }
  const ip = parseIp(dst);
  return ip && routes.find((r) => networkContains(r.network, ip))?.route;
}

/** tnl/neigh first; then what ARP on the wire would say: the device that has the address. */
function nativeNeighbour(
  w: Walk,
  host: HostIndex,
  dev: string,
  address: string,
  place: Place,
  branch: Branch,
): string | undefined {
  const known = host.state.ovs?.tunnelNeighbours.find((n) => n.address === address && n.bridge === dev);
  if (known) {
    emit(w, place, branch, {
      kind: "neighbour",
      address,
      mac: known.mac,
      dev,
      text: `${address} ${known.mac} ${dev}`,
      source: "table",
    });
    return known.mac;
  }
  for (const owner of w.index.ownersOf(address))
    if (owner.kind === "netns") {
      assume(
        w,
        place,
        branch,
        `Open vSwitch finds ${address} by ARP`,
        `no tnl/neigh entry; ${owner.device.host.name} has the address`,
      );
      return owner.device.link.mac;
    }
  return undefined;
}

/** Whether a frame that Open vSwitch hands to a bridge's own device is for its native tunnels (tnl-ports.c). */
export function nativeTunnelEnd(host: HostIndex, bridge: string, device: Device | undefined, packet: Packet): boolean {
  if (!packet.encap || !device || !isUserspace(host, bridge)) return false;
  if (device.ns.addresses.get(packet.encap.dst) !== device.link.name) return false;
  return (
    host.state.ovs?.bridges.some((b) => b.ports.some((p) => p.interfaces.some((i) => i.type === packet.encap?.kind))) ??
    false
  );
}

/** An encapsulated frame reached the address that its tunnel ends at. */
export function decapsulate(w: Walk, host: HostIndex, packet: Packet, place: Place, branch: Branch): undefined {
  const e = packet.encap;
  if (!e) return;
  const { encap: _, ...inner } = packet;
  const ingress: Ingress | undefined = host.ovs?.tunnelIngress(e);
  if (ingress && host.ovs) {
    const port = host.ovs.portAt(ingress.bridge, ingress.ofport)?.name ?? String(ingress.ofport);
    const system = isUserspace(host, ingress.bridge)
      ? undefined
      : host.root?.devices.get(systemDevice(e.kind, e.dstPort ?? outerPort(packet)));
    emit(w, { ...place, netns: "root", device: port }, branch, encapStep("decap", e, e.src, port, inner));
    if (system && !frame(w, { host: host.name, netns: "root", device: system.link.name }, "in", inner, branch)) return;
    return w.parts.runSwitch(w, host, ingress, inner, branch, port);
  }
  let otherKey: Device | undefined;
  for (const ns of host.namespaces.values())
    for (const device of ns.devices.values()) {
      const t = device.link.tunnel;
      const kind = device.link.kind === "gretap" ? "gre" : device.link.kind;
      if (kind !== e.kind || !t) continue;
      if ((t.key ?? 0) !== e.key) {
        otherKey ??= device;
        continue;
      }
      if (t.remote && t.remote !== e.src && !t.group) continue;
      if (t.local && t.local !== e.dst && t.group !== e.dst) continue;
      emit(
        w,
        { host: host.name, netns: ns.name, device: device.link.name },
        branch,
        encapStep("decap", e, e.src, device.link.name, inner),
      );
      // vxlan_snoop, before the frame is anybody's.
      if (t.learning !== false && kind === "vxlan") learnRemote(w, device, inner.ethSrc, e.src);
      return w.parts.receive(w, device, inner, branch);
    }
  const text = `${e.kind} ${e.key} from ${e.src} to ${e.dst}: no tunnel port on ${host.name}`;
  drop(w, place, branch, packet, otherKey ? "TUNNEL_KEY_UNKNOWN" : "TUNNEL_MISSING", { type: "tunnel", text });
}

function outerPort(packet: Packet): number {
  const { l4 } = outerOf(packet);
  return l4?.kind === "udp" ? l4.dst : 0;
}
