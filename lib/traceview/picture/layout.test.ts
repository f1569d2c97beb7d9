import { describe, expect, test } from "vitest";
import { hopsOf } from "../hops.ts";
import { isReturning, legsOf } from "../legs.ts";
import { recordedCases, recordedTrace } from "../testing/recorded.ts";
import { layoutPicture, type Picture } from "./layout.ts";
import type { Rect } from "./segment.ts";

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

function pairs<T>(list: readonly T[]): [T, T][] {
  return list.flatMap((a, at) => list.slice(at + 1).map((b): [T, T] => [a, b]));
}

/** A link's straight piece as a thin rectangle. */
function pieces(picture: Picture): Rect[] {
  return picture.edges.flatMap(({ points }) =>
    points.slice(1).map((b, at) => {
      const a = points[at]!;
      return { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), w: Math.abs(a.x - b.x), h: Math.abs(a.y - b.y) };
    }),
  );
}

const ALL = (["legacy", "dvr"] as const).flatMap((mode) => recordedCases(mode).map(({ id }) => ({ mode, id })));

describe.each(ALL)("$mode $id", ({ mode, id }) => {
  const legs = legsOf(recordedTrace(mode, id)).filter((leg) => leg.main.length > 0);
  const pictures = legs.flatMap((leg) =>
    [1170, 760].map((width) => ({
      leg,
      hops: hopsOf(leg.main),
      picture: layoutPicture(hopsOf(leg.main), { width, returning: isReturning(leg.leg) }),
    })),
  );

  test("no two cards overlap, and no two hosts", () => {
    for (const { picture } of pictures) {
      for (const [a, b] of pairs(picture.cards)) expect(overlap(a, b), `${a.name} over ${b.name}`).toBe(false);
      for (const [a, b] of pairs(picture.hosts)) expect(overlap(a, b), `${a.name} over ${b.name}`).toBe(false);
      for (const [a, b] of pairs(picture.boxes)) expect(overlap(a, b), `${a.title} over ${b.title}`).toBe(false);
    }
  });

  test("no link runs behind a card", () => {
    for (const { picture } of pictures) {
      for (const piece of pieces(picture)) {
        for (const card of picture.cards) {
          const inner = { x: card.x + 1, y: card.y + 1, w: card.w - 2, h: card.h - 2 };
          expect(overlap({ ...piece, w: piece.w || 0.1, h: piece.h || 0.1 }, inner), card.name).toBe(false);
        }
      }
    }
  });

  test("the links lead from hop to hop without a gap", () => {
    for (const { picture, hops } of pictures) {
      const steps = new Set(picture.edges.map((edge) => `${edge.from}>${edge.to}`));
      const drawn = picture.cards.flatMap((card) =>
        card.stops.length > 1 ? card.stops.slice(1).map((stop) => stop.index) : [],
      );
      for (let at = 1; at < hops.length; at++) {
        const same =
          drawn.includes(at) &&
          picture.cards.some(
            (card) => card.stops.some((s) => s.index === at) && card.stops.some((s) => s.index === at - 1),
          );
        expect(same || steps.has(`${at - 1}>${at}`), `${at - 1} to ${at}`).toBe(true);
      }
    }
  });

  test("everything lies inside the picture", () => {
    for (const { picture } of pictures) {
      for (const rect of [...picture.hosts, ...picture.boxes, ...picture.cards, ...pieces(picture)]) {
        expect(rect.x).toBeGreaterThanOrEqual(0);
        expect(rect.y).toBeGreaterThanOrEqual(0);
        expect(rect.x + rect.w).toBeLessThanOrEqual(picture.width);
        expect(rect.y + rect.h).toBeLessThanOrEqual(picture.height);
      }
    }
  });
});

test("the asking guest is on the left on the way there and on the way back", () => {
  for (const leg of legsOf(recordedTrace("legacy", "same-net-cross-host"))) {
    const picture = layoutPicture(hopsOf(leg.main), { width: 1170, returning: isReturning(leg.leg) });
    const a = picture.cards.find((card) => card.name === "cirros-vm1")!;
    const b = picture.cards.find((card) => card.name === "cirros-vm2")!;
    expect(a.x).toBeLessThan(b.x);
    expect(picture.mode).toBe("mirrored");
  }
});
