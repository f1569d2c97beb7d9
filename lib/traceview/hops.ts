/** Events of one path as hops: what one device, or one bridge, did with the packet. */
import type { StepEvent } from "../datapath/event.ts";
import type { PacketView } from "../net/packet.ts";

export interface Hop {
  /** 0-based position on the path. */
  index: number;
  host: string;
  netns: string;
  /** The device, or the bridge for a `switch` hop. */
  device: string;
  /** `switch`: a bridge's own decisions (flows, FDB); `device`: anything with a capture point. */
  kind: "device" | "switch";
  branch: string;
  events: StepEvent[];
  /** As it arrived and as it left; both absent when no event told. */
  before?: PacketView;
  after?: PacketView;
}

/** The bridge whose own tables a step belongs to. */
function bridgeOf(event: StepEvent): string | undefined {
  switch (event.kind) {
    case "flow":
    case "action":
    case "fdb":
    case "flood":
    case "learn":
      return event.bridge;
    case "drop":
      return "bridge" in event.element ? event.element.bridge : undefined;
    case "frame":
    case "rule":
    case "conntrack":
    case "nat":
    case "route":
    case "neighbour":
    case "rewrite":
    case "encap":
    case "decap":
    case "assume":
    case "deliver":
    case "exit":
      return undefined;
  }
}

/** The packet that an event leaves behind, where it says so. */
export function packetOf(event: StepEvent): PacketView | undefined {
  return "packet" in event ? event.packet : undefined;
}

/** Groups the events of one path into hops, in order, and carries the packet along. */
export function hopsOf(events: readonly StepEvent[]): Hop[] {
  const hops: Hop[] = [];
  let packet: PacketView | undefined;
  for (const event of events) {
    const after = packetOf(event) ?? packet;
    let hop = hops.at(-1);
    if (!hop || !joins(hop, event)) {
      hop = open(event, hops.length, packet ?? after);
      hops.push(hop);
    }
    adopt(hop, event);
    hop.events.push(event);
    packet = after;
    if (packet) hop.after = packet;
  }
  return hops;
}

function open(event: StepEvent, index: number, before: PacketView | undefined): Hop {
  const bridge = bridgeOf(event);
  return {
    index,
    host: event.host,
    netns: event.netns,
    device: bridge ?? event.device,
    kind: bridge || event.kind === "decap" ? "switch" : "device",
    branch: event.branch,
    events: [],
    ...(before && { before }),
  };
}

/** Whether an event goes on at the hop that is open. */
function joins(hop: Hop, event: StepEvent): boolean {
  if (hop.host !== event.host) return false;
  const bridge = bridgeOf(event);
  if (bridge !== undefined) return hop.device === bridge || isOnlyDecap(hop);
  switch (event.kind) {
    // A tunnel header goes on where the switch said so, whatever device the step names.
    case "encap":
      return hop.kind === "switch" || hop.device === event.device;
    case "decap":
    case "frame":
      return hop.netns === event.netns && hop.device === event.device;
    // What a switch does besides matching flows is told at the port where the frame came in, or at the bridge.
    case "conntrack":
    case "nat":
    case "rewrite":
    case "drop":
    case "assume":
      return hop.kind === "switch"
        ? !hasOwnDevice(hop, event)
        : hop.netns === event.netns && hop.device === event.device;
    case "rule":
    case "route":
    case "neighbour":
    case "deliver":
    case "exit":
    case "flow":
    case "action":
    case "fdb":
    case "flood":
    case "learn":
      return hop.netns === event.netns && hop.device === event.device;
  }
}

/** A step in another namespace than the switch's has left the switch. */
function hasOwnDevice(hop: Hop, event: StepEvent): boolean {
  return hop.netns !== event.netns;
}

function isOnlyDecap(hop: Hop): boolean {
  return hop.kind === "switch" && hop.events.every((event) => event.kind === "decap");
}

/** A hop that began with a tunnel's end is named after the bridge as soon as that one speaks. */
function adopt(hop: Hop, event: StepEvent): void {
  const bridge = bridgeOf(event);
  if (bridge !== undefined && isOnlyDecap(hop)) hop.device = bridge;
}
