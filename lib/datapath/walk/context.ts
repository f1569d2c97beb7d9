/** What a walk carries: the world, what it has taught the devices so far, the events, and the parts that call each other. */
import type { Guest } from "../../host/world.ts";
import { type Packet, type PacketView, viewPacket } from "../../net/packet.ts";
import type { Element, Place, Step, VerdictCode } from "../event.ts";
import type { LearnedMacs } from "../kernel/bridge.ts";
import { Conntrack } from "../kernel/conntrack.ts";
import type { Note } from "../kernel/note.ts";
import type { Skb } from "../kernel/skb.ts";
import { createOverlay, type SwitchOverlay } from "../openflow/overlay.ts";
import type { Ingress } from "../openflow/switch.ts";
import type { Branch, Ending, RecordedEvent } from "./flight.ts";
import type { Device, HostIndex, NamespaceIndex, WorldIndex } from "./index.ts";
import type { Probe } from "./probe.ts";

/** A stack that a packet was handed to: it may answer. */
export type Taker = { kind: "guest"; guest: Guest } | { kind: "netns"; device: Device };

/** Something that was delivered: to whom, and how it looked then. */
export interface Arrival {
  taker: Taker;
  packet: Packet;
  branch: Branch;
  /** The namespace's view of the connection, for answers. */
  skb?: Skb;
}

/** An answer that will start the next leg. */
export interface Answer {
  packet: Packet;
  /** Sends it; called by the driver with the branch of the next leg. */
  send(branch: Branch): undefined;
  by: Place;
}

export interface Walk {
  index: WorldIndex;
  probe: Probe;
  events: RecordedEvent[];
  /** Filled by a flight, taken by its driver. */
  arrivals: Arrival[];
  answers: Answer[];
  errors: Answer[];
  /** Neighbours learned: "<host> <netns>" or "guest <port>" → address → MAC. */
  neighbours: Map<string, Map<string, string>>;
  /** Neighbours that namespaces learned, or asked for in vain, in this order. */
  asked: { device: Device; address: string; mac?: string }[];
  conntracks: Map<NamespaceIndex, Conntrack>;
  ovsConntracks: Map<HostIndex, Conntrack>;
  overlays: Map<HostIndex, SwitchOverlay>;
  learned: Map<NamespaceIndex, LearnedMacs>;
  /** Segment → VLAN and MAC → attachment device. */
  wires: Map<string, Map<string, Device>>;
  assumed: Set<string>;
  resolving: number;
  resolveCount: number;
  /** Addresses that more than one machine answered for. */
  duplicates: Map<string, string[]>;
  /** What the last frame is shown as. */
  viewed: { packet: Packet; view: PacketView; text: string } | undefined;
  parts: Parts;
}

/** The parts of the walk that call each other in circles: a packet may go from any to any. */
export interface Parts {
  /** A frame reaches a device: from outside its namespace, or with the mark that it has inside. */
  receive(w: Walk, device: Device, packet: Packet, branch: Branch, mark?: number): undefined;
  /** A namespace sends a frame by a device, with the mark that its rules gave it. */
  transmit(w: Walk, device: Device, packet: Packet, branch: Branch, mark?: number): undefined;
  /** A frame is handed to the namespace's own stack. */
  toStack(w: Walk, device: Device, packet: Packet, branch: Branch, skb?: Skb): undefined;
  /** A namespace sends an IP packet of its own. */
  sendLocal(w: Walk, ns: NamespaceIndex, packet: Packet, branch: Branch, skb?: Skb, oif?: string): undefined;
  toGuest(w: Walk, guest: Guest, packet: Packet, branch: Branch): undefined;
  fromGuest(w: Walk, guest: Guest, packet: Packet, branch: Branch): undefined;
  /** A frame enters Open vSwitch by the port that this name has. */
  toSwitch(w: Walk, host: HostIndex, port: string, packet: Packet, branch: Branch): undefined;
  runSwitch(w: Walk, host: HostIndex, ingress: Ingress, packet: Packet, branch: Branch, port: string): undefined;
  /** An encapsulated frame reached its tunnel endpoint on this host. */
  decapsulate(w: Walk, host: HostIndex, packet: Packet, place: Place, branch: Branch): undefined;
  /** MAC of a neighbour, asked for when nobody knows it. Answers undefined when the branch has ended. */
  resolve(w: Walk, device: Device, nexthop: string, source: string, branch: Branch, packet: Packet): string | undefined;
}

export function createWalk(index: WorldIndex, probe: Probe, parts: Parts): Walk {
  return {
    index,
    probe,
    events: [],
    arrivals: [],
    answers: [],
    errors: [],
    neighbours: new Map(),
    asked: [],
    conntracks: new Map(),
    ovsConntracks: new Map(),
    overlays: new Map(),
    learned: new Map(),
    wires: new Map(),
    assumed: new Set(),
    resolving: 0,
    resolveCount: 0,
    duplicates: new Map(),
    viewed: undefined,
    parts,
  };
}

export function placeOf(device: Device): Place {
  return { host: device.host.name, netns: device.ns.name, device: device.link.name };
}

export function guestPlace(guest: Guest): Place {
  const device = guest.vlan === undefined ? "eth0" : `eth0.${guest.vlan}`;
  return { host: guest.host, netns: `guest:${guest.name}`, device };
}

export function emit(w: Walk, place: Place, branch: Branch, step: Step): undefined {
  w.events.push({ step, place, branch });
}

export function noter(w: Walk, place: Place, branch: Branch): Note {
  return (step) => {
    w.events.push({ step, place, branch });
  };
}

const MAX_DEPTH = 300;
/** A flood over hundreds of hosts is no loop: what goes round is stopped at a device before. */
const MAX_FRAMES = 30_000;

