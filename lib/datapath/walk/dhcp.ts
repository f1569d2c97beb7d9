/** DISCOVER, OFFER, REQUEST, ACK of a guest, through the same devices as every other packet. */
import type { DnsmasqInstance } from "../../host/state.ts";
import type { Guest } from "../../host/world.ts";
import { BROADCAST_MAC, cidrContains } from "../../net/address.ts";
import type { DhcpMessage, Packet } from "../../net/packet.ts";
import type { Element, Leg, Place } from "../event.ts";
import { type Arrival, guestPlace, learnNeighbour, placeOf, type Walk } from "./context.ts";
import { type Lease, leaseFor } from "./dnsmasq.ts";
import { senderOf } from "./exchange.ts";
import { fork, settle, startFlight } from "./flight.ts";
import { type Goal, goalFor, scorer, startOfGuest } from "./goal.ts";
import { fromGuest } from "./guest.ts";
import type { Device } from "./index.ts";
import { type Judgement, judge } from "./judge.ts";
import { sendLocal } from "./stack.ts";

const XID = 0x75_6e_64_72;
const MESSAGE = 328;

interface Server {
  instance: DnsmasqInstance;
  device: Device;
}

export function* dhcpExchange(w: Walk): Generator<void, Judgement> {
  const { from } = w.probe;
  if (from.kind !== "guest") {
    const sender = senderOf(w);
    const place = "failed" in sender ? sender.failed.place : sender.place;
    const element: Element = { type: "namespace", text: "DHCP is asked by guests" };
    return { outcome: "unknown", code: "STATE_INCOMPLETE", place, leg: "dhcp-discover", branch: "0", element };
  }
  const { guest } = from;
  const servers = serversFor(w, guest);

  const offers = yield* round(w, guest, servers, "DISCOVER");
  if ("failed" in offers) return offers.failed;
  const taken = yield* round(w, guest, servers, "REQUEST", offers.message);
  return "failed" in taken ? taken.failed : taken.done;
}

type Round = { failed: Judgement } | { message: DhcpMessage; done: Judgement };

/** One question of the client and the servers' answers to it. */
function* round(
  w: Walk,
  guest: Guest,
  servers: Server[],
  type: "DISCOVER" | "REQUEST",
  offer?: DhcpMessage,
): Generator<void, Round> {
  const asking: Leg = type === "DISCOVER" ? "dhcp-discover" : "dhcp-request";
  const answering: Leg = type === "DISCOVER" ? "dhcp-offer" : "dhcp-ack";
  const goal = serverGoal(w, guest, servers);
  w.arrivals = [];
  const flight = startFlight(asking, scorer(w, goal));
  fromGuest(w, guest, clientMessage(guest, type, offer), flight.root);
  const asked = judge(w, flight, settle(flight), goal, guestPlace(guest));
  yield;
  const reached = w.arrivals.flatMap((a) => {
    const server = servers.find((s) => a.taker.kind === "netns" && a.taker.device.ns === s.device.ns);
    return server ? [{ server, arrival: a }] : [];
  });
  if (reached.length === 0) return { failed: unreached(w, guest, servers, goal, asked) };

  const replies: { server: Server; arrival: Arrival; message: DhcpMessage }[] = [];
  let refused: Judgement | undefined;
  for (const { server, arrival } of reached) {
    const lease = leaseFor(server.instance, guest.mac);
    if (lease.kind === "none") {
      refused ??= {
        outcome: "dropped",
        code: "DHCP_NO_LEASE",
        place: placeOf(server.device),
        leg: asking,
        branch: arrival.branch.name,
        element: { type: "dnsmasq", text: `${server.instance.netns}: ${hasIpv4(guest) ? lease.reason : NO_IPV4}` },
      };
      continue;
    }
    const message = serverMessage(guest, server, lease, type === "DISCOVER" ? "OFFER" : "ACK");
    if (offer?.serverId === undefined || offer.serverId === message.serverId)
      replies.push({ server, arrival, message });
  }
  if (replies.length === 0) return { failed: refused ?? unreached(w, guest, servers, goal, asked) };

  w.arrivals = [];
  const home: Goal = { address: guest.mac, owners: [{ kind: "guest", guest }], hosts: new Set([guest.host]), from: {} };
  const back = startFlight(answering, scorer(w, home));
  for (const [i, branch] of fork(back.root, replies.length).entries()) {
    const r = replies[i];
    if (!r) continue;
    const { device } = r.server;
    // dnsmasq writes the neighbour itself, as the client cannot answer ARP yet (src/dhcp.c).
    learnNeighbour(w, { kind: "netns", device }, r.message.yiaddr ?? "", guest.mac);
    sendLocal(w, device.ns, serverPacket(r.message), branch);
  }
  const from = replies[0] ? placeOf(replies[0].server.device) : guestPlace(guest);
  const judged = judge(w, back, settle(back), home, from);
  yield;
  const arrived = w.arrivals.find((a) => a.taker.kind === "guest" && a.taker.guest === guest);
  if (!arrived?.packet.dhcp) return { failed: judged };
  return { message: arrived.packet.dhcp, done: { ...judged, place: guestPlace(guest) } };
}

