/**
 * The picture of one leg: the first host far left, the last one far right, those in between below, or all hosts under
 * each other where the width does not allow that. Computed, not simulated: the same path always draws the same way.
 */
import type { Hop } from "../hops.ts";
import { type Channel, type Edge, linksOf } from "./links.ts";
import { type PlacedBox, type PlacedCard, type PlacedSegment, placeSegment, type Rect } from "./segment.ts";
import { type Segment, type Stop, segmentsOf, stopsOf } from "./stations.ts";

export interface HostFrame extends Rect {
  name: string;
  detail: string;
  ghost: boolean;
}

export interface Picture {
  width: number;
  height: number;
  hosts: HostFrame[];
  boxes: PlacedBox[];
  cards: PlacedCard[];
  edges: Edge[];
  mode: "mirrored" | "stacked";
}

export interface PictureOptions {
  /** Width in px that the page offers. */
  width: number;
  /** The leg travels from right to left. */
  returning: boolean;
  /** Where the packet would have gone on. */
  rest?: readonly { host: string; netns: string; device: string }[];
  /** Second line of a card; `bare` cards stand by themselves (guest, bridge without ports on the path). */
  detail?(stop: Stop, bare: boolean): string;
  hostDetail?(host: string): string;
}

const MARGIN = 2;
const MIDDLE = 56;
/** Two hosts with nothing between them stand no further apart than this. */
const MAX_MIDDLE = 300;
const ROW_GAP = 40;
const CHANNEL = 18;
const MIN_GUTTER = 18;
const MAX_GUTTER = 46;
/** A mirrored picture may be scaled down this far before hosts go under each other. */
const MIN_SCALE = 0.86;

/** A segment with its place: x of its left edge, y of its row's centre line. */
export interface Spot {
  segment: PlacedSegment;
  x: number;
  y: number;
}

export function layoutPicture(hops: readonly Hop[], options: PictureOptions): Picture {
  const segments = segmentsOf(stopsOf(hops, options.rest), options.returning);
  const spots = mirrored(segments, options) ?? stacked(segments, options);
  return assemble(spots.spots, spots.channel, spots.mode, options);
}

interface Placement {
  spots: Spot[];
  channel: Channel;
  mode: Picture["mode"];
}

function place(segment: Segment, gutter: number, hang: boolean, options: PictureOptions): PlacedSegment {
  return placeSegment(segment, { gutter, hang, detail: options.detail ?? (() => "") });
}

function mirrored(segments: readonly Segment[], options: PictureOptions): Placement | undefined {
  const limit = (options.width - 2 * MARGIN) / MIN_SCALE;
  if (segments.length === 1) return alone(segments, options, limit);
  const [first, last] = [segments[0], segments.at(-1)];
  if (!first || !last) return undefined;
  const middles = segments.slice(1, -1);
  const needed = (gutter: number) =>
    place(first, gutter, true, options).w + place(last, gutter, true, options).w + MIDDLE;
  if (needed(MIN_GUTTER) > limit) return undefined;
  const gutter = widest(options.width - 2 * MARGIN, needed);
  const [left, right] = [place(first, gutter, true, options), place(last, gutter, true, options)];
  const placedMiddles = middles.map((segment) => place(segment, MIN_GUTTER + 4, false, options));
  const margin = middles.length > 0 ? 2 * CHANNEL + (middles.length > 1 ? CHANNEL : 0) : 0;
  const bottom = Math.max(0, ...placedMiddles.map((segment) => segment.w + 2 * margin));
  if (bottom > limit) return undefined;
  const offered =
    middles.length > 0
      ? options.width - 2 * MARGIN
      : Math.min(options.width - 2 * MARGIN, left.w + right.w + MAX_MIDDLE);
  const width = Math.max(offered, left.w + right.w + MIDDLE, bottom);
  const start = MARGIN + Math.max(0, Math.round((options.width - 2 * MARGIN - width) / 2));
  const y = MARGIN + Math.max(left.above, right.above);
  const spots: Spot[] = [{ segment: left, x: start, y }];
  let top = y + Math.max(left.below, right.below) + ROW_GAP;
  for (const segment of placedMiddles) {
    spots.push({ segment, x: start + Math.round((width - segment.w) / 2), y: top + segment.above });
    top += segment.above + segment.below + ROW_GAP;
  }
  spots.push({ segment: right, x: start + width - right.w, y });
  return { spots, channel: { kind: "mirrored", gap: ROW_GAP, step: CHANNEL }, mode: "mirrored" };
}

