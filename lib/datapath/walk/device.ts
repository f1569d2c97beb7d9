/** Frames in and out of network devices, by the kind of device: net/core/dev.c and the drivers, as far as a path goes. */
import { isGroupMac } from "../../net/address.ts";
import type { Packet } from "../../net/packet.ts";
import type { Element } from "../event.ts";
import { FRESH_SKB } from "../kernel/skb.ts";
import { bridgeReceive, bridgeSend } from "./bridging.ts";
import { drop, frame, ignore, placeOf, unknown, type Walk } from "./context.ts";
import { type Branch, fork } from "./flight.ts";
import { type Device, deviceOfPort, parentOf, peerOf } from "./index.ts";
import { culprit, isDown, linkElement } from "./link.ts";
import { outerOf, outerVlan, popVlan, pushVlan } from "./outer.ts";
import { tunnelDeviceSend } from "./tunnel-device.ts";
import { sendWire } from "./wire.ts";

const LOCAL_PORT = 65534;

/** A frame arrives from the wire, the peer, the guest or a tunnel; `mark` is not 0 from a peer in the same namespace. */
export function receive(w: Walk, device: Device, packet: Packet, branch: Branch, mark = 0): undefined {
  const place = placeOf(device);
  const { link, ns, host } = device;
  if (!link.up) return drop(w, place, branch, packet, "LINK_DOWN", linkElement(device));
  if (!frame(w, place, "in", packet, branch)) return;
  const strange = unsupported(device) ?? unsupported(link.master ? ns.devices.get(link.master) : undefined);
  if (strange) return unknown(w, place, branch, packet, strange);
  const heard = macvlansFor(device, packet);
  const [own = branch, ...theirs] = fork(branch, 1 + heard.length);
  for (const [i, upper] of heard.entries()) receive(w, upper, packet, theirs[i] ?? own, mark);
  const above = upperFor(device, packet);
  if (above) return receive(w, above, above.link.kind === "vlan" ? popVlan(packet) : packet, own, mark);
  if (ns.name === "root") {
    const port = host.ovs?.portOf(link.name);
    if (port && port.type !== "internal" && port.ofport !== LOCAL_PORT)
      return w.parts.toSwitch(w, host, link.name, packet, own);
  }
  const master = link.master ? ns.devices.get(link.master) : undefined;
  if (master?.link.kind === "bridge") return bridgeReceive(w, device, master, packet, own, mark);
  if (master?.link.kind === "bond") return receive(w, master, packet, own, mark);
  w.parts.toStack(w, device, packet, own, { ...FRESH_SKB, mark });
}

/** What a device of a kind that nobody here knows does with a frame is not told by the state. */
function unsupported(device: Device | undefined): Element | undefined {
  if (device?.link.kind !== "other" || device.link.rawKind === undefined) return undefined;
  return { type: "gap", text: `${device.link.name} is of kind ${device.link.rawKind}, which is not supported` };
}

/** VLAN subinterface or macvlan that takes a frame off its parent (__netif_receive_skb_core: VLANs before rx handlers). */
function upperFor(device: Device, packet: Packet): Device | undefined {
  const uppers = device.ns.upper.get(device.link.name);
  if (!uppers) return undefined;
  const tag = outerVlan(packet);
  if (tag) return uppers.find((u) => u.link.kind === "vlan" && u.link.vlan?.id === tag.vid && u.link.up);
  const mac = outerOf(packet).ethDst;
  return isGroupMac(mac) ? undefined : uppers.find((u) => u.link.kind !== "vlan" && u.link.mac === mac);
}

/** Every macvlan device that is up hears a frame for many, and so does its parent (macvlan.c macvlan_handle_frame). */
function macvlansFor(device: Device, packet: Packet): Device[] {
  if (!isGroupMac(outerOf(packet).ethDst) || outerVlan(packet)) return [];
  return (device.ns.upper.get(device.link.name) ?? []).filter((u) => u.link.kind !== "vlan" && u.link.up);
}

/** A frame that Open vSwitch sends to one of its own (internal) devices: the stack behind it receives it. */
export function receiveInternal(
  w: Walk,
  device: Device,
  packet: Packet,
  branch: Branch,
  isLocalPort: boolean,
): undefined {
  const place = placeOf(device);
  if (!device.link.up) {
    // A bridge's own device is normally down: nobody expects the frame there.
    if (isLocalPort) return ignore(w, place, branch, packet);
    return drop(w, place, branch, packet, "LINK_DOWN", linkElement(device));
  }
  receive(w, device, packet, branch);
}