const NO_IPV4 = "the port has no IPv4 address, and what is asked for is one of IPv4";

function hasIpv4({ fixedIps }: Guest): boolean {
  return fixedIps.some(({ address }) => address.includes("."));
}

function serversFor(w: Walk, guest: Guest): Server[] {
  const servers: Server[] = [];
  for (const host of w.index.hosts.values())
    for (const instance of host.state.dnsmasq) {
      if (instance.networkId !== guest.networkId) continue;
      const ns = host.namespaces.get(instance.netns);
      const device =
        ns && ((instance.interface && ns.devices.get(instance.interface)) || firstDevice([...ns.devices.values()]));
      if (device) servers.push({ instance, device });
    }
  return servers;
}

function firstDevice(devices: Device[]): Device | undefined {
  return devices.find((d) => d.link.kind !== "loopback");
}

function serverGoal(w: Walk, guest: Guest, servers: Server[]): Goal {
  const running = servers.filter((s) => s.instance.running);
  return {
    ...goalFor(w, "255.255.255.255", undefined, startOfGuest(w, guest)),
    owners: running.map((s) => ({ kind: "netns", device: s.device })),
    hosts: new Set(running.map((s) => s.device.host.name)),
  };
}

/** No server got the message: there is none, none runs, or the way is broken. */
function unreached(w: Walk, guest: Guest, servers: Server[], goal: Goal, judged: Judgement): Judgement {
  if (goal.owners.length > 0) {
    const vague = judged.code === "ARP_UNANSWERED" || judged.code === "FDB_STALE" || judged.outcome === "exited";
    if (!vague) return judged;
    return {
      ...judged,
      outcome: "dropped",
      code: "DHCP_UNREACHABLE",
      element: judged.element ?? { type: "dnsmasq", text: "not reached" },
    };
  }
  const [stopped] = servers;
  const common = { outcome: "dropped", code: "DHCP_NO_SERVER", leg: judged.leg, branch: judged.branch } as const;
  if (stopped)
    return {
      ...common,
      place: placeOf(stopped.device),
      element: { type: "dnsmasq", text: `${stopped.instance.netns}: dnsmasq does not run` },
    };
  if (judged.code === "PORT_NOT_PLUGGED" || judged.code === "PORT_NOT_BOUND") return judged;
  return {
    ...common,
    place: qdhcpPlace(w, guest),
    element: { type: "dnsmasq", text: `no dnsmasq for network ${guest.networkId}` },
  };
}

function qdhcpPlace(w: Walk, guest: Guest): Place {
  const name = `qdhcp-${guest.networkId}`;
  for (const host of w.index.hosts.values())
    if (host.namespaces.has(name)) return { host: host.name, netns: name, device: "lo" };
  return guestPlace(guest);
}

function clientMessage(guest: Guest, type: "DISCOVER" | "REQUEST", offer?: DhcpMessage): Packet {
  const dhcp: DhcpMessage = {
    type,
    xid: XID,
    chaddr: guest.mac,
    ...(offer?.yiaddr ? { requestedIp: offer.yiaddr } : {}),
    ...(offer?.serverId ? { serverId: offer.serverId } : {}),
  };
  return {
    ethSrc: guest.mac,
    ethDst: BROADCAST_MAC,
    ethType: 0x0800,
    vlans: [],
    ip: { version: 4, src: "0.0.0.0", dst: "255.255.255.255", proto: 17, ttl: 64, tos: 0, df: false },
    l4: { kind: "udp", src: 68, dst: 67 },
    dhcp,
    l3Length: MESSAGE,
  };
}

function serverMessage(
  guest: Guest,
  server: Server,
  lease: Extract<Lease, { kind: "leased" }>,
  type: "OFFER" | "ACK",
): DhcpMessage {
  const { ns, link } = server.device;
  const own = ns.state.addresses.find(
    (a) => a.dev === link.name && a.family === 4 && cidrContains(`${a.address}/${a.prefix}`, lease.address),
  );
  return {
    type,
    xid: XID,
    chaddr: guest.mac,
    yiaddr: lease.address,
    ...(own ? { serverId: own.address } : {}),
    options: lease.options,
  };
}

function serverPacket(message: DhcpMessage): Packet {
  return {
    ethSrc: "",
    ethDst: "",
    ethType: 0x0800,
    vlans: [],
    ip: {
      version: 4,
      src: message.serverId ?? "",
      dst: message.yiaddr ?? "",
      proto: 17,
      ttl: 64,
      tos: 0xc0,
      df: false,
    },
    l4: { kind: "udp", src: 67, dst: 68 },
    dhcp: message,
    l3Length: MESSAGE,
  };
}
