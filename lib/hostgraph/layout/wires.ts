/** Orthogonal routes in the gutters between columns: no wire ever runs behind a card or a box that it does not end at. */

import type { Placed } from "./rows.ts";
import type { Wire } from "./scene.ts";
import { CARD_H } from "./scene.ts";
import type { Entry } from "./slots.ts";

/** One end of a wire: a column, the side it leaves by, and its row. */
export interface End {
  column: number;
  side: "left" | "right";
  y: number;
}

export interface Link {
  id: string;
  edges: string[];
  from: string;
  to: string;
  kind: Wire["kind"];
  networkId?: string;
  a: End;
  b: End;
  /** Links of one group share a trunk. */
  group: string;
}

/** A vertical piece in a gutter; gutter n is left of column n. */
export interface Piece {
  gutter: number;
  group: string;
  y1: number;
  y2: number;
  /** Where its ends come from: decides the order of tracks, so that as few wires as possible cross. */
  shape: "through" | "left-loop" | "right-loop";
  from: number;
  down: boolean;
  track: number;
}

export interface Routed {
  link: Link;
  first: Piece;
  /** Row in which the wire passes the columns in between, and the vertical piece after it. */
  lane?: { y: number; second: Piece };
}

/** Columns' taken rows; a lane needs this much air on both sides. */
const AIR = 7;

export const gutterOf = (end: End) => (end.side === "left" ? end.column : end.column + 1);

export function routeLinks(links: Link[], placed: Iterable<Placed>): Routed[] {
  const taken: { column: number; y1: number; y2: number }[] = [...placed].map((p) => ({
    column: p.block.column,
    y1: p.y,
    y2: p.y + p.h,
  }));
  const lanes: { g1: number; g2: number; y: number; group: string }[] = [];
  const pieces = new Map<string, Piece>();
  const piece = (gutter: number, group: string, y1: number, y2: number, shape: Piece["shape"]): Piece => {
    const key = `${gutter}|${group}|${shape}`;
    const known = pieces.get(key);
    if (known) {
      known.y1 = Math.min(known.y1, y1, y2);
      known.y2 = Math.max(known.y2, y1, y2);
      return known;
    }
    const made = {
      gutter,
      group,
      y1: Math.min(y1, y2),
      y2: Math.max(y1, y2),
      shape,
      from: y1,
      down: y2 > y1,
      track: 0,
    };
    pieces.set(key, made);
    return made;
  };
  const routed = links.map((link): Routed => {
    const [ga, gb] = [gutterOf(link.a), gutterOf(link.b)];
    if (ga === gb) {
      const shape = link.a.column !== link.b.column ? "through" : link.a.side === "left" ? "left-loop" : "right-loop";
      return { link, first: piece(ga, link.group, link.a.y, link.b.y, shape) };
    }
    const y = laneFor(link, Math.min(ga, gb), Math.max(ga, gb), taken, lanes);
    lanes.push({ g1: Math.min(ga, gb), g2: Math.max(ga, gb), y, group: link.group });
    return {
      link,
      first: piece(ga, link.group, link.a.y, y, "through"),
      lane: { y, second: piece(gb, link.group, y, link.b.y, "through") },
    };
  });
  assignTracks([...pieces.values()]);
  return routed;
}

function laneFor(
  link: Link,
  g1: number,
  g2: number,
  taken: readonly { column: number; y1: number; y2: number }[],
  lanes: readonly { g1: number; g2: number; y: number; group: string }[],
): number {
  // The ends' own boxes are passed only when the end is a port at the near edge: its row is then its own.
  const across = taken.filter((t) => t.column >= g1 && t.column < g2);
  const others = lanes.filter((l) => l.group !== link.group && l.g1 < g2 && g1 < l.g2);
  const free = (y: number) =>
    across.every((t) => y < t.y1 - AIR + 1 || y > t.y2 + AIR - 1) && others.every((l) => Math.abs(l.y - y) >= AIR - 1);
  const shared = lanes.find((l) => l.group === link.group && l.g1 === g1 && l.g2 === g2);
  if (shared) return shared.y;
  const candidates = [link.a.y, link.b.y];
  for (const edge of across) {
    for (let k = 0; k < 12; k++) candidates.push(edge.y2 + AIR + k * AIR, edge.y1 - AIR - k * AIR);
  }
  const cost = (y: number) => Math.abs(y - link.a.y) + Math.abs(y - link.b.y);
  // Nearest first: with thousands of boxes in the way, asking each candidate whether it is free takes seconds.
  const best = candidates
    .filter((y) => y > 0)
    .sort((p, q) => cost(p) - cost(q) || p - q)
    .find(free);
  if (best !== undefined) return best;
  const floor = Math.max(0, ...across.map((t) => t.y2), ...others.map((l) => l.y));
  return floor + AIR;
}

/**
 * Tracks from left to right. Loops of the left column first (short ones nearest to it), then wires that go up, those that
 * go down, then loops of the right column (long ones farthest from it).
 */
function assignTracks(pieces: Piece[]): void {
  const rank = (p: Piece) => (p.shape === "right-loop" ? 0 : p.shape === "left-loop" ? 3 : p.down ? 2 : 1);
  const order = (p: Piece) => {
    if (p.shape === "right-loop") return p.y2 - p.y1;
    if (p.shape === "left-loop") return p.y1 - p.y2;
    return p.down ? -p.from : p.from;
  };
  const byGutter = new Map<number, Piece[]>();
  for (const p of pieces) {
    if (p.y2 - p.y1 < 0.5) continue;
    const list = byGutter.get(p.gutter) ?? [];
    byGutter.set(p.gutter, list);
    list.push(p);
  }
  for (const list of byGutter.values()) {
    list.sort((a, b) => rank(a) - rank(b) || order(a) - order(b) || (a.group < b.group ? -1 : 1));
    const done: Piece[] = [];
    for (const p of list) {
      const overlapping = done.filter((q) => q.y1 <= p.y2 + 4 && p.y1 <= q.y2 + 4);
      p.track = 1 + Math.max(-1, ...overlapping.map((q) => q.track));
      done.push(p);
    }
  }
}

/** Number of tracks of each gutter. */
export function tracksOf(routed: readonly Routed[]): Map<number, number> {
  const tracks = new Map<number, number>();
  for (const { first, lane } of routed) {
    for (const p of lane ? [first, lane.second] : [first]) {
      if (p.y2 - p.y1 >= 0.5) tracks.set(p.gutter, Math.max(tracks.get(p.gutter) ?? 0, p.track + 1));
    }
  }
  return tracks;
}

/** Where a device or an entry of a block is, as the end of a wire. */
export function endAt(placed: Placed, id: string, side: End["side"], entry?: Entry): End | undefined {
  const y = entry ? placed.slots.get(entry.id) : undefined;
  if (y !== undefined) return { column: placed.block.column, side, y };
  const top = placed.cards.get(id);
  return top === undefined ? undefined : { column: placed.block.column, side, y: top + CARD_H / 2 };
}
