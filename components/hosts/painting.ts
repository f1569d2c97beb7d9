/** The scene of a host for the canvas: what device-card.tsx, bridge-box.tsx and wire-path.tsx draw, as data. */
import type { HostGraph } from "../../lib/api/http.ts";
import type { Box, Card, Rect, Scene, Slot } from "../../lib/hostgraph/layout/scene.ts";
import type { Ink, PaintedLine, PaintedNode, Painting } from "../graph/painting.ts";
import { MARK_GLYPHS, type Mark } from "./marks.tsx";
import { boxText, cardLabel, cardText, cut } from "./words.ts";

const MARK_COLOUR: Record<Mark, string> = {
  "dead-vlan": "var(--danger)",
  down: "var(--warn)",
  "unknown-to-neutron": "var(--warn)",
  "expected-missing": "var(--danger)",
  differs: "var(--warn)",
};
const LINE = "var(--line-strong)";
const MUTED = "var(--muted)";

type Text = Extract<Ink, { kind: "text" }>;
type Style = Pick<Text, "size" | "weight" | "mono" | "fill">;
const NAME: Style = { size: 11.5, weight: 400, mono: true, fill: "var(--ink)" };
const GUEST: Style = { size: 12, weight: 500, mono: false, fill: "var(--ink)" };
const TITLE: Style = { size: 12, weight: 600, mono: true, fill: "var(--ink)" };
const SECOND: Style = { size: 10.5, weight: 400, mono: false, fill: MUTED };
const SMALL: Style = { ...SECOND, mono: true };

export function paintingOf(graph: HostGraph, scene: Scene): Painting {
  const hues = new Map(graph.networks.flatMap((n) => (n.hue ? [[n.id, n.hue.edge] as const] : [])));
  const hue = (id: string | undefined) => (id === undefined ? undefined : hues.get(id));
  const nodes: PaintedNode[] = [];
  const ink: Ink[] = scene.columns.map((column) =>
    text(column.x + 1, 24, column.title, { ...SECOND, size: 11, fill: "var(--faint)" }),
  );
  for (const box of scene.boxes) {
    nodes.push(boxNode(box));
    ink.push(...boxInk(box, hue));
  }
  for (const slot of scene.slots) {
    nodes.push(slotNode(slot, hue(slot.networkId)));
    const label = cut(slot.label, 18);
    if (slot.w >= 20) ink.push(of(slot.networkId, text(slot.x + slot.w / 2, slot.y + 12.7, label, SMALL, "middle")));
  }
  for (const card of scene.cards) {
    if (card.node.stack) nodes.push(behind(card));
    nodes.push(cardNode(card));
    ink.push(...cardInk(card, hue(card.node.networkId)).map((one) => of(card.node.networkId, one)));
  }
  const lines = scene.wires.map((wire): PaintedLine => {
    const stroke = hue(wire.networkId) ?? (wire.kind === "tunnel" ? MUTED : LINE);
    const { id, from, to, points } = wire;
    return of(wire.networkId, { id, from, to, points, stroke });
  });
  return { width: scene.width, height: scene.height, nodes, lines, ink };
}

const of = <T extends object>(networkId: string | undefined, one: T): T => (networkId ? { ...one, networkId } : one);

function text(x: number, y: number, words: string, style: Style, align: Text["align"] = "start"): Ink {
  return { kind: "text", x, y, text: words, align, ...style };
}

const area = ({ x, y, w, h }: Rect) => ({ x, y, w, h });

function boxNode(box: Box): PaintedNode {
  const bridge = box.kind === "ovs-bridge" || box.kind === "linuxbridge";
  return of(box.kind === "qbr" ? box.node?.networkId : undefined, {
    id: box.id,
    ...area(box),
    layer: "ground" as const,
    fill: bridge ? "var(--surface)" : "var(--bg)",
    stroke: LINE,
    dashed: !bridge,
    label: boxText(box).label,
  });
}

function boxInk(box: Box, hue: (id: string | undefined) => string | undefined): Ink[] {
  const { x, y, w, spine } = box;
  const { title, subtitle } = boxText(box);
  const small = box.kind === "qbr";
  const ink: Ink[] = [
    small ? text(x + 9, y + 14, title, { ...TITLE, ...SMALL }) : text(x + 11, y + 20, title, TITLE),
    ...box.stubs.map(({ networkId, ...stub }) =>
      of(networkId, rule(stub.x1, stub.y, stub.x2, stub.y, 1.5, hue(networkId) ?? LINE)),
    ),
  ];
  if (subtitle !== "") ink.push(text(x + w - 11, y + 20, subtitle, box.kind === "namespace" ? SECOND : SMALL, "end"));
  if (spine && spine.y2 > spine.y1) ink.push(rule(spine.x, spine.y1 - 3, spine.x, spine.y2 + 3, 5, LINE));
  const mark = box.node?.marks[0];
  if (mark) ink.push({ kind: "glyph", x: x + w - 3, y: y + 3, parts: MARK_GLYPHS[mark] });
  return ink;
}

function rule(x1: number, y1: number, x2: number, y2: number, width: number, stroke: string): Ink {
  return { kind: "rule", x1, y1, x2, y2, width, stroke };
}

function slotNode(slot: Slot, hue: string | undefined): PaintedNode {
  const dot = slot.w < 20;
  return of(slot.networkId, {
    id: slot.id,
    ...area(slot),
    ...(dot ? { y: slot.y + slot.h / 2 - 3, h: 6 } : {}),
    layer: "top" as const,
    fill: dot ? "var(--surface)" : "var(--raised)",
    stroke: dot ? MUTED : (hue ?? LINE),
    dashed: false,
  });
}

/** The second card of a stack, that looks out behind the first. */
function behind(card: Card): PaintedNode {
  const place = { ...area(card), x: card.x + 4, w: card.w - 8, y: card.y - 5 };
  const look = { fill: "var(--surface)", stroke: "var(--line)", dashed: false };
  return of(card.node.networkId, { id: `${card.id}#behind`, ...place, ...look, layer: "top" as const });
}

function cardNode(card: Card): PaintedNode {
  const { node } = card;
  const mark = node.marks[0];
  return of(node.networkId, {
    id: card.id,
    ...area(card),
    layer: "top" as const,
    fill: "var(--raised)",
    stroke: mark ? MARK_COLOUR[mark] : LINE,
    dashed: mark === "expected-missing" || mark === "unknown-to-neutron",
    label: cardLabel(node, cardText(node, card.edge === "full")),
  });
}

function cardInk({ node, x, y, w, h, edge }: Card, hue: string | undefined): Ink[] {
  const mark = node.marks[0];
  const guest = node.kind === "guest";
  const words = cardText(node, edge === "full");
  const first = y + (words.second || words.tag ? 15.5 : 22);
  const second = mark ? { ...SECOND, fill: MARK_COLOUR[mark] } : guest ? SMALL : SECOND;
  const ink: Ink[] = [text(x + 11, first, words.name, guest ? GUEST : NAME)];
  if (hue) ink.push(rule(x + 3, y + 4, x + 3, y + h - 4, 3.5, hue));
  if (words.second !== "") ink.push(text(x + 11, y + 28.5, words.second, second));
  if (words.aside !== "") ink.push(text(x + w - 10, first, words.aside, SMALL, "end"));
  if (words.tag !== "") ink.push(text(x + w - 10, y + 28.5, words.tag, SECOND, "end"));
  if (mark) ink.push({ kind: "glyph", x: x + w - 3, y: y + 3, parts: MARK_GLYPHS[mark] });
  return ink;
}
