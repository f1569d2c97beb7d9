import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Topology } from "../api/http.ts";
import type { Box, Drawing, Link } from "./drawing.ts";
import { layout } from "./layout.ts";
import { type Shape, topology } from "./testing/cloud.ts";

const index = fc.integer({ min: 0, max: 5 });
const shapes: fc.Arbitrary<Shape> = fc.record({
  external: fc.integer({ min: 0, max: 3 }),
  networks: fc.integer({ min: 0, max: 6 }),
  routers: fc.array(fc.record({ joins: fc.array(index, { maxLength: 5 }), gateway: fc.boolean() }), { maxLength: 9 }),
  instances: fc.array(fc.record({ on: fc.array(index, { maxLength: 3 }), floating: fc.boolean() }), { maxLength: 24 }),
});

type Named = Box & { id: string };

function boxes(drawing: Drawing): Named[] {
  return [
    ...drawing.bars.map((bar) => ({ ...bar, id: bar.network.id })),
    ...drawing.pills.map((pill) => ({ ...pill, id: pill.router.id })),
    ...drawing.cards.map((card) => ({ ...card, id: card.instance.id })),
    ...drawing.stacks.map((stack) => ({ ...stack, id: stack.group.id })),
    ...drawing.chips,
  ];
}

const apart = (a: Box, b: Box) =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

/** A straight piece runs through the inside of a box (its edge does not count). */
function crosses([x1, y1]: [number, number], [x2, y2]: [number, number], box: Box): boolean {
  const piece = { x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) };
  const inside = { x: box.x + 0.5, y: box.y + 0.5, width: box.width - 1, height: box.height - 1 };
  return !apart({ ...piece, width: Math.max(piece.width, 0.01), height: Math.max(piece.height, 0.01) }, inside);
}

function piecesOf(link: Link) {
  return link.points.slice(1).map((to, i) => [link.points[i] as [number, number], to] as const);
}

function check(cloud: Topology, drawing: Drawing): void {
  const all = boxes(drawing);
  for (const [i, a] of all.entries()) {
    expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= drawing.width && a.y + a.height <= drawing.height, a.id).toBe(true);
    for (const b of all.slice(i + 1)) expect(apart(a, b), `${a.id} over ${b.id}`).toBe(true);
  }
  for (const link of drawing.links)
    for (const [from, to] of piecesOf(link)) {
      expect(from[0] === to[0] || from[1] === to[1], `${link.id} is straight`).toBe(true);
      for (const box of all) expect(crosses(from, to, box), `${link.id} behind ${box.id}`).toBe(false);
    }
  const linked = new Set(drawing.links.map((link) => link.id));
  const known = new Set(cloud.networks.map((network) => network.id));
  for (const router of cloud.routers) {
    for (const iface of router.interfaces) expect(linked).toContain(`${router.id} ${iface.networkId}`);
    if (router.gateway) expect(linked).toContain(`${router.id} ${router.gateway.networkId}`);
  }
  for (const card of drawing.cards)
    for (const port of card.instance.ports)
      if (known.has(port.networkId)) expect(linked).toContain(`${card.instance.id} ${port.networkId}`);
}

describe("layout", () => {
  test("nothing overlaps, no link runs behind a box, every interface and port is linked", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const cloud = topology(shape);
        check(cloud, layout(cloud));
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test("each instance is there once", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const cloud = topology(shape);
        const ids = layout(cloud).cards.map((card) => card.instance.id);
        expect(ids.toSorted()).toEqual(cloud.instances.map((one) => one.id).toSorted());
      }),
      { seed: 7, numRuns: 100 },
    );
  });

  test("2,000 instances: laid out in well under a frame of a second, and few enough elements to paint", () => {
    const cloud = topology({
      external: 1,
      networks: 40,
      routers: Array.from({ length: 20 }, (_, i) => ({ joins: [2 * i, 2 * i + 1], gateway: true })),
      instances: Array.from({ length: 2000 }, (_, i) => ({
        on: [i % 40],
        name: `web-${i}`,
        status: i % 100 ? "ACTIVE" : "ERROR",
      })),
    });
    const started = performance.now();
    const drawing = layout(cloud);
    expect(performance.now() - started).toBeLessThan(250);
    expect(boxes(drawing).length + drawing.links.length).toBeLessThan(1000);
    check(cloud, drawing);
  });

  test("an opened group shows its members, a selected instance shows beside its closed group", () => {
    const cloud = topology({
      external: 0,
      networks: 1,
      routers: [],
      instances: Array.from({ length: 320 }, (_, i) => ({ on: [0], name: i < 50 ? `db-${i}` : `web-${i}` })),
    });
    const closed = layout(cloud, { show: "vm7" });
    expect(closed.stacks.map((stack) => stack.group.name)).toEqual(["db-… × 50", "web-… × 270"]);
    expect(closed.cards.map((card) => card.name)).toEqual(["db-7"]);
    const open = layout(cloud, { open: new Set(["net0/db-"]) });
    expect(open.cards).toHaveLength(50);
    const parts = layout(cloud, { open: new Set(["net0/web-"]) }).stacks.filter((one) =>
      one.group.id.startsWith("net0/web-"),
    );
    expect(parts.map((part) => part.group.count)).toEqual([60, 60, 60, 60, 30]);
    check(cloud, open);
  });
});
