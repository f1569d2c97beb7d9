/** Places the boxes and cards of one host, in the host's own coordinates (px). */
import type { Box, Card, Segment, Stop } from "./stations.ts";

export interface Rect {
  x: number;
  y: number;
  w: number;
  h: number;
}

export const CARD_H = 38;
export const HOST_PAD = 12;
export const HOST_HEAD = 30;
/** Of the host's name, on the average. */
const NAME_CHAR = 7.2;
const BOX_PAD = 8;
const BOX_HEAD = 20;
const STACK_GAP = 16;
const HANG_GAP = 34;
const SLOT = 16;

export interface PlacedCard extends Rect {
  name: string;
  detail: string;
  stops: Stop[];
  kind: "guest" | "device" | "bridge";
  lane: "row" | "hung";
  box: number;
}

export interface PlacedBox extends Rect {
  kind: Box["kind"];
  title: string;
  own: Stop[];
  host: string;
  ghost: boolean;
  lane: "row" | "hung";
  /** x of the slots where links to and from hung namespaces pass through the box, when no card stands there. */
  slot?: { down: number; up: number };
}

/** The visit in order, left to right: which card or box each stop is drawn at. */
export interface Visit {
  stop: Stop;
  card?: number;
  box?: number;
}

export interface PlacedSegment {
  host: string;
  w: number;
  /** Depth below the row's centre line, and height above it. */
  above: number;
  below: number;
  boxes: PlacedBox[];
  cards: PlacedCard[];
  visits: Visit[];
  /** y of the bottom of the row's boxes, relative to the row's centre line. */
  rowBottom: number;
}

export interface SegmentOptions {
  gutter: number;
  /** Namespaces between two bridges hang below them; otherwise they stand in the row. */
  hang: boolean;
  detail(stop: Stop, card: boolean): string;
}

export function cardWidth(name: string, detail: string): number {
  return Math.ceil(Math.max(54, name.length * 6.35 + 20, detail.length * 5.5 + 20));
}

interface Item {
  box: Box;
  stacked: boolean;
  outer: "first" | "last" | undefined;
}
interface Chain {
  boxes: Box[];
  after: number;
  before: number;
  /** How many cards of the bridge come before the detour, where it leaves and returns at the same one. */
  split: number;
}

/** Splits a segment's boxes into the row and the chains of namespaces below it; a bridge that was left and re-entered is one. */
function arrange(segment: Segment, hang: boolean): { row: Box[]; chains: Chain[] } {
  const row: Box[] = [];
  const chains: Chain[] = [];
  let open: Box[] = [];
  segment.boxes.forEach((box, at) => {
    const inner = at > 0 && at < segment.boxes.length - 1;
    if (hang && box.kind === "netns" && inner && row.at(-1)?.kind === "bridge") {
      open.push(box);
      return;
    }
    const last = row.at(-1);
    if (open.length > 0 && last && last.key === box.key) {
      chains.push({ boxes: open, after: row.length - 1, before: row.length - 1, split: last.cards.length });
      merge(last, box);
    } else {
      row.push({ ...box, cards: [...box.cards], own: [...box.own] });
      if (open.length > 0) chains.push({ boxes: open, after: row.length - 2, before: row.length - 1, split: 0 });
    }
    open = [];
  });
  for (const box of open) row.push(box);
  return { row, chains };
}

function merge(into: Box, from: Box): void {
  const shift = into.cards.length;
  into.own.push(...from.own.map((own) => ({ stop: own.stop, at: own.at + shift })));
  into.cards.push(...from.cards);
}

/** A `qbr` between a guest and a switch stands upright, with the guest's side on top; so both halves of a picture stay narrow. */
function itemsOf(row: readonly Box[]): Item[] {
  return row.map((box, at) => {
    const upright = box.kind === "linuxbridge" && box.cards.length === 2;
    const outer = row[at - 1]?.kind === "guest" ? "first" : row[at + 1]?.kind === "guest" ? "last" : undefined;
    return { box, stacked: upright && outer !== undefined, outer };
  });
}

