/** The host picture: fixed columns from the guests to the NICs. Pure and deterministic: the same host is always drawn the same way. */
import type { HostGraph } from "../../api/http.ts";
import { type Block, type Blocks, blocksOf, COLUMN_TITLES } from "./blocks.ts";
import { linksOf } from "./links.ts";
import { placeRows } from "./place.ts";
import { rollUp } from "./rollup.ts";
import type { Placed } from "./rows.ts";
import * as S from "./scene.ts";
import { type Entry, entriesOf } from "./slots.ts";
import { byName } from "./sort.ts";
import { gutterOf, type Piece, type Routed, routeLinks, tracksOf } from "./wires.ts";

/** `open`: ids of stacks to draw in full. O(n log n) in devices, apart from lanes that pass several columns. */
export function layoutHost(graph: HostGraph, open: readonly string[] = []): S.Scene {
  const rolled = rollUp(graph, open);
  const blocks = blocksOf(rolled, graph.namespaces);
  const entries = entriesOf(blocks, rolled.edges);
  const placed = placeRows(blocks, entries);
  const edges = [...rolled.edges].sort((a, b) => byName(a.id, b.id));
  const routed = routeLinks(linksOf(blocks, edges, entries, placed), placed.values());
  const columns = columnsOf(blocks, tracksOf(routed));
  return sceneOf(blocks, entries, placed, routed, columns, rolled.stacks);
}

interface Column {
  present: boolean;
  x: number;
  w: number;
}
interface Columns {
  at: Column[];
  /** Left edge and width of gutter n, which is left of column n. */
  gutters: { x: number; w: number }[];
  width: number;
}

function columnsOf(blocks: Blocks, tracks: Map<number, number>): Columns {
  const at: Column[] = [];
  const gutters: { x: number; w: number }[] = [];
  let x = 0;
  let first = true;
  for (let column = 0; column <= COLUMN_TITLES.length; column++) {
    const used = tracks.get(column) ?? 0;
    const inside = blocks.list.filter((block) => block.column === column);
    const last = column === COLUMN_TITLES.length;
    const outer = first || last;
    const gutter =
      used > 0
        ? Math.max(outer ? S.MARGIN : S.GUTTER, (used + 1) * S.TRACK + 10)
        : outer
          ? S.MARGIN
          : inside.length > 0
            ? S.GUTTER
            : 0;
    gutters.push({ x, w: gutter });
    x += gutter;
    if (last) break;
    const w = inside.length === 0 ? 0 : Math.max(...inside.map(widthOf));
    at.push({ present: w > 0, x, w });
    if (w > 0) first = false;
    x += w;
  }
  return { at, gutters, width: x };
}

function widthOf({ box }: Block): number {
  if (!box) return S.CARD_W;
  return box.kind === "qbr" ? S.SMALL_W : S.WIDE;
}

function trackX(columns: Columns, piece: Piece, tracks: Map<number, number>): number {
  const gutter = columns.gutters[piece.gutter] ?? { x: 0, w: S.GUTTER };
  const count = tracks.get(piece.gutter) ?? 1;
  return gutter.x + gutter.w / 2 + (piece.track - (count - 1) / 2) * S.TRACK;
}

function sceneOf(
  blocks: Blocks,
  entries: Map<string, Entry[]>,
  placed: Map<string, Placed>,
  routed: readonly Routed[],
  columns: Columns,
  stacks: string[],
): S.Scene {
  const boxes: S.Box[] = [];
  const cards: S.Card[] = [];
  const slots: S.Slot[] = [];
  for (const p of placed.values()) drawBlock(p, columns, entries.get(p.block.id) ?? [], blocks, boxes, cards, slots);
  const tracks = tracksOf(routed);
  const edgeX = edgesX(cards, slots);
  const wires = routed.map((route) => drawWire(route, columns, tracks, edgeX));
  const ends = [...boxes, ...cards].map((r) => r.y + r.h);
  const lanes = wires.flatMap((wire) => wire.points.map((point) => point.y));
  return {
    width: columns.width,
    height: Math.max(S.TOP, ...ends, ...lanes) + S.MARGIN,
    columns: columns.at.flatMap((c, i) => (c.present ? [{ title: COLUMN_TITLES[i] ?? "", x: c.x, w: c.w }] : [])),
    boxes,
    cards,
    slots,
    wires,
    stacks,
  };
}

