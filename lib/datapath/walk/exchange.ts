/** A ping, a TCP handshake's first two packets, or a datagram and its answer: ARP, request, reply, and errors on the way. */
import type { L4, Packet } from "../../net/packet.ts";
import type { Element } from "../event.ts";
import { respond, TCP_SYN } from "./answer.ts";
import { sameTaker } from "./ask.ts";
import { type Arrival, assume, guestPlace, placeOf, type Taker, type Walk } from "./context.ts";
import { settle, startFlight } from "./flight.ts";
import { goalFor, scorer } from "./goal.ts";
import { type Judgement, judge } from "./judge.ts";
import { guestSender, namespaceSender, type Sender } from "./sender.ts";

const PING_ID = 0x4e55;
const SOURCE_PORT = 40404;
const HEADER = { icmp: 8, icmp6: 8, tcp: 40, udp: 8 } as const;

/** Runs the legs one after another; yields when events of a leg are complete, answers the verdict. */
export function* exchange(w: Walk): Generator<void, Judgement> {
  const sender = senderOf(w);
  if ("failed" in sender) return sender.failed;
  const dst = w.probe.to ?? "";
  const source = sender.sourceFor(dst);
  const request = probePacket(w, source ?? "", dst);
  const goal = goalFor(w, dst, undefined, sender.from);
  if (source !== undefined) {
    const asked = sender.askFirst(w, request, ["arp-request", "arp-reply"], "0");
    yield;
    if (asked && "failed" in asked) return withDuplicates(w, asked.failed);
  }

  const flight = startFlight("request", scorer(w, goal));
  sender.send(w, request, flight.root);
  const judgement = judge(w, flight, settle(flight), goal, sender.place);
  yield;
  const arrival = w.arrivals.find((a) => isProbe(a, request));
  if (!arrival) {
    yield* errorsReturn(w, sender);
    return withDuplicates(w, judgement);
  }
  return withDuplicates(w, yield* reply(w, sender, request, arrival));
}

function* reply(w: Walk, sender: Sender, request: Packet, arrival: Arrival): Generator<void, Judgement> {
  w.arrivals = [];
  w.errors = [];
  const response = respond(w, arrival);
  const place = arrival.taker.kind === "guest" ? guestPlace(arrival.taker.guest) : placeOf(arrival.taker.device);
  const { branch } = arrival;
  if (response.kind === "silent")
    return {
      outcome: "dropped",
      code: "GUEST_REFUSED",
      place,
      leg: "request",
      branch: branch.name,
      element: response.element,
    };
  if (response.kind === "answers" && response.assumed)
    assume(w, place, branch, response.assumed.what, response.assumed.basis);

  const answerer =
    arrival.taker.kind === "guest" ? guestSender(w, arrival.taker.guest) : namespaceSender(arrival.taker.device.ns);
  const home = { ...goalFor(w, response.packet.ip?.dst ?? "", undefined, answerer.from) };
  const error = response.packet.l4?.kind === "icmp" && response.packet.l4.type === 3;
  const flight = startFlight(error ? "error" : "reply", scorer(w, home));
  // A namespace uses its neighbour table, or asks on the way; a guest's table is not known: it asks.
  if (arrival.taker.kind === "guest") {
    const asked = answerer.askFirst(w, response.packet, ["resolve-request", "resolve-reply"], `r${++w.resolveCount}`);
    if (asked && "failed" in asked) return { ...asked.failed, leg: "reply" };
  }
  answerer.send(w, response.packet, flight.root);
  const judgement = judge(w, flight, settle(flight), home, place);
  yield;
  const back = w.arrivals.find((a) => sender.taker && sameTaker(a.taker, sender.taker));
  if (!back) {
    if (judgement.outcome !== "delivered") return judgement;
    const own = w.arrivals.find((a) => sameTaker(a.taker, arrival.taker));
    if (own) return { ...judgement, outcome: "dropped", code: "DUPLICATE_ADDRESS", element: ownAddress(own) };
    // On each host a distributed router has the same addresses: it takes there what others of its namespaces are sent.
    const twin = w.arrivals.find((a) => isTwin(a.taker, sender.taker));
    if (twin) return { ...judgement, outcome: "dropped", code: "ASYMMETRIC_PATH", element: twinElement(judgement) };
    return stray(judgement, `answer delivered to ${judgement.place.host} ${judgement.place.netns}`);
  }
  if (response.kind === "refuses")
    return {
      outcome: "dropped",
      code: "GUEST_REFUSED",
      place,
      leg: flight.leg,
      branch: flight.root.name,
      element: response.element,
    };
  const { ip } = back.packet;
  if (ip && (ip.src !== request.ip?.dst || ip.dst !== request.ip.src))
    return stray(judgement, `answer came from ${ip.src}, ${request.ip?.dst} was asked`);
  return judgement;
}

