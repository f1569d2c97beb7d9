/** Asking for a neighbour: one leg with the question, one with the answer; the sender's own, and those on the way. */
import type { Packet } from "../../net/packet.ts";
import type { Element, Leg, Place } from "../event.ts";
import { lookupNeighbour, makeSolicitation } from "../kernel/neighbour.ts";
import { drop, emit, knownNeighbour, learnNeighbour, placeOf, type Taker, unknown, type Walk } from "./context.ts";
import { type Branch, fork, settle, startFlight } from "./flight.ts";
import { type Goal, goalFor, scorer, startOfDevice } from "./goal.ts";
import { type Device, networkOfDevice } from "./index.ts";
import { type Judgement, judge } from "./judge.ts";

export interface Question {
  legs: readonly [Leg, Leg];
  /** Name of the root branches. */
  root: string;
  taker: Taker;
  place: Place;
  target: string;
  goal: Goal;
  /** Where the answer has to come back to. */
  home: Goal;
  send(branch: Branch): undefined;
}

export type Asked = { mac: string } | { failed: Judgement };

export function ask(w: Walk, q: Question): Asked {
  const { arrivals, answers } = w;
  w.arrivals = [];
  w.answers = [];
  try {
    return exchange(w, q);
  } finally {
    w.arrivals = arrivals;
    w.answers = answers;
  }
}

function exchange(w: Walk, q: Question): Asked {
  const question = startFlight(q.legs[0], scorer(w, q.goal), q.root);
  q.send(question.root);
  const end = settle(question);
  const answers = w.answers;
  if (answers.length === 0) return { failed: judge(w, question, end, q.goal, q.place) };
  noteDuplicates(
    w,
    q.target,
    answers.map((a) => a.packet.arp?.sha ?? a.packet.ethSrc),
  );
  const answer = startFlight(q.legs[1], scorer(w, q.home), q.root);
  for (const [i, branch] of fork(answer.root, answers.length).entries()) answers[i]?.send(branch);
  const back = settle(answer);
  for (const arrival of w.arrivals) {
    const mac = macFrom(arrival.packet, q.target);
    if (mac === undefined || !sameTaker(arrival.taker, q.taker)) continue;
    learnNeighbour(w, q.taker, q.target, mac);
    return { mac };
  }
  return { failed: judge(w, answer, back, q.home, answers[0]?.by ?? q.place) };
}

function macFrom(packet: Packet, target: string): string | undefined {
  if (packet.arp?.op === 2 && packet.arp.spa === target) return packet.arp.sha;
  const { l4 } = packet;
  if (l4?.kind === "icmp6" && l4.type === 136 && l4.nd?.target === target) return l4.nd.tll ?? packet.ethSrc;
  return undefined;
}

export function sameTaker(a: Taker, b: Taker): boolean {
  if (a.kind === "guest") return b.kind === "guest" && a.guest === b.guest;
  return b.kind === "netns" && a.device.ns === b.device.ns;
}

function noteDuplicates(w: Walk, address: string, macs: string[]): undefined {
  const distinct = [...new Set(macs)];
  if (distinct.length > 1) w.duplicates.set(address, distinct);
}

/** Neighbour of a namespace on the way: learned, in its table, or asked for. Undefined: the branch ended here. */
export function resolve(
  w: Walk,
  device: Device,
  nexthop: string,
  source: string,
  branch: Branch,
  packet: Packet,
): string | undefined {
  const place = placeOf(device);
  if (device.link.kind === "loopback") return device.link.mac;
  const taker = { kind: "netns" as const, device };
  const learned = knownNeighbour(w, taker, nexthop);
  if (learned !== undefined) {
    emit(w, place, branch, {
      kind: "neighbour",
      address: nexthop,
      mac: learned,
      dev: device.link.name,
      text: `${nexthop} dev ${device.link.name} lladdr ${learned} REACHABLE`,
      source: "arp",
    });
    return learned;
  }
  const state = lookupNeighbour(device.ns.state, device.link.name, nexthop);
  if (state.kind === "known") {
    emit(w, place, branch, {
      kind: "neighbour",
      address: nexthop,
      mac: state.mac,
      dev: device.link.name,
      text: state.text,
      source: "table",
    });
    return state.mac;
  }
  if (w.resolving > 3) {
    unknown(w, place, branch, packet, {
      type: "neighbour",
      text: `${nexthop} dev ${device.link.name}: asked in a circle`,
    });
    return undefined;
  }
  w.resolving++;
  const asked = askFrom(w, device, nexthop, source, ["resolve-request", "resolve-reply"], `r${++w.resolveCount}`);
  w.resolving--;
  if ("mac" in asked) {
    emit(w, place, branch, {
      kind: "neighbour",
      address: nexthop,
      mac: asked.mac,
      dev: device.link.name,
      text: `${nexthop} dev ${device.link.name} lladdr ${asked.mac} REACHABLE`,
      source: "arp",
    });
    return asked.mac;
  }
  const { failed } = asked;
  if (failed.outcome === "unknown")
    unknown(w, failed.place, branch, packet, failed.element ?? { type: "neighbour", text: nexthop });
  else
    drop(w, failed.place, branch, packet, failed.code === "EXITED_PHYSICAL_NETWORK" ? "ARP_UNANSWERED" : failed.code, {
      ...(failed.element ?? { type: "neighbour", text: `${nexthop} dev ${device.link.name} FAILED` }),
    });
  return undefined;
}

/** The question of a namespace by one of its devices. */
export function askFrom(
  w: Walk,
  device: Device,
  nexthop: string,
  source: string,
  legs: readonly [Leg, Leg],
  root: string,
): Asked {
  const question = makeSolicitation(device.ns.state, device.link.name, nexthop, source);
  if (!question) {
    const element: Element = { type: "link", text: `${device.link.name}: no such device` };
    return {
      failed: {
        outcome: "unknown",
        code: "STATE_INCOMPLETE",
        place: placeOf(device),
        leg: legs[0],
        branch: root,
        element,
      },
    };
  }
  const network = networkOfDevice(device);
  const from = startOfDevice(device);
  const asked = ask(w, {
    legs,
    root,
    taker: { kind: "netns", device },
    place: placeOf(device),
    target: nexthop,
    goal: goalFor(w, nexthop, network, from),
    home: { address: source, owners: [{ kind: "netns", device }], hosts: new Set([device.host.name]), from: {} },
    send: (b) => w.parts.transmit(w, device, question, b),
  });
  if ("failed" in asked && asked.failed.outcome !== "unknown") w.asked.push({ device, address: nexthop });
  return asked;
}
