import { expect, it } from "vitest";
import { layoutHost } from "../../lib/hostgraph/layout/layout.ts";
import { graphOf } from "../../lib/hostgraph/testing/graphs.ts";
import { elementsOf } from "../graph/elements.ts";
import { nodeAt } from "../graph/painting.ts";
import { paintingOf } from "./painting.ts";

const graph = graphOf({ guests: 30, networks: 3, routers: 2, dhcp: 3, tunnels: 4, providers: 2 });
const scene = layoutHost(graph);
const painting = paintingOf(graph, scene);
const palette = { colour: (css: string) => css, sans: "sans-serif", mono: "monospace" };

it("paints every device, box and wire of the scene where the scene has it", () => {
  const nodes = new Map(painting.nodes.map((node) => [node.id, node]));
  for (const rect of [...scene.cards, ...scene.boxes]) {
    const { x, y, w, h } = rect;
    expect(nodes.get(rect.id)).toMatchObject({ x, y, w, h, label: expect.stringMatching(/./) });
  }
  expect(painting.lines.map((line) => line.points)).toEqual(scene.wires.map((wire) => wire.points));
  const words = painting.ink.flatMap((one) => (one.kind === "text" ? [one.text] : []));
  expect(words).toEqual(expect.arrayContaining(["vm-7", "br-int", "patch-tun", "Guests", "tag 1 · net0"]));
});

it("finds the card under the pointer before the bridge around it, and nothing beside them", () => {
  const card = scene.cards.find((one) => one.box === "root/br-int");
  const box = scene.boxes.find((one) => one.id === "root/br-int");
  if (!card || !box) throw new Error("br-int has ports");
  expect(nodeAt(painting, card.x + 5, card.y + 5)?.id).toBe(card.id);
  expect(nodeAt(painting, box.x + box.w / 2, box.y + 4)?.id).toBe("root/br-int");
  expect(nodeAt(painting, 1, 1)).toBeUndefined();
});

it("gives Cytoscape ends and bends from which the same points come out", () => {
  const elements = elementsOf(painting, palette);
  const middles = new Map(elements.flatMap((one) => (one.group === "nodes" ? [[one.data.id, one.position]] : [])));
  const numbers = (text: string) => text.split(" ").map((part) => Number(part.replace("px", "")));
  const edges = elements.flatMap((one) => (one.group === "edges" ? [one.data] : []));
  expect(edges.length).toBe(painting.lines.length);
  for (const edge of edges) {
    const end = (id: string, text: string) => {
      const [x = Number.NaN, y = Number.NaN] = numbers(text);
      return { x: (middles.get(id)?.x ?? 0) + x, y: (middles.get(id)?.y ?? 0) + y };
    };
    const [a, b] = [end(edge.source, edge.start), end(edge.target, edge.end)];
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    // As extensions/renderer/base/coord-ele-math/edge-control-points.mjs of Cytoscape places the points of segments.
    const bends = edge.weights.map((weight, i) => ({
      x: a.x + (b.x - a.x) * weight - ((b.y - a.y) / length) * (edge.distances[i] ?? 0),
      y: a.y + (b.y - a.y) * weight + ((b.x - a.x) / length) * (edge.distances[i] ?? 0),
    }));
    const points = painting.lines.find((line) => line.id === edge.id)?.points ?? [];
    [a, ...bends, b].forEach((point, i) => {
      expect(point.x).toBeCloseTo(points[i]?.x ?? Number.NaN, 4);
      expect(point.y).toBeCloseTo(points[i]?.y ?? Number.NaN, 4);
    });
  }
});