/** Namespaces of one name on two hosts. */
function isTwin(one: Taker, other: Taker | undefined): boolean {
  if (one.kind !== "netns" || other?.kind !== "netns") return false;
  const { name } = one.device.ns;
  return name !== "root" && name === other.device.ns.name;
}

function twinElement({ place }: Judgement): Element {
  return { type: "namespace", text: `${place.netns} of ${place.host} has the same address, and took the answer` };
}

/** The answer never left: the one who was asked has the address of the one who asks. */
function ownAddress({ packet, taker }: Arrival): Element {
  const name = taker.kind === "guest" ? taker.guest.name : taker.device.ns.name;
  return { type: "neighbour", text: `${packet.ip?.dst} has asked, and is an address of ${name} itself` };
}

/** The answer arrived, but not as an answer to what was asked. */
function stray(judgement: Judgement, text: string): Judgement {
  const element: Element = { type: "conntrack", text };
  return { ...judgement, outcome: "dropped", code: "NAT_MISSING", element };
}

/** ICMP errors travel back to the sender in a leg of their own. */
function* errorsReturn(w: Walk, sender: Sender): Generator<void, void> {
  const [first] = w.errors;
  w.errors = [];
  if (!first) return;
  const home = goalFor(w, first.packet.ip?.dst ?? "", undefined, sender.from);
  const flight = startFlight("error", scorer(w, home));
  first.send(flight.root);
  settle(flight);
  yield;
}

function withDuplicates(w: Walk, judgement: Judgement): Judgement {
  const [duplicate] = w.duplicates;
  if (!duplicate || (judgement.outcome !== "dropped" && judgement.outcome !== "delivered")) return judgement;
  const [address, macs] = duplicate;
  return {
    ...judgement,
    code: "DUPLICATE_ADDRESS",
    element: { type: "neighbour", text: `${address} is answered for by ${macs.join(" and ")}` },
  };
}

function isProbe(arrival: Arrival, request: Packet): boolean {
  const { l4 } = arrival.packet;
  if (!l4 || !request.l4 || l4.kind !== request.l4.kind) return false;
  return !(l4.kind === "icmp" || l4.kind === "icmp6") || l4.type === (l4.kind === "icmp" ? 8 : 128);
}

export function senderOf(w: Walk): Sender | { failed: Judgement } {
  const { from, source } = w.probe;
  if (from.kind === "guest") return guestSender(w, from.guest, source);
  const host = w.index.hosts.get(from.host);
  const ns = host?.namespaces.get(from.netns);
  if (ns) return namespaceSender(ns, source);
  const place = { host: from.host, netns: from.netns, device: "lo" };
  const common = { place, leg: "request", branch: "0" } as const;
  if (!host)
    return {
      failed: {
        ...common,
        outcome: "unknown",
        code: "STATE_INCOMPLETE",
        element: { type: "gap", text: `host ${from.host} is not in the snapshot` },
      },
    };
  return {
    failed: {
      ...common,
      outcome: "dropped",
      code: "NAMESPACE_MISSING",
      element: { type: "namespace", text: from.netns },
    },
  };
}

/** The first packet, as the sender's stack would build it; Ethernet addresses come when it is sent. */
function probePacket(w: Walk, src: string, dst: string): Packet {
  const { probe } = w;
  const v6 = dst.includes(":");
  const l4 = probeL4(w, v6);
  const payload = probe.size ?? (probe.proto === "icmp" ? 56 : 0);
  const header = l4.kind === "tcp" ? HEADER.tcp : HEADER.icmp;
  return {
    ethSrc: "",
    ethDst: "",
    ethType: v6 ? 0x86dd : 0x0800,
    vlans: [],
    ip: {
      version: v6 ? 6 : 4,
      src,
      dst,
      proto: l4.kind === "tcp" ? 6 : l4.kind === "udp" ? 17 : v6 ? 58 : 1,
      ttl: probe.ttl ?? 64,
      tos: 0,
      // Linux sets DF on what fits the first link (IP_PMTUDISC_WANT); what does not fit is cut there unless df is demanded.
      df: probe.df ?? true,
    },
    l4,
    l3Length: (v6 ? 40 : 20) + header + payload,
  };
}

function probeL4(w: Walk, v6: boolean): L4 {
  const { probe } = w;
  switch (probe.proto) {
    case "tcp":
      return { kind: "tcp", src: SOURCE_PORT, dst: probe.dport ?? 80, flags: TCP_SYN };
    case "udp":
      return { kind: "udp", src: SOURCE_PORT, dst: probe.dport ?? 80 };
    case "icmp":
    case "dhcp":
      return v6
        ? { kind: "icmp6", type: 128, code: 0, id: PING_ID, seq: 1 }
        : { kind: "icmp", type: 8, code: 0, id: PING_ID, seq: 1 };
    default:
      return probe.proto satisfies never;
  }
}
