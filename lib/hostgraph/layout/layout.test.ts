import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { graphOf, type Shape } from "../testing/graphs.ts";
import { layoutHost } from "./layout.ts";
import { nextDevice } from "./navigate.ts";
import { CARD_PITCH, QBR_HEAD, type Rect, ROW_GAP, type Scene } from "./scene.ts";

const shapes: fc.Arbitrary<Shape> = fc.record({
  guests: fc.nat(40),
  networks: fc.integer({ min: 1, max: 6 }),
  routers: fc.nat(4),
  dhcp: fc.nat(6),
  tunnels: fc.nat(8),
  providers: fc.nat(4),
  direct: fc.boolean(),
  linuxBridge: fc.boolean(),
});

const overlap = (a: Rect, b: Rect) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
const inside = (a: Rect, b: Rect) => a.x >= b.x && a.y >= b.y && a.x + a.w <= b.x + b.w && a.y + a.h <= b.y + b.h;

/** Pieces of wires with a little length; corners touch by design. */
function segments(scene: Scene) {
  return scene.wires.flatMap((wire) =>
    wire.points.slice(1).map((to, i) => {
      const from = wire.points[i] ?? to;
      const rect: Rect = {
        x: Math.min(from.x, to.x) + 0.5,
        y: Math.min(from.y, to.y) - 0.5,
        w: Math.max(0, Math.abs(from.x - to.x) - 1),
        h: Math.abs(from.y - to.y) + 1,
      };
      return { wire, rect, from, to };
    }),
  );
}

describe("layout of a host", () => {
  it("lets no card, box or slot overlap another, and keeps ports inside their box", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const scene = layoutHost(graphOf(shape));
        scene.cards.forEach((card, i) => {
          for (const other of scene.cards.slice(i + 1))
            expect(overlap(card, other), `${card.id} ${other.id}`).toBe(false);
        });
        scene.boxes.forEach((box, i) => {
          for (const other of scene.boxes.slice(i + 1))
            expect(overlap(box, other), `${box.id} ${other.id}`).toBe(false);
          for (const card of scene.cards) {
            if (card.box === box.id) expect(inside(card, box), `${card.id} in ${box.id}`).toBe(true);
            else expect(overlap(card, box), `${card.id} over ${box.id}`).toBe(false);
          }
          for (const slot of scene.slots.filter((s) => s.box === box.id && s.w > 10))
            expect(inside(slot, box)).toBe(true);
        });
      }),
      { numRuns: 60 },
    );
  });

  it("draws every device and every link, wires at right angles, and none behind a card or a foreign box", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const graph = graphOf(shape);
        const scene = layoutHost(graph);
        const drawn = new Set([...scene.cards.map((c) => c.id), ...scene.boxes.map((b) => b.id)]);
        for (const node of graph.nodes) expect(drawn.has(node.id), node.id).toBe(true);
        const boxOf = new Map(scene.cards.map((card) => [card.id, card.box]));
        const wired = new Set(scene.wires.flatMap((wire) => wire.edges));
        for (const edge of graph.edges) {
          const within = boxOf.get(edge.from) === edge.to;
          expect(within || wired.has(edge.id), edge.id).toBe(true);
        }
        for (const { wire, rect, from, to } of segments(scene)) {
          expect(from.x === to.x || from.y === to.y, wire.id).toBe(true);
          for (const card of scene.cards) {
            if (card.id !== wire.from && card.id !== wire.to)
              expect(overlap(rect, card), `${wire.id} behind ${card.id}`).toBe(false);
          }
          for (const box of scene.boxes) {
            const own = [wire.from, wire.to].some((id) => id === box.id || boxOf.get(id) === box.id);
            if (!own) expect(overlap(rect, box), `${wire.id} behind ${box.id}`).toBe(false);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("stays inside its frame", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const scene = layoutHost(graphOf(shape));
        for (const { x, y } of scene.wires.flatMap((wire) => wire.points)) {
          expect(x >= 0 && x <= scene.width && y >= 0 && y <= scene.height).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("does not depend on the order in which devices were found", () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 7 }), (shape, turn) => {
        const graph = graphOf(shape);
        const mixed = <T>(list: T[]) =>
          list
            .map((item, i) => [((i + 1) * turn * 7919) % 1009, item] as const)
            .sort((a, b) => a[0] - b[0])
            .map(([, item]) => item);
        const turned = {
          ...graph,
          nodes: mixed(graph.nodes),
          edges: mixed(graph.edges),
          namespaces: mixed(graph.namespaces ?? []),
        };
        const [a, b] = [layoutHost(graph), layoutHost(turned)];
        const places = (scene: Scene) =>
          new Map([...scene.cards, ...scene.boxes].map((r) => [r.id, [r.x, r.y, r.w, r.h]]));
        expect(places(b)).toEqual(places(a));
        expect(new Map(b.wires.map((w) => [w.id, w.points]))).toEqual(new Map(a.wires.map((w) => [w.id, w.points])));
      }),
      { numRuns: 40 },
    );
  });

  it("moves every card by one row at most when one more VM comes", () => {
    const row = CARD_PITCH + QBR_HEAD + ROW_GAP + 8;
    for (const guests of [0, 1, 4, 17, 60]) {
      const shape = { guests, networks: 3, routers: 1, dhcp: 2, tunnels: 3, providers: 2 };
      const before = new Map(
        layoutHost(graphOf({ ...shape, guests: Math.max(1, guests) })).cards.map((c) => [c.id, c]),
      );
      for (const card of layoutHost(graphOf({ ...shape, guests: Math.max(1, guests) + 1 })).cards) {
        const old = before.get(card.id);
        if (!old) continue;
        expect(Math.abs(card.x - old.x), card.id).toBe(0);
        expect(Math.abs(card.y - old.y), card.id).toBeLessThanOrEqual(row);
      }
    }
  });

  it("puts a guest, its tap, its qvb and its qvo into one row", () => {
    const scene = layoutHost(graphOf({ guests: 9, networks: 2, routers: 0, dhcp: 0, tunnels: 1, providers: 1 }));
    const rows = Map.groupBy(
      scene.cards.filter((card) => card.node.label?.startsWith("vm-")),
      (card) => card.node.label,
    );
    for (const cards of rows.values()) expect(new Set(cards.map((card) => card.y)).size).toBe(1);
  });

  it("stacks guests above a thousand elements, and opens a stack on demand", () => {
    const graph = graphOf({ guests: 600, networks: 3, routers: 40, dhcp: 120, tunnels: 20, providers: 2 });
    const closed = layoutHost(graph);
    expect(closed.cards.length + closed.wires.length).toBeLessThan(1000);
    const stacked = closed.cards.reduce(
      (n, card) => n + (card.node.kind === "guest" ? (card.node.stack?.count ?? 1) : 0),
      0,
    );
    expect(stacked).toBe(600);
    const first = closed.stacks.find((id) => id.startsWith("guests:")) ?? "";
    const opened = layoutHost(graph, [first]);
    expect(opened.stacks).not.toContain(first);
    expect(opened.cards.filter((card) => card.node.kind === "guest" && !card.node.stack).length).toBe(50);
    const all = layoutHost(graph, ["all"]);
    expect(all.stacks).toEqual([]);
    expect(all.cards.length + all.boxes.length).toBeGreaterThanOrEqual(graph.nodes.length);
    expect(layoutHost(graph, closed.stacks)).toEqual(all);
  });

  it("leaves stacks closed that no renderer could paint", () => {
    const graph = graphOf({ guests: 4000, networks: 3, routers: 0, dhcp: 0, tunnels: 1, providers: 1 });
    const { cards, boxes, wires, stacks } = layoutHost(graph, ["all"]);
    expect(stacks.length).toBeGreaterThan(0);
    expect(cards.length + boxes.length + wires.length).toBeLessThan(30_000);
  });

  it("lays 1,000 elements out in a few milliseconds", () => {
    const graph = graphOf({ guests: 110, networks: 4, routers: 4, dhcp: 8, tunnels: 12, providers: 3 });
    layoutHost(graph);
    const start = performance.now();
    layoutHost(graph);
    expect(performance.now() - start).toBeLessThan(150);
  });
});

