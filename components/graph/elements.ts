/** A painting as Cytoscape's elements: positions and bends are those of the scene, nothing is laid out again. */
import type { PaintedLine, PaintedNode, Painting } from "./painting.ts";
import type { Palette } from "./palette.ts";

interface Point {
  x: number;
  y: number;
}

function nodeElement(node: PaintedNode, palette: Palette) {
  return {
    group: "nodes" as const,
    classes: `${node.layer}${node.dashed ? " dashed" : ""}`,
    position: middleOf(node),
    data: {
      id: node.id,
      w: node.w,
      h: node.h,
      fill: palette.colour(node.fill),
      stroke: palette.colour(node.stroke),
      networkId: node.networkId,
    },
  };
}

/** Undefined for a line of one point, or whose ends are not drawn. */
function lineElement(line: PaintedLine, nodes: ReadonlyMap<string, PaintedNode>, palette: Palette) {
  const [source, target] = [nodes.get(line.from), nodes.get(line.to)];
  const [first, ...rest] = line.points;
  const last = rest.at(-1);
  if (!source || !target || !first || !last) return undefined;
  const bends = rest.slice(0, -1).map((point) => alongside(first, last, point));
  return {
    group: "edges" as const,
    classes: bends.length > 0 ? "bent" : "",
    data: {
      id: line.id,
      source: line.from,
      target: line.to,
      start: offset(source, first),
      end: offset(target, last),
      weights: bends.map((bend) => bend.weight),
      distances: bends.map((bend) => bend.distance),
      stroke: palette.colour(line.stroke),
      networkId: line.networkId,
    },
  };
}

export function elementsOf(painting: Painting, palette: Palette) {
  const nodes = new Map(painting.nodes.map((node) => [node.id, node]));
  return [
    ...painting.nodes.map((node) => nodeElement(node, palette)),
    ...painting.lines.flatMap((line) => lineElement(line, nodes, palette) ?? []),
  ];
}

const middleOf = (node: PaintedNode): Point => ({ x: node.x + node.w / 2, y: node.y + node.h / 2 });

/** An end of an edge, from the middle of its node. */
function offset(node: PaintedNode, point: Point): string {
  const middle = middleOf(node);
  return `${point.x - middle.x}px ${point.y - middle.y}px`;
}

/** A bend as Cytoscape takes it: share of the way from start to end, and distance from that line, to its left positive. */
function alongside(start: Point, end: Point, point: Point): { weight: number; distance: number } {
  const way = { x: end.x - start.x, y: end.y - start.y };
  const to = { x: point.x - start.x, y: point.y - start.y };
  const length = Math.hypot(way.x, way.y);
  return {
    weight: (to.x * way.x + to.y * way.y) / length ** 2,
    distance: (to.y * way.x - to.x * way.y) / length,
  };
}
