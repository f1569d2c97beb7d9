/** Guests: an ordinary Linux machine, as its Neutron port describes it. What runs inside is never known. */

import type { Guest } from "../../host/world.ts";
import {
  BROADCAST_MAC,
  cidrContains,
  isGroupMac,
  isLoopbackIp,
  multicastMac,
  networkContains,
  networkOf,
  parseCidr,
  parseIp,
  solicitedNode,
} from "../../net/address.ts";
import type { Packet } from "../../net/packet.ts";
import { assume, deliver, drop, frame, guestPlace, ignore, learnNeighbour, unknown, type Walk } from "./context.ts";
import type { Branch } from "./flight.ts";
import { pushVlan } from "./outer.ts";

const ICMP6 = 58;
const SOLICITATION = 135;
const ADVERTISEMENT = 136;

/** A frame comes out of the tap into the guest. */
export function toGuest(w: Walk, guest: Guest, packet: Packet, branch: Branch): undefined {
  const place = guestPlace(guest);
  if (!frame(w, place, "in", packet, branch)) return;
  if (packet.vlans.length > 0 || packet.encap) return ignore(w, place, branch, packet);
  if (packet.ethDst !== guest.mac && !isGroupMac(packet.ethDst)) return ignore(w, place, branch, packet);
  const taker = { kind: "guest" as const, guest };
  const { arp, ip } = packet;
  const mine = (address: string) => guest.fixedIps.some((f) => f.address === address);
  if (arp) {
    if (!mine(arp.tpa)) return ignore(w, place, branch, packet);
    if (isGuestsOwn(w, guest, arp.spa)) return martian(w, guest, arp.spa, packet, branch);
    if (arp.op !== 1) return deliver(w, place, branch, packet, { taker, packet, branch });
    learnNeighbour(w, taker, arp.spa, arp.sha);
    const reply: Packet = {
      ...packet,
      ethSrc: guest.mac,
      ethDst: arp.sha,
      arp: { op: 2, sha: guest.mac, spa: arp.tpa, tha: arp.sha, tpa: arp.spa },
    };
    w.answers.push({ packet: reply, by: place, send: (b) => fromGuest(w, guest, reply, b) });
    return deliver(w, place, branch, packet, undefined);
  }
  if (!ip) return ignore(w, place, branch, packet);
  const { l4 } = packet;
  if (l4?.kind === "icmp6" && l4.type === SOLICITATION && l4.nd) {
    const { target, sll } = l4.nd;
    if (!mine(target)) return ignore(w, place, branch, packet);
    learnNeighbour(w, taker, ip.src, sll ?? packet.ethSrc);
    const reply = advertisement(guest, packet, target);
    w.answers.push({ packet: reply, by: place, send: (b) => fromGuest(w, guest, reply, b) });
    return deliver(w, place, branch, packet, undefined);
  }
  if (mine(ip.dst) && ip.version === 4 && isGuestsOwn(w, guest, ip.src))
    return martian(w, guest, ip.src, packet, branch);
  if (
    mine(ip.dst) ||
    (packet.dhcp &&
      packet.dhcp.chaddr === guest.mac &&
      packet.dhcp.type !== "DISCOVER" &&
      packet.dhcp.type !== "REQUEST")
  )
    return deliver(w, place, branch, packet, { taker, packet, branch });
  ignore(w, place, branch, packet);
}

/** From outside comes nothing with an address of one's own: neither packets nor questions are answered (fib_validate_source, arp_process). */
function martian(w: Walk, guest: Guest, address: string, packet: Packet, branch: Branch): undefined {
  const text = `${address} sent this, and is an address of ${guest.name} itself`;
  return drop(w, guestPlace(guest), branch, packet, "DUPLICATE_ADDRESS", { type: "neighbour", text });
}

/** The guest sends a frame: out of its card, into the tap. */
export function fromGuest(w: Walk, guest: Guest, packet: Packet, branch: Branch): undefined {
  const place = guestPlace(guest);
  if (!guest.host) return drop(w, place, branch, packet, "PORT_NOT_BOUND", { type: "port", text: guest.portId });
  const host = w.index.hosts.get(guest.host);
  if (!host)
    return unknown(w, place, branch, packet, { type: "gap", text: `host ${guest.host} is not in the snapshot` });
  let sent = packet;
  if (packet.l3Length > guest.mtu) {
    if (packet.ip?.df && w.probe.df)
      return drop(w, place, branch, packet, "MTU_EXCEEDED", {
        type: "guest",
        text: `${guest.name}: mtu ${guest.mtu}, packet of ${packet.l3Length} bytes`,
      });
    assume(
      w,
      place,
      branch,
      "fragments travel like the whole packet",
      `${packet.l3Length} bytes, mtu ${guest.mtu} of ${guest.name}`,
    );
    sent = cut(packet, guest.mtu);
  }
  const tap = host.root?.devices.get(guest.tap);
  const port = tap ? undefined : ovsPortOf(host.state.ovs?.bridges ?? [], guest.portId);
  if (!tap && !port)
    return drop(w, { ...place, netns: "root", device: guest.tap }, branch, packet, "PORT_NOT_PLUGGED", {
      type: "link",
      text: `${guest.tap}: no such device on ${guest.host}`,
    });
  if (!frame(w, place, "out", sent, branch)) return;
  if (guest.vlan !== undefined) sent = pushVlan(sent, { tpid: 0x8100, vid: guest.vlan, pcp: 0 });
  if (tap) return w.parts.receive(w, tap, sent, branch);
  if (port) w.parts.toSwitch(w, host, port, sent, branch);
}

