import { beforeAll, describe, expect, test } from "vitest";
import type { Hop } from "../hops.ts";
import { isReturning } from "../legs.ts";
import { recordedQueries, traced } from "../testing/traced.ts";
import { type ShownLeg, viewOf } from "../view.ts";
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

const ALL = [...recordedQueries("legacy"), ...recordedQueries("dvr")];
/** The mirrored picture, the one with hosts under each other, and one that must be scaled. */
const WIDTHS = [1170, 860, 500];

interface Drawn {
  leg: ShownLeg;
  hops: Hop[];
  picture: Picture;
}

describe.each(ALL)("$mode $id", ({ mode, query }) => {
  let pictures: Drawn[] = [];
  beforeAll(async () => {
    pictures = viewOf(await traced(mode, query)).legs.flatMap((leg) => {
      const hops = leg.rows.map((row) => row.hop);
      return WIDTHS.map((width) => ({
        leg,
        hops,
        picture: layoutPicture(hops, { width, returning: isReturning(leg.leg) }),
      }));
    });
  });

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

test("the asking guest is on the left on the way there and on the way back", async () => {
  const view = viewOf(await traced("legacy", { from: "cirros-vm1", to: "cirros-vm2", proto: "icmp" }));
  for (const leg of view.legs.filter((one) => one.id === "request" || one.id === "reply")) {
    const hops = leg.rows.map((row) => row.hop);
    const picture = layoutPicture(hops, { width: 1170, returning: isReturning(leg.leg) });
    const a = picture.cards.find((card) => card.name === "cirros-vm1")!;
    const b = picture.cards.find((card) => card.name === "cirros-vm2")!;
    expect(a.x).toBeLessThan(b.x);
    expect(picture.mode).toBe("mirrored");
  }
});

test("where the packet would have gone on is drawn, and linked, as ghosts", async () => {
  const view = viewOf(await traced("legacy", { from: "cirros-vm1", to: "cirros-vm5", proto: "icmp" }));
  const leg = view.legs.find((one) => one.id === "request")!;
  const hops = leg.rows.map((row) => row.hop);
  const rest = [
    { host: "compute1", netns: "root", device: "tap1f69615b-95" },
    { host: "compute1", netns: "guest:cirros-vm5", device: "eth0" },
  ];
  const picture = layoutPicture(hops, { width: 1170, returning: false, rest });
  const ghosts = picture.cards.filter((card) => card.stops.every((stop) => stop.ghost));
  expect(ghosts.map((card) => card.name)).toEqual(["tap1f69615b-95", "cirros-vm5"]);
  expect(picture.edges.filter((edge) => edge.ghost)).toHaveLength(2);
});

test("nothing to draw is a picture without devices", () => {
  const picture = layoutPicture([], { width: 1000, returning: false });
  expect(picture.cards).toEqual([]);
  expect(picture.width).toBeGreaterThanOrEqual(1000);
});