function drawBlock(
  p: Placed,
  columns: Columns,
  entries: readonly Entry[],
  blocks: Blocks,
  boxes: S.Box[],
  cards: S.Card[],
  slots: S.Slot[],
): void {
  const column = columns.at[p.block.column];
  if (!column) return;
  const { block } = p;
  const rightIds = new Set(block.right.map((node) => node.id));
  const space = block.box?.kind === "namespace";
  for (const [id, y] of p.cards) {
    const node = blocks.nodes.get(id);
    if (!node) continue;
    if (!block.box) {
      cards.push({ id, node, x: column.x, y, w: S.CARD_W, h: S.CARD_H });
      continue;
    }
    const right = rightIds.has(id);
    const w = space ? column.w - 2 * S.BOX_PAD : S.CARD_W;
    const x = right ? column.x + column.w - S.BOX_PAD - w : column.x + S.BOX_PAD;
    cards.push({ id, node, x, y, w, h: S.CARD_H, box: block.id, edge: space ? "full" : right ? "right" : "left" });
  }
  if (!block.box) return;
  for (const entry of entries) {
    const y = p.slots.get(entry.id);
    if (y === undefined) continue;
    const w = entry.pill ? S.CARD_W : 6;
    const x = entry.edge === "left" ? column.x + S.BOX_PAD : column.x + column.w - (entry.pill ? S.BOX_PAD + w : w / 2);
    const slot: S.Slot = {
      id: entry.id,
      box: block.id,
      edge: entry.edge,
      label: entry.label,
      x,
      y: y - S.SLOT_H / 2,
      w,
      h: S.SLOT_H,
    };
    if (entry.networkId) slot.networkId = entry.networkId;
    slots.push(slot);
  }
  const box: S.Box = { id: block.id, x: column.x, y: p.y, w: column.w, h: p.h, ...block.box, stubs: [] };
  if (!space) addSpine(box, p, entries, rightIds, blocks);
  boxes.push(box);
}

function addSpine(box: S.Box, p: Placed, entries: readonly Entry[], rightIds: Set<string>, blocks: Blocks): void {
  const x = box.x + box.w / 2;
  const inner = S.BOX_PAD + S.CARD_W;
  const rows: number[] = [];
  for (const [id, top] of p.cards) {
    const y = top + S.CARD_H / 2;
    const networkId = blocks.nodes.get(id)?.networkId;
    rows.push(y);
    const [x1, x2] = rightIds.has(id) ? [x, box.x + box.w - inner] : [box.x + inner, x];
    box.stubs.push({ y, x1, x2, ...(networkId ? { networkId } : {}) });
  }
  for (const entry of entries) {
    const y = p.slots.get(entry.id);
    if (y === undefined) continue;
    rows.push(y);
    const [x1, x2] = entry.edge === "left" ? [box.x + inner, x] : [x, box.x + box.w - (entry.pill ? inner : 0)];
    box.stubs.push({ y, x1, x2, ...(entry.networkId ? { networkId: entry.networkId } : {}) });
  }
  if (rows.length > 1) box.spine = { x, y1: Math.min(...rows), y2: Math.max(...rows) };
  else box.stubs = [];
}

/** Where wires touch a card or slot: its left and right edge, by node id or entry id and row. */
function edgesX(cards: readonly S.Card[], slots: readonly S.Slot[]): Map<string, { left: number; right: number }> {
  const result = new Map<string, { left: number; right: number }>();
  for (const r of [...cards, ...slots]) result.set(r.id, { left: r.x, right: r.x + r.w });
  return result;
}

function drawWire(
  route: Routed,
  columns: Columns,
  tracks: Map<number, number>,
  edgeX: Map<string, { left: number; right: number }>,
): S.Wire {
  const { link } = route;
  const entry = edgeX.get(link.group);
  const dot = edgeX.get(`${link.to}#${link.from.slice(link.from.indexOf("/") + 1)}`);
  const ax = edgeX.get(link.from)?.[link.a.side] ?? 0;
  const bx = (entry ?? (link.kind === "member" ? dot : undefined) ?? edgeX.get(link.to))?.[link.b.side] ?? 0;
  const points = [{ x: ax, y: link.a.y }];
  const turn = (piece: Piece, y1: number, y2: number) => {
    if (Math.abs(y1 - y2) < 0.5) return;
    const x = trackX(columns, piece, tracks);
    points.push({ x, y: y1 }, { x, y: y2 });
  };
  if (route.lane) {
    turn(route.first, link.a.y, route.lane.y);
    turn(route.lane.second, route.lane.y, link.b.y);
  } else if (gutterOf(link.a) === gutterOf(link.b)) turn(route.first, link.a.y, link.b.y);
  points.push({ x: bx, y: link.b.y });
  const wire: S.Wire = { id: link.id, edges: link.edges, from: link.from, to: link.to, kind: link.kind, points };
  if (link.networkId) wire.networkId = link.networkId;
  return wire;
}