export function placeSegment(segment: Segment, options: SegmentOptions): PlacedSegment {
  const { row, chains } = arrange(segment, options.hang);
  const items = itemsOf(row);
  const out: PlacedSegment = {
    host: segment.host,
    w: 0,
    above: 0,
    below: 0,
    boxes: [],
    cards: [],
    visits: [],
    rowBottom: 0,
  };
  const upper = -(CARD_H + STACK_GAP);
  let x = HOST_PAD;
  items.forEach((item, at) => {
    const turn = chains.find((chain) => chain.after === at || chain.before === at);
    const lifted = item.box.kind === "guest" && (items[at + 1]?.stacked || items[at - 1]?.stacked);
    x =
      placeRowBox(out, item, { x, centre: lifted ? upper : 0, upper, ...(turn && { turn, at }) }, options) +
      options.gutter;
  });
  x -= options.gutter;
  out.rowBottom = Math.max(...out.boxes.map((box) => box.y + box.h), CARD_H / 2);
  let right = x;
  let free = HOST_PAD;
  for (const chain of chains) {
    const end = placeChain(out, chain, free, options, x);
    free = end + options.gutter;
    right = Math.max(right, end);
  }
  out.w = Math.max(right, HOST_PAD + Math.ceil(segment.host.length * NAME_CHAR)) + HOST_PAD;
  const bottoms = [...out.boxes.map((box) => box.y + box.h), ...out.cards.map((card) => card.y + card.h)];
  const tops = [...out.boxes.map((box) => box.y), ...out.cards.map((card) => card.y)];
  out.below = Math.max(...bottoms) + HOST_PAD;
  out.above = -Math.min(...tops) + HOST_HEAD;
  out.visits = visitsOf(segment, out);
  return out;
}

interface RowSpot {
  x: number;
  centre: number;
  upper: number;
  turn?: Chain;
  at?: number;
}

/** Places one box of the row and its cards; returns its right edge. */
function placeRowBox(out: PlacedSegment, item: Item, spot: RowSpot, options: SegmentOptions): number {
  const { box } = item;
  const bare =
    box.kind === "guest" ||
    box.kind === "device" ||
    (box.kind === "bridge" && box.cards.length === 0) ||
    (box.kind === "linuxbridge" && box.cards.length === 0);
  if (bare) return placeBare(out, box, spot, options);
  const index = out.boxes.length;
  const title = titleOf(box);
  const cards = box.cards.map((card) => measure(card, options));
  const slots = slotsBefore(box, spot);
  let inner: number;
  if (item.stacked) {
    const width = Math.max(...cards.map((card) => card.w));
    cards.forEach((card, at) => {
      const isOuter = (item.outer === "first") === (at === 0);
      out.cards.push({
        ...card,
        w: width,
        x: spot.x + BOX_PAD,
        y: (isOuter ? spot.upper : 0) - CARD_H / 2,
        kind: "device",
        lane: "row",
        box: index,
      });
    });
    inner = width;
  } else {
    let x = spot.x + BOX_PAD + slots.lead;
    cards.forEach((card, at) => {
      if (at > 0) x += options.gutter + (slots.at === at ? SLOT : 0);
      out.cards.push({ ...card, x, y: -CARD_H / 2, kind: "device", lane: "row", box: index });
      x += card.w;
    });
    inner = x - spot.x - BOX_PAD + slots.tail;
  }
  const w = Math.max(inner + 2 * BOX_PAD, title.length * 6.1 + 18);
  centre(out, index, spot.x, w, inner + 2 * BOX_PAD);
  const top = item.stacked ? spot.upper - CARD_H / 2 - BOX_HEAD : -CARD_H / 2 - BOX_HEAD;
  const slot = {
    down: spot.x + BOX_PAD / 2 + SLOT / 2,
    up: slots.lead ? spot.x + BOX_PAD / 2 + SLOT / 2 : spot.x + w - BOX_PAD / 2 - SLOT / 2,
  };
  out.boxes.push({
    kind: box.kind,
    title,
    own: box.own.map((own) => own.stop),
    host: box.host,
    lane: "row",
    ghost: isGhost(box),
    x: spot.x,
    y: top,
    w,
    h: CARD_H / 2 + BOX_PAD - top,
    slot,
  });
  return spot.x + w;
}

/** Room for links that turn down or come up where no card stands. */
function slotsBefore(box: Box, spot: RowSpot): { lead: number; tail: number; at: number } {
  const turn = spot.turn;
  if (!turn || spot.at === undefined) return { lead: 0, tail: 0, at: -1 };
  const split = turnAt(box, turn, spot.at);
  return { lead: split === 0 ? SLOT : 0, tail: split === box.cards.length ? SLOT : 0, at: split };
}

/** How many of a bridge's cards come before the detour into the namespaces. */
function turnAt(box: Box, turn: Chain, at: number): number {
  if (turn.after === turn.before) return turn.split;
  return turn.after === at ? box.cards.length : 0;
}

function centre(out: PlacedSegment, box: number, x: number, w: number, used: number): void {
  const shift = (w - used) / 2;
  if (shift <= 0) return;
  for (const card of out.cards) if (card.box === box && card.x >= x) card.x += shift;
}