/** A namespace, a bridge or a switch sends a frame by a device. */
export function transmit(w: Walk, device: Device, packet: Packet, branch: Branch, mark = 0): undefined {
  const place = placeOf(device);
  const { link, host } = device;
  if (isDown(device)) return drop(w, place, branch, packet, "LINK_DOWN", linkElement(culprit(device)));
  const length = outerOf(packet).l3Length;
  if (length > link.mtu)
    return drop(w, place, branch, packet, "MTU_EXCEEDED", linkElement(device, `packet of ${length} bytes`));
  if (!frame(w, place, "out", packet, branch)) return;
  const strange = unsupported(device);
  if (strange) return unknown(w, place, branch, packet, strange);
  const port = host.ovs?.portOf(link.name);
  if (port && (port.type === "internal" || port.ofport === LOCAL_PORT) && deviceOfPort(host, link.name) === device)
    return w.parts.toSwitch(w, host, link.name, packet, branch);
  if (w.index.segmentOf(device)) return sendWire(w, device, packet, branch);
  switch (link.kind) {
    case "veth":
      return transmitVeth(w, device, packet, branch, mark);
    case "tap":
    case "tun":
      return transmitTap(w, device, packet, branch);
    case "physical":
    case "other":
      return sendWire(w, device, packet, branch);
    case "bridge":
      return bridgeSend(w, device, packet, branch, mark);
    case "vlan": {
      const parent = parentOf(device);
      const id = link.vlan?.id;
      if (!parent || id === undefined)
        return drop(w, place, branch, packet, "NO_CARRIER_PEER", linkElement(device, "parent is not there"));
      const tpid = link.vlan?.protocol.toLowerCase().includes("ad") ? 0x88a8 : 0x8100;
      return transmit(w, parent, pushVlan(packet, { tpid, vid: id, pcp: 0 }), branch, mark);
    }
    case "macvlan":
    case "macvtap":
    case "ipvlan":
      return transmitMacvlan(w, device, packet, branch);
    case "bond": {
      const slave = (device.ns.slaves.get(link.name) ?? []).find((s) => s.link.up && s.link.carrier);
      if (!slave) return drop(w, place, branch, packet, "LINK_DOWN", linkElement(device, "no slave is up"));
      return transmit(w, slave, packet, branch, mark);
    }
    case "vxlan":
    case "gretap":
    case "geneve":
    case "gre":
      return tunnelDeviceSend(w, device, packet, branch);
    case "loopback":
      return w.parts.toStack(w, device, packet, branch);
    case "dummy":
    case "ifb":
      return drop(
        w,
        place,
        branch,
        packet,
        "NO_CARRIER_PEER",
        linkElement(device, `${link.kind} device: nothing behind it`),
      );
    case "vrf":
    case "openvswitch":
      return unknown(w, place, branch, packet, linkElement(device, `${link.kind} device that no bridge lists`));
    default:
      return link.kind satisfies never;
  }
}

function transmitVeth(w: Walk, device: Device, packet: Packet, branch: Branch, mark: number): undefined {
  const peer = peerOf(device);
  // The mark is wiped only where the namespace changes (skb_scrub_packet).
  if (peer) return receive(w, peer, packet, branch, peer.ns === device.ns ? mark : 0);
  const { link } = device;
  // A peer in a namespace that the snapshot does not show: the frame leaves what we have.
  if (link.linkNetnsId !== undefined && !link.linkNetns) return sendWire(w, device, packet, branch);
  drop(
    w,
    placeOf(device),
    branch,
    packet,
    "NO_CARRIER_PEER",
    linkElement(device, `peer ${link.linkName ?? ""} is not there`),
  );
}

function transmitTap(w: Walk, device: Device, packet: Packet, branch: Branch): undefined {
  const { name } = device.link;
  const [tag, ...vlans] = packet.vlans;
  const subport = tag && device.host.subportByTap.get(`${name} ${tag.vid}`);
  if (subport) return w.parts.toGuest(w, subport, { ...packet, vlans }, branch);
  const guest = device.host.guestByTap.get(name);
  if (guest) return w.parts.toGuest(w, guest, packet, branch);
  drop(
    w,
    placeOf(device),
    branch,
    packet,
    "NO_CARRIER_PEER",
    linkElement(device, "no guest of the cloud has this tap"),
  );
}

function transmitMacvlan(w: Walk, device: Device, packet: Packet, branch: Branch): undefined {
  const parent = parentOf(device);
  if (!parent)
    return drop(w, placeOf(device), branch, packet, "NO_CARRIER_PEER", linkElement(device, "parent is not there"));
  const mac = outerOf(packet).ethDst;
  const group = isGroupMac(mac);
  const siblings =
    device.link.macvlanMode === "bridge"
      ? (parent.ns.upper.get(parent.link.name) ?? []).filter((d) => d !== device && d.link.kind !== "vlan")
      : [];
  const mine = siblings.filter((d) => group || d.link.mac === mac);
  // A frame for a sibling comes in by the parent (macvlan_queue_xmit); one for many goes to the siblings themselves.
  if (mine.length > 0 && !group) return receive(w, parent, packet, branch);
  const out = mine.length === 0 || group;
  const branches = fork(branch, mine.length + (out ? 1 : 0));
  for (const [i, sibling] of mine.entries()) receive(w, sibling, packet, branches[i] ?? branch);
  if (out) transmit(w, parent, packet, branches[mine.length] ?? branch);
}