/** Equal for frames that are the same where they go round in circles. */
function textOf({ ethSrc, ethDst, vlans, encap, ip, arp }: Packet): string {
  const tunnel = encap ? `${encap.key} ${encap.src} ${encap.dst}` : "";
  return `${ethSrc} ${ethDst} ${vlans[0]?.vid ?? ""} ${tunnel} ${ip ? `${ip.src} ${ip.dst}` : ""} ${arp?.op ?? ""}`;
}

/** Tells that a capture here shows this frame. False when the frame goes round in circles: the branch is over then. */
export function frame(w: Walk, place: Place, dir: "in" | "out", packet: Packet, branch: Branch): boolean {
  const { flight } = branch;
  // The same packet goes through one device after the other.
  if (w.viewed?.packet !== packet) w.viewed = { packet, view: viewPacket(packet), text: textOf(packet) };
  emit(w, place, branch, { kind: "frame", dir, packet: w.viewed.view });
  branch.last = place;
  branch.depth++;
  flight.frames++;
  flight.hosts.add(place.host);
  const seen = flight.seen.get(w.viewed.text) ?? new Map<string, number>();
  flight.seen.set(w.viewed.text, seen);
  const key = `${place.host} ${place.netns} ${place.device} ${dir}`;
  const times = (seen.get(key) ?? 0) + 1;
  seen.set(key, times);
  if (times <= 3 && branch.depth <= MAX_DEPTH && flight.frames <= MAX_FRAMES) return true;
  drop(w, place, branch, packet, "LOOP_DETECTED", { type: "link", text: place.device });
  return false;
}

function end(place: Place, branch: Branch, packet: Packet, ending: Ending): undefined {
  branch.flight.leaves.push({ branch, ending, place, packet });
}

export function drop(
  w: Walk,
  place: Place,
  branch: Branch,
  packet: Packet,
  code: VerdictCode,
  element: Element,
): undefined {
  emit(w, place, branch, { kind: "drop", code, element });
  end(place, branch, packet, { kind: "drop", code, element });
}

/** The engine cannot judge: the branch ends as unknown. */
export function unknown(w: Walk, place: Place, branch: Branch, packet: Packet, element: Element): undefined {
  emit(w, place, branch, { kind: "drop", code: "STATE_INCOMPLETE", element });
  end(place, branch, packet, { kind: "unknown", element });
}

export function ignore(
  _w: Walk,
  place: Place,
  branch: Branch,
  packet: Packet,
  why?: { code: VerdictCode; element: Element },
): undefined {
  end(place, branch, packet, { kind: "ignored", ...why });
}

export function exit(w: Walk, place: Place, branch: Branch, packet: Packet, segment: string): undefined {
  emit(w, place, branch, { kind: "exit", segment, packet: viewPacket(packet) });
  end(place, branch, packet, { kind: "exit", segment });
}

/** A stack takes the packet for itself. */
export function deliver(
  w: Walk,
  place: Place,
  branch: Branch,
  packet: Packet,
  arrival: Arrival | undefined,
): undefined {
  const to = arrival?.taker.kind === "guest" ? arrival.taker.guest.name : `${place.host} ${place.netns}`;
  emit(w, place, branch, { kind: "deliver", to, packet: viewPacket(packet) });
  end(place, branch, packet, { kind: "delivered" });
  if (arrival) w.arrivals.push(arrival);
}

/** Says once in a walk what is taken for granted. */
export function assume(w: Walk, place: Place, branch: Branch, what: string, basis: string): undefined {
  const key = `${what}\n${basis}`;
  if (w.assumed.has(key)) return;
  w.assumed.add(key);
  emit(w, place, branch, { kind: "assume", what, basis });
}

export function conntrackOf(w: Walk, ns: NamespaceIndex): Conntrack {
  let ct = w.conntracks.get(ns);
  if (!ct) {
    ct = new Conntrack(ns.state.conntrack);
    w.conntracks.set(ns, ct);
  }
  return ct;
}

/** A kernel datapath shares the root namespace's table; a userspace one has its own. */
export function ovsConntrackOf(w: Walk, host: HostIndex, userspace: boolean): Conntrack {
  if (!userspace && host.root) return conntrackOf(w, host.root);
  let ct = w.ovsConntracks.get(host);
  if (!ct) {
    ct = new Conntrack(host.state.ovs?.conntrack ?? []);
    w.ovsConntracks.set(host, ct);
  }
  return ct;
}

export function overlayOf(w: Walk, host: HostIndex): SwitchOverlay {
  let overlay = w.overlays.get(host);
  if (!overlay) {
    overlay = createOverlay();
    w.overlays.set(host, overlay);
  }
  return overlay;
}

export function learnedOf(w: Walk, ns: NamespaceIndex): LearnedMacs {
  let learned = w.learned.get(ns);
  if (!learned) {
    learned = new Map();
    w.learned.set(ns, learned);
  }
  return learned;
}

export function neighbourKey(taker: Taker): string {
  return taker.kind === "guest" ? `guest ${taker.guest.portId}` : `${taker.device.host.name} ${taker.device.ns.name}`;
}

export function learnNeighbour(w: Walk, taker: Taker, address: string, mac: string): undefined {
  if (address === "0.0.0.0") return;
  if (taker.kind === "netns") w.asked.push({ device: taker.device, address, mac });
  const key = neighbourKey(taker);
  const table = w.neighbours.get(key);
  if (table) table.set(address, mac);
  else w.neighbours.set(key, new Map([[address, mac]]));
}

export function knownNeighbour(w: Walk, taker: Taker, address: string): string | undefined {
  return w.neighbours.get(neighbourKey(taker))?.get(address);
}
