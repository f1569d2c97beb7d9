/** Links between the cards of a picture, routed through the gutters: never behind a card. */
import { type Area, cut, middleInside, type Point, tidy } from "./geometry.ts";
import type { Spot } from "./layout.ts";
import type { PlacedBox, PlacedCard } from "./segment.ts";
import type { Stop } from "./stations.ts";

export interface Edge {
  /** Stops that it joins, in the packet's direction. */
  from: number;
  to: number;
  points: Point[];
  ghost: boolean;
  /** Hosts that it joins, when it is a wire or a tunnel between hosts. */
  wire?: { from: string; to: string };
}

export interface Channel {
  kind: "mirrored" | "stacked";
  /** Height of the gutter between rows of hosts. */
  gap: number;
  /** Distance of vertical runs from a host's frame. */
  step: number;
}

export interface SeenVisit {
  stop: Stop;
  segment: number;
  card?: number;
  box?: number;
}

export interface LinkInput {
  /** Left to right. */
  visits: readonly SeenVisit[];
  cards: readonly PlacedCard[];
  boxes: readonly PlacedBox[];
  spots: readonly Spot[];
  channel: Channel;
  returning: boolean;
}

interface Node {
  visit: SeenVisit;
  card: PlacedCard;
  index: number;
}

export function linksOf(input: LinkInput): Edge[] {
  const edges: Edge[] = [];
  let left: Node | undefined;
  let between: SeenVisit[] = [];
  for (const visit of input.visits) {
    const card = visit.card === undefined ? undefined : input.cards[visit.card];
    if (!card || visit.card === undefined) {
      between.push(visit);
      continue;
    }
    const node = { visit, card, index: visit.card };
    if (left) edges.push(...join(input, left, between, node));
    else if (between.length > 0) edges.push(...stub(input, node, between, "left"));
    left = node;
    between = [];
  }
  if (left && between.length > 0) edges.push(...stub(input, left, between, "right"));
  return edges.map((edge) => direct(edge, input.returning));
}

/** A leg that returns runs its links backwards. */
function direct(edge: Edge, returning: boolean): Edge {
  if (!returning) return edge;
  return {
    ...edge,
    from: edge.to,
    to: edge.from,
    points: edge.points.toReversed(),
    ...(edge.wire && { wire: { from: edge.wire.to, to: edge.wire.from } }),
  };
}

/** The link between two cards, cut where bridges in between have their say. */
function join(input: LinkInput, a: Node, between: readonly SeenVisit[], b: Node): Edge[] {
  if (a.index === b.index && between.length === 0) return [];
  let rest = tidy(route(input, a, between, b));
  const wire = a.visit.segment === b.visit.segment ? undefined : { from: a.visit.stop.host, to: b.visit.stop.host };
  const edges: Edge[] = [];
  let from = a.visit.stop;
  for (const visit of between) {
    const box = visit.box === undefined ? undefined : input.boxes[visit.box];
    const at = box ? middleInside(rest, box) : undefined;
    const [head, tail] = cut(rest, at ?? 0);
    edges.push({ from: from.index, to: visit.stop.index, points: tidy(head), ghost: from.ghost || visit.stop.ghost });
    from = visit.stop;
    rest = tail;
  }
  edges.push({ from: from.index, to: b.visit.stop.index, points: tidy(rest), ghost: from.ghost || b.visit.stop.ghost });
  if (wire) {
    const longest = edges.reduce((best, edge) => (spread(edge.points) > spread(best.points) ? edge : best));
    longest.wire = wire;
  }
  return edges;
}

function spread(points: readonly Point[]): number {
  const xs = points.map((point) => point.x);
  return xs.length === 0 ? 0 : Math.max(...xs) - Math.min(...xs);
}

/** A path that begins or ends inside a bridge: a short piece beside the last card. */
function stub(input: LinkInput, node: Node, between: readonly SeenVisit[], side: "left" | "right"): Edge[] {
  const { card } = node;
  const box = card.box < 0 ? undefined : input.boxes[card.box];
  const y = card.y + card.h / 2;
  const outer = Math.max(10, box ? (side === "right" ? box.x + box.w - card.x - card.w : card.x - box.x) + 4 : 10);
  const near = { x: side === "right" ? card.x + card.w : card.x, y };
  const far = { x: side === "right" ? near.x + outer : near.x - outer, y };
  const order = side === "right" ? [node.visit, ...between] : [...between, node.visit];
  const edges: Edge[] = [];
  for (let at = 1; at < order.length; at++) {
    const [from, to] = [order[at - 1], order[at]];
    if (!from || !to) continue;
    const touches = from === node.visit || to === node.visit;
    const points = !touches ? [far, far] : side === "right" ? [near, far] : [far, near];
    edges.push({ from: from.stop.index, to: to.stop.index, points, ghost: from.stop.ghost || to.stop.ghost });
  }
  return edges;
}

const middleY = (card: Area) => card.y + card.h / 2;
const middleX = (card: Area) => card.x + card.w / 2;
const rightOf = (card: Area) => card.x + card.w;

