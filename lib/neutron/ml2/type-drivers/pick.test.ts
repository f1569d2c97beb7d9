import fc from "fast-check";
import { expect, test } from "vitest";
import type { Range } from "../../config/option.ts";
import { freeId } from "./pick.ts";

/** Ranges that do not touch, and what is left of them. */
const ranges = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })), { minLength: 1, maxLength: 4 })
  .map((steps) => {
    let at = 0;
    return steps.map(([gap, length]): Range => {
      const first = at + gap;
      at = first + length;
      return [first, at - 1];
    });
  });

const idsOf = (all: readonly Range[]) =>
  all.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));

test("every id of the ranges is given once, whatever is drawn, and then none", async () => {
  await fc.assert(
    fc.asyncProperty(ranges, fc.boolean(), fc.infiniteStream(fc.nat(1000)), async (all, inOrder, numbers) => {
      const used = new Set<number>();
      const ids = {
        ranges: all,
        inOrder,
        random: (limit: number) => numbers.next().value % limit,
        isFree: async (id: number) => !used.has(id),
        used: async () => used,
      };
      const given: number[] = [];
      for (let id = await freeId(ids); id !== undefined; id = await freeId(ids)) {
        given.push(id);
        used.add(id);
      }
      expect(inOrder ? given : given.toSorted((a, b) => a - b)).toEqual(idsOf(all));
    }),
  );
});

test("ids in use outside of the ranges take nothing from them", async () => {
  const ids = { ranges: [[5, 6]] as const, inOrder: false, random: () => 0 };
  const used = new Set([1, 2, 3, 5]);
  expect(await freeId({ ...ids, isFree: async (id) => !used.has(id), used: async () => used })).toBe(6);
});