/** The largest fragment; what its sender cuts has no DF bit (__ip_make_skb). */
export function cut(packet: Packet, mtu: number): Packet {
  return { ...packet, l3Length: mtu, ...(packet.ip ? { ip: { ...packet.ip, df: false } } : {}) };
}

function ovsPortOf(
  bridges: { ports: { interfaces: { name: string; externalIds: Record<string, string>; type: string }[] }[] }[],
  portId: string,
): string | undefined {
  for (const b of bridges)
    for (const p of b.ports)
      for (const i of p.interfaces)
        if (i.externalIds["iface-id"] === portId && i.type.startsWith("dpdk")) return i.name;
  return undefined;
}

/** An address of the guest's own machine, of whichever card: its kernel delivers that by lo. */
export function isGuestsOwn(w: Walk, guest: Guest, dst: string): boolean {
  if (isLoopbackIp(dst)) return true;
  return w.index.ownersOf(dst).some((owner) => owner.kind === "guest" && isOneMachine(owner.guest, guest));
}

function isOneMachine(one: Guest, other: Guest): boolean {
  return one.portId === other.portId || (one.serverId !== undefined && one.serverId === other.serverId);
}

/** Where the guest sends a packet for `dst`: itself when on the link, a host route's next hop, else its gateway. */
export function guestRoute(guest: Guest, dst: string, source?: string): { nexthop: string; src: string } | undefined {
  const target = parseIp(dst);
  if (!target) return undefined;
  const own = guest.fixedIps.filter((f) => parseIp(f.address)?.family === target.family);
  const around = (address: string) => own.find((f) => cidrContains(`${f.address}/${f.prefix}`, address));
  const here = around(dst);
  if (here) return { nexthop: dst, src: source ?? here.address };
  let best: { via: string; prefix: number } | undefined;
  for (const r of guest.hostRoutes) {
    const cidr = parseCidr(r.dst);
    if (cidr && networkContains(networkOf(cidr), target) && cidr.prefix > (best?.prefix ?? -1))
      best = { via: r.via, prefix: cidr.prefix };
  }
  const gateway = own.find((f) => f.gateway);
  const via = best?.via ?? gateway?.router ?? gateway?.gateway;
  if (via === undefined) return undefined;
  // DHCP says of a network's other subnets that they are on the link, too.
  const nexthop = via === "0.0.0.0" ? dst : via;
  const src = source ?? (around(nexthop) ?? own[0])?.address;
  return src === undefined ? undefined : { nexthop, src };
}

/** The ARP request or neighbour solicitation that a guest sends. */
export function guestAsks(guest: Guest, target: string, src: string): Packet {
  if (target.includes(":")) {
    const group = solicitedNode(target);
    return {
      ethSrc: guest.mac,
      ethDst: multicastMac(group),
      ethType: 0x86dd,
      vlans: [],
      ip: { version: 6, src, dst: group, proto: ICMP6, ttl: 255, tos: 0, df: false },
      l4: { kind: "icmp6", type: SOLICITATION, code: 0, id: 0, seq: 0, nd: { target, sll: guest.mac } },
      l3Length: 72,
    };
  }
  return {
    ethSrc: guest.mac,
    ethDst: BROADCAST_MAC,
    ethType: 0x0806,
    vlans: [],
    arp: { op: 1, sha: guest.mac, spa: src, tha: "00:00:00:00:00:00", tpa: target },
    l3Length: 28,
  };
}

/** A guest's answer to a solicitation for one of its addresses (RFC 4861, 7.2.4). */
function advertisement(guest: Guest, question: Packet, target: string): Packet {
  return {
    ethSrc: guest.mac,
    ethDst: question.ethSrc,
    ethType: 0x86dd,
    vlans: [],
    ip: { version: 6, src: target, dst: question.ip?.src ?? "", proto: ICMP6, ttl: 255, tos: 0, df: false },
    l4: { kind: "icmp6", type: ADVERTISEMENT, code: 0, id: 0, seq: 0, nd: { target, tll: guest.mac } },
    l3Length: 72,
  };
}