/** Everything on one host: the row may spread. */
function alone(segments: readonly Segment[], options: PictureOptions, limit: number): Placement | undefined {
  const segment = segments[0];
  if (!segment) return undefined;
  const needed = (gutter: number) => place(segment, gutter, true, options).w;
  if (needed(MIN_GUTTER) > limit) return undefined;
  const placed = place(segment, widest(options.width - 2 * MARGIN, needed), true, options);
  const x = MARGIN + Math.max(0, Math.round((options.width - 2 * MARGIN - placed.w) / 2));
  return {
    spots: [{ segment: placed, x, y: MARGIN + placed.above }],
    channel: { kind: "mirrored", gap: ROW_GAP, step: CHANNEL },
    mode: "mirrored",
  };
}

/** The widest gutter that still fits. */
function widest(available: number, needed: (gutter: number) => number): number {
  let gutter = MIN_GUTTER;
  while (gutter < MAX_GUTTER && needed(gutter + 2) <= available) gutter += 2;
  return gutter;
}

/** One host a row; a row too wide for the page makes the whole picture wider, and it is scaled. */
function stacked(segments: readonly Segment[], options: PictureOptions): Placement {
  const room = options.width - 2 * MARGIN - 4 * CHANNEL;
  const spots: Spot[] = [];
  let top = MARGIN;
  for (const segment of segments) {
    const inline = place(segment, MIN_GUTTER, false, options);
    const placed =
      inline.w <= room
        ? place(
            segment,
            Math.min(
              30,
              widest(room, (gutter) => place(segment, gutter, false, options).w),
            ),
            false,
            options,
          )
        : place(segment, MIN_GUTTER, true, options);
    spots.push({ segment: placed, x: MARGIN + 2 * CHANNEL, y: top + placed.above });
    top += placed.above + placed.below + ROW_GAP;
  }
  return { spots, channel: { kind: "stacked", gap: ROW_GAP, step: CHANNEL }, mode: "stacked" };
}

function assemble(spots: readonly Spot[], channel: Channel, mode: Picture["mode"], options: PictureOptions): Picture {
  const hosts = framesOf(spots, mode, options);
  const offsets: { box: number; card: number }[] = [];
  const boxes: PlacedBox[] = [];
  const cards: PlacedCard[] = [];
  for (const { segment, x, y } of spots) {
    offsets.push({ box: boxes.length, card: cards.length });
    const base = boxes.length;
    boxes.push(
      ...segment.boxes.map((box) => ({
        ...box,
        x: box.x + x,
        y: box.y + y,
        ...(box.slot && { slot: { down: box.slot.down + x, up: box.slot.up + x } }),
      })),
    );
    cards.push(
      ...segment.cards.map((card) => ({
        ...card,
        x: card.x + x,
        y: card.y + y,
        box: card.box < 0 ? -1 : card.box + base,
      })),
    );
  }
  const visits = spots.flatMap((spot, at) =>
    spot.segment.visits.map((visit) => ({
      stop: visit.stop,
      segment: at,
      ...(visit.card !== undefined && { card: visit.card + (offsets[at]?.card ?? 0) }),
      ...(visit.box !== undefined && { box: visit.box + (offsets[at]?.box ?? 0) }),
    })),
  );
  const edges = linksOf({ visits, cards, boxes, spots, channel, returning: options.returning });
  const xs = [...hosts.map((host) => host.x + host.w), ...edges.flatMap((edge) => edge.points.map((point) => point.x))];
  const ys = [...hosts.map((host) => host.y + host.h), ...edges.flatMap((edge) => edge.points.map((point) => point.y))];
  return {
    width: Math.max(options.width, ...xs) + MARGIN,
    height: Math.max(0, ...ys) + MARGIN,
    hosts,
    boxes,
    cards,
    edges,
    mode,
  };
}

/** Frames of the hosts; a host that is both the first and the last gets one frame around both halves. */
function framesOf(spots: readonly Spot[], mode: Picture["mode"], options: PictureOptions): HostFrame[] {
  const frames = spots.map(
    ({ segment, x, y }): HostFrame => ({
      name: segment.host,
      detail: options.hostDetail?.(segment.host) ?? "",
      ghost: segment.visits.every((visit) => visit.stop.ghost),
      x,
      y: y - segment.above,
      w: segment.w,
      h: segment.above + segment.below,
    }),
  );
  const [first, last] = [frames[0], frames.at(-1)];
  if (mode !== "mirrored" || frames.length < 2 || !first || !last) return frames;
  const top = Math.min(first.y, last.y);
  const bottom = Math.max(first.y + first.h, last.y + last.h);
  for (const frame of [first, last]) {
    frame.y = top;
    frame.h = bottom - top;
  }
  if (frames.length < 3 || first.name !== last.name) return frames;
  return [{ ...first, w: last.x + last.w - first.x, ghost: first.ghost && last.ghost }, ...frames.slice(1, -1)];
}