describe("arrow keys", () => {
  const scene = layoutHost(graphOf({ guests: 3, networks: 1, routers: 1, dhcp: 1, tunnels: 2, providers: 1 }));
  const walk = (from: string, ...keys: Parameters<typeof nextDevice>[2][]) =>
    keys.reduce<string>((at, key) => nextDevice(scene, at, key) ?? at, from);

  it("go from the guest to the wire, along links", () => {
    expect(walk("guest:vm-0/eth0", "right")).toBe("root/tap00000000-00");
    expect(walk("guest:vm-0/eth0", "right", "right")).toBe("root/qvb00000000-00");
    expect(walk("guest:vm-0/eth0", "right", "right", "right")).toBe("root/qvo00000000-00");
    expect(walk("root/qvo00000000-00", "right")).toBe("root/patch-tun");
    expect(walk("root/patch-tun", "right", "right", "right")).toBe("root/eth1");
  });

  it("go up and down in a column, and stay at its end", () => {
    expect(walk("guest:vm-0/eth0", "down")).toBe("guest:vm-1/eth0");
    expect(walk("guest:vm-1/eth0", "up")).toBe("guest:vm-0/eth0");
    expect(nextDevice(scene, "guest:vm-0/eth0", "left")).toBeUndefined();
  });

  it("reach every device from any other", () => {
    const seen = new Set(["guest:vm-0/eth0"]);
    for (const id of seen) {
      for (const key of ["left", "right", "up", "down"] as const) {
        const next = nextDevice(scene, id, key);
        if (next) seen.add(next);
      }
    }
    for (const card of scene.cards) expect(seen.has(card.id), card.id).toBe(true);
  });
});