function placeBare(out: PlacedSegment, box: Box, spot: RowSpot, options: SegmentOptions): number {
  const card = box.cards[0];
  const stops = card ? box.cards.flatMap((one) => one.stops) : box.own.map((own) => own.stop);
  const first = stops[0];
  const detail = first ? options.detail(first, true) : "";
  const name = box.kind === "guest" ? elide(box.title, 18) : box.title;
  const w = cardWidth(name, detail);
  const kind = box.kind === "guest" ? "guest" : box.kind === "device" ? "device" : "bridge";
  out.cards.push({
    name,
    detail,
    stops,
    x: spot.x,
    y: spot.centre - CARD_H / 2,
    w,
    h: CARD_H,
    kind,
    lane: "row",
    box: -1,
  });
  return spot.x + w;
}

function measure(card: Card, options: SegmentOptions) {
  const first = card.stops[0];
  const detail = first ? options.detail(first, false) : "";
  return {
    name: elide(card.name, 18),
    detail,
    stops: card.stops,
    w: cardWidth(elide(card.name, 18), detail),
    h: CARD_H,
  };
}

/** Namespaces below the row, between the bridges that they join; links come from above, so their titles stand at the foot. Returns the right edge. */
function placeChain(out: PlacedSegment, chain: Chain, free: number, options: SegmentOptions, rowRight: number): number {
  const y = out.rowBottom + HANG_GAP + BOX_PAD + CARD_H / 2;
  const sized = chain.boxes.map((box) => {
    const cards = box.cards.map((card) => measure(card, options));
    const inner = cards.reduce((sum, card) => sum + card.w, 0) + (cards.length - 1) * options.gutter;
    const title = titleOf(box);
    return { box, cards, title, w: Math.max(inner + 2 * BOX_PAD, title.length * 6.1 + 18), inner };
  });
  const width = sized.reduce((sum, box) => sum + box.w, 0) + (sized.length - 1) * options.gutter;
  const middle = middleOf(out, chain);
  let x = Math.max(free, Math.min(middle - width / 2, rowRight - width));
  for (const { box, cards, title, w, inner } of sized) {
    const index = out.boxes.length;
    let cardX = x + (w - inner) / 2;
    for (const card of cards) {
      out.cards.push({ ...card, x: cardX, y: y - CARD_H / 2, kind: "device", lane: "hung", box: index });
      cardX += card.w + options.gutter;
    }
    out.boxes.push({
      kind: box.kind,
      title,
      own: box.own.map((own) => own.stop),
      host: box.host,
      lane: "hung",
      ghost: isGhost(box),
      x,
      y: y - CARD_H / 2 - BOX_PAD,
      w,
      h: CARD_H + BOX_HEAD + BOX_PAD,
    });
    x += w + options.gutter;
  }
  return x - options.gutter;
}

function middleOf(out: PlacedSegment, chain: Chain): number {
  const rows = rowUnits(out);
  const [from, to] = [rows[chain.after], rows[chain.before]];
  if (!from || !to) return 0;
  return chain.after === chain.before ? from.x + from.w / 2 : (from.x + from.w + to.x) / 2;
}

/** Boxes and bare cards of the row, left to right. */
function rowUnits(out: PlacedSegment): Rect[] {
  const bare = out.cards.filter((card) => card.box < 0);
  return [...out.boxes.filter((box) => box.lane === "row"), ...bare].sort((a, b) => a.x - b.x);
}

function isGhost(box: Box): boolean {
  return [...box.own.map((own) => own.stop), ...box.cards.flatMap((card) => card.stops)].every((stop) => stop.ghost);
}

/** `qrouter-6318f426` for a namespace named by a UUID. */
export function titleOf(box: { kind: Box["kind"]; title: string }): string {
  return box.kind === "netns" ? box.title.replace(/^([a-z]+-[0-9a-f]{8})-[0-9a-f]{4}-.*$/, "$1") : elide(box.title, 20);
}

/** Keeps both ends of a long name. */
export function elide(name: string, max: number): string {
  if (name.length <= max) return name;
  const tail = Math.floor((max - 1) / 3);
  return `${name.slice(0, max - 1 - tail)}…${name.slice(-tail)}`;
}

/** Stops in visual order with where they are drawn. */
function visitsOf(segment: Segment, out: PlacedSegment): Visit[] {
  const at = new Map<Stop, { card?: number; box?: number }>();
  out.boxes.forEach((box, index) => {
    for (const stop of box.own) at.set(stop, { box: index });
  });
  out.cards.forEach((card, index) => {
    for (const stop of card.stops) at.set(stop, { card: index });
  });
  const order = segment.boxes.flatMap((box) => orderOf(box));
  return order.map((stop) => ({ stop, ...at.get(stop) }));
}

function orderOf(box: Box): Stop[] {
  const stops: Stop[] = [];
  for (let at = 0; at <= box.cards.length; at++) {
    for (const own of box.own) if (own.at === at) stops.push(own.stop);
    stops.push(...(box.cards[at]?.stops ?? []));
  }
  return stops;
}
