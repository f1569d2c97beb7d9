/** Events of one path as hops: what one device, or one bridge, did with the packet. */
import type { Place, StepEvent } from "../datapath/event.ts";
import type { PacketView } from "../net/packet.ts";
import { packetAfter, tagged } from "./carry.ts";
import { deadFlows, withoutDetours } from "./detours.ts";

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
      return event.element.type === "flow" || event.element.type === "group" ? event.element.bridge : undefined;
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
    case "redacted":
      return undefined;
  }
}

/**
 * Groups the events of one path into hops, in order, and carries the packet along. `sides` are the copies that left the
 * path: what only they did is not a hop of it. `ending` is where the verdict put the end of this path, if it did.
 */
export function hopsOf(
  events: readonly StepEvent[],
  sides: readonly { events: readonly StepEvent[] }[] = [],
  ending?: Place,
): Hop[] {
  const visits: Hop[] = [];
  for (const event of events) {
    let hop = visits.at(-1);
    if (!hop || !joins(hop, event)) {
      hop = open(event);
      visits.push(hop);
    }
    adopt(hop, event);
    hop.events.push(event);
  }
  const kept = sides.length > 0 ? withoutDetours(visits, deadFlows(sides), ending) : visits;
  return carry(kept.map((hop, index) => ({ ...hop, index })));
}

function open(event: StepEvent): Hop {
  const bridge = bridgeOf(event);
  return {
    index: 0,
    host: event.host,
    netns: event.netns,
    device: bridge ?? event.device,
    kind: bridge || event.kind === "decap" ? "switch" : "device",
    branch: event.branch,
    events: [],
  };
}

/** Whether an event goes on at the hop that is open. */
function joins(hop: Hop, event: StepEvent): boolean {
  if (hop.host !== event.host) return false;
  const bridge = bridgeOf(event);
  if (bridge !== undefined) return hop.device === bridge || isOnlyDecap(hop);
  const same = hop.netns === event.netns && hop.device === event.device;
  switch (event.kind) {
    case "decap":
    case "frame":
      return same;
    // A switch tells what it does besides matching flows at the port where the frame came in, or at the tunnel's port.
    case "encap":
    case "neighbour":
    case "conntrack":
    case "nat":
    case "rewrite":
    case "assume":
    case "deliver":
      return hop.kind === "switch" && !isLinuxBridge(hop) ? hop.netns === event.netns : same;
    // A link that is down is the port's own fault, not the switch's that sent there.
    case "drop":
      if (event.element.type === "link") return same;
      return hop.kind === "switch" && !isLinuxBridge(hop) ? hop.netns === event.netns : same;
    case "rule":
    case "route":
    case "exit":
    case "redacted":
    case "flow":
    case "action":
    case "fdb":
    case "flood":
    case "learn":
      return same;
  }
}

/** Only a Linux bridge is a capture point itself. */
function isLinuxBridge(hop: Hop): boolean {
  return /^(?:qbr|brq)/.test(hop.device);
}

function isOnlyDecap(hop: Hop): boolean {
  return hop.kind === "switch" && hop.events.every((event) => event.kind === "decap");
}

/** A hop that began with a tunnel's end is named after the bridge as soon as that one speaks. */
function adopt(hop: Hop, event: StepEvent): void {
  const bridge = bridgeOf(event);
  if (bridge !== undefined && isOnlyDecap(hop)) hop.device = bridge;
}

function carry(hops: readonly Hop[]): Hop[] {
  let packet: PacketView | undefined;
  hops.forEach((hop, at) => {
    const first = hop.events.find((event) => "packet" in event && event.packet);
    const before = packet ?? (first && packetAfter(first, undefined));
    for (const event of hop.events) packet = packetAfter(event, packet);
    if (packet) packet = leaving(hop, hops[at + 1], packet);
    if (before) hop.before = before;
    const after = packet ?? before;
    if (after) hop.after = after;
  });
  return [...hops];
}

/** Between two bridges of a switch a frame carries its local VLAN: an access port's tag shows as soon as it is inside. */
function leaving(hop: Hop, next: Hop | undefined, packet: PacketView): PacketView {
  if (hop.kind !== "switch" || next?.kind !== "switch" || next.host !== hop.host || packet.vlan !== undefined)
    return packet;
  const vlan = hop.events.findLast((event) => event.kind === "fdb" || event.kind === "flood")?.vlan;
  return vlan ? tagged(packet, vlan) : packet;
}
