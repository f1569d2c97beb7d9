/**
 * A path as what gets drawn: hosts in the order of the visit, in each of them boxes (bridges, namespaces), in those the
 * cards of devices. The path is unrolled: a host or bridge that is visited twice is there twice, except that a detour
 * from a bridge into namespaces and back hangs below that bridge.
 */
import type { Hop } from "../hops.ts";

export interface Stop {
  /** Position on the path; ghosts go on counting after the last hop. */
  index: number;
  host: string;
  netns: string;
  device: string;
  kind: Hop["kind"];
  tunnel?: "in" | "out";
  /** The packet never came here, but would have. */
  ghost: boolean;
}

export interface Card {
  name: string;
  stops: Stop[];
}

export type BoxKind = "guest" | "device" | "bridge" | "linuxbridge" | "netns";

export interface Box {
  kind: BoxKind;
  key: string;
  host: string;
  title: string;
  cards: Card[];
  /** Stops of the box itself: a bridge's decisions. `at`: how many cards come before. */
  own: { stop: Stop; at: number }[];
}

export interface Segment {
  host: string;
  boxes: Box[];
}

/** Hops and what would have followed, as stops in path order. */
export function stopsOf(
  hops: readonly Hop[],
  rest: readonly { host: string; netns: string; device: string }[] = [],
): Stop[] {
  const walked = hops.map((hop): Stop => {
    const tunnel = hop.events.some((event) => event.kind === "encap")
      ? "out"
      : hop.events.some((event) => event.kind === "decap")
        ? "in"
        : undefined;
    const { index, host, netns, device, kind } = hop;
    return { index, host, netns, device, kind, ghost: false, ...(tunnel && { tunnel }) };
  });
  const ghosts = rest.map(
    (stop, offset): Stop => ({ ...stop, index: hops.length + offset, kind: "device", ghost: true }),
  );
  return [...walked, ...ghosts];
}

/** Linux bridges of os-vif (`qbr…`) and of the Linux bridge agent (`brq…`). */
function isLinuxBridge(name: string): boolean {
  return /^(?:qbr|brq)/.test(name);
}

function isBridge(stop: Stop): boolean {
  return stop.kind === "switch" || (stop.netns === "root" && isLinuxBridge(stop.device));
}

/** The bridge that a device of the host's own namespace is a port of, judged by its neighbours on the path. */
function bridgeOf(stops: readonly Stop[], at: number): Stop | undefined {
  const [before, stop, after] = [stops[at - 1], stops[at], stops[at + 1]];
  if (stop?.netns !== "root" || isBridge(stop)) return undefined;
  // A tunnel's outer frame leaves by a device of the underlay, which is no port of the bridge that wrapped it.
  if (before && before.host === stop.host && isBridge(before) && before.tunnel !== "out") return before;
  if (after && after.host === stop.host && isBridge(after) && after.tunnel !== "in") return after;
  return undefined;
}

interface Place {
  kind: BoxKind;
  key: string;
  title: string;
}

function placeOf(stops: readonly Stop[], at: number): Place {
  const stop = stops[at];
  if (!stop) return { kind: "device", key: "", title: "" };
  if (stop.netns.startsWith("guest:")) {
    return { kind: "guest", key: `${stop.host}|${stop.netns}`, title: stop.netns.slice("guest:".length) };
  }
  const bridge = isBridge(stop) ? stop : bridgeOf(stops, at);
  if (bridge) {
    const kind = isLinuxBridge(bridge.device) ? "linuxbridge" : "bridge";
    return { kind, key: `${stop.host}|${bridge.device}`, title: bridge.device };
  }
  if (stop.netns !== "root") return { kind: "netns", key: `${stop.host}|ns:${stop.netns}`, title: stop.netns };
  return { kind: "device", key: `${stop.host}|dev:${stop.device}`, title: stop.device };
}

/** Stops as segments, left to right; `reverse` for a leg that travels from right to left. */
export function segmentsOf(stops: readonly Stop[], reverse: boolean): Segment[] {
  const placed = stops.map((stop, at) => ({ stop, place: placeOf(stops, at) }));
  if (reverse) placed.reverse();
  const segments: Segment[] = [];
  for (const { stop, place } of placed) {
    let segment = segments.at(-1);
    if (segment?.host !== stop.host) {
      segment = { host: stop.host, boxes: [] };
      segments.push(segment);
    }
    let box = segment.boxes.at(-1);
    if (box?.key !== place.key) {
      box = { ...place, host: stop.host, cards: [], own: [] };
      segment.boxes.push(box);
    }
    if (isBridge(stop)) box.own.push({ stop, at: box.cards.length });
    else addCard(box, stop);
  }
  return segments;
}

function addCard(box: Box, stop: Stop): void {
  const name = box.kind === "guest" ? box.title : stop.device;
  const last = box.cards.at(-1);
  const touching = last?.name === name && !box.own.some((own) => own.at === box.cards.length);
  if (last && touching) last.stops.push(stop);
  else box.cards.push({ name, stops: [stop] });
}