function route(input: LinkInput, a: Node, between: readonly SeenVisit[], b: Node): Point[] {
  if (a.visit.segment !== b.visit.segment) return routeHosts(input, a, b);
  const spot = input.spots[a.visit.segment];
  const gutter = spot ? spot.y + spot.segment.rowBottom + 16 : 0;
  if (a.card.lane === "row" && b.card.lane === "hung") {
    const down = leave(input, a, between, gutter);
    const x = atTop(b.card, down.at(-1)?.x ?? 0, "in");
    return [...down, { x, y: gutter }, { x, y: b.card.y }];
  }
  if (a.card.lane === "hung" && b.card.lane === "row") {
    const up = rise(input, between, b, gutter);
    const x = atTop(a.card, up[0]?.x ?? 0, "out");
    return [{ x, y: a.card.y }, { x, y: gutter }, ...up];
  }
  if (a.index === b.index) return loop(a.card);
  if (a.card.box >= 0 && a.card.box === b.card.box && middleY(a.card) !== middleY(b.card))
    return upright(a.card, b.card);
  return jog({ x: rightOf(a.card), y: middleY(a.card) }, { x: b.card.x, y: middleY(b.card) });
}

/** A bridge that sends a frame back where it came from, on the same card. */
function loop(card: PlacedCard): Point[] {
  const bottom = card.y + card.h;
  return [
    { x: card.x + card.w * 0.35, y: bottom },
    { x: card.x + card.w * 0.35, y: bottom + 8 },
    { x: card.x + card.w * 0.65, y: bottom + 8 },
    { x: card.x + card.w * 0.65, y: bottom },
  ];
}

function upright(a: PlacedCard, b: PlacedCard): Point[] {
  const x = middleX(a);
  return a.y < b.y
    ? [
        { x, y: a.y + a.h },
        { x, y: b.y },
      ]
    : [
        { x, y: a.y },
        { x, y: b.y + b.h },
      ];
}

function jog(from: Point, to: Point): Point[] {
  if (from.y === to.y) return [from, to];
  const x = (from.x + to.x) / 2;
  return [from, { x, y: from.y }, { x, y: to.y }, to];
}

/** From the row down into the gutter. */
function leave(input: LinkInput, a: Node, between: readonly SeenVisit[], gutter: number): Point[] {
  const turning = between
    .map((visit) => (visit.box === undefined ? undefined : input.boxes[visit.box]))
    .find((box) => box?.slot);
  const own = a.card.box >= 0 ? input.boxes[a.card.box] : undefined;
  if (turning?.slot && own !== turning) {
    const y = middleY(a.card);
    return [
      { x: rightOf(a.card), y },
      { x: turning.slot.down, y },
      { x: turning.slot.down, y: gutter },
    ];
  }
  const x = a.card.kind === "bridge" ? a.card.x + a.card.w * 0.35 : middleX(a.card);
  return [
    { x, y: a.card.y + a.card.h },
    { x, y: gutter },
  ];
}

/**
 * Where a hung card is entered or left at its top: straight below `near` when that is over the card's own half (left for
 * the way in, right for the way out), so that one card can be both.
 */
function atTop(card: PlacedCard, near: number, way: "in" | "out"): number {
  const inset = 10;
  const [from, to] =
    way === "in"
      ? [card.x + inset, card.x + card.w / 2 - inset / 2]
      : [card.x + card.w / 2 + inset / 2, card.x + card.w - inset];
  return Math.min(to, Math.max(from, near));
}

/** From the gutter up into the row. */
function rise(input: LinkInput, between: readonly SeenVisit[], b: Node, gutter: number): Point[] {
  const turning = between
    .map((visit) => (visit.box === undefined ? undefined : input.boxes[visit.box]))
    .find((box) => box?.slot);
  const own = b.card.box >= 0 ? input.boxes[b.card.box] : undefined;
  if (turning?.slot && own !== turning) {
    const y = middleY(b.card);
    return [
      { x: turning.slot.up, y: gutter },
      { x: turning.slot.up, y },
      { x: b.card.x, y },
    ];
  }
  const x = b.card.kind === "bridge" ? b.card.x + b.card.w * 0.65 : middleX(b.card);
  return [
    { x, y: gutter },
    { x, y: b.card.y + b.card.h },
  ];
}

/** Between hosts: straight across the middle, or through the gutters between the rows. */
function routeHosts(input: LinkInput, a: Node, b: Node): Point[] {
  const { spots, channel } = input;
  const [from, to] = [spots[a.visit.segment], spots[b.visit.segment]];
  const start = { x: rightOf(a.card), y: middleY(a.card) };
  const end = { x: b.card.x, y: middleY(b.card) };
  if (!from || !to) return [start, end];
  if (start.y === end.y && from.y === to.y) return [start, end];
  const out = rightEdge(from) + channel.step;
  const last = channel.kind === "mirrored" && b.visit.segment === spots.length - 1;
  if (last) {
    const middle = spots.slice(1, -1);
    const side = Math.max(...middle.map((spot) => rightEdge(spot))) + channel.step * (middle.length > 1 ? 2 : 1);
    const lane = topEdge(middle[0] ?? from) - channel.gap / 2;
    const into = to.x - channel.step;
    return [start, { x: side, y: start.y }, { x: side, y: lane }, { x: into, y: lane }, { x: into, y: end.y }, end];
  }
  const lane = topEdge(to) - channel.gap / 2;
  const into = to.x - channel.step;
  return [start, { x: out, y: start.y }, { x: out, y: lane }, { x: into, y: lane }, { x: into, y: end.y }, end];
}

function rightEdge(spot: Spot): number {
  return spot.x + spot.segment.w;
}

function topEdge(spot: Spot): number {
  return spot.y - spot.segment.above;
}
