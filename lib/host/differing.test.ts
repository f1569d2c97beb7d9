import fc from "fast-check";
import { expect, test } from "vitest";
import { appended, differing } from "./differing.ts";

test("two lists differ in the entries that only one of them has, whatever they came from", () => {
  const steps = fc.array(
    fc.record({ on: fc.nat(20), at: fc.nat(10), gone: fc.nat(2), come: fc.nat(3), end: fc.boolean() }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const lists: object[][] = [[]];
      for (const { on, at, gone, come, end } of all) {
        const from = lists[on % lists.length] ?? [];
        const more = Array.from({ length: come }, (_, i) => ({ id: `${lists.length} ${i}` }));
        lists.push(end ? appended(from, more) : from.toSpliced(Math.min(at, from.length), gone, ...more));
      }
      for (const a of lists)
        for (const b of lists) {
          const { gone, come } = differing(a, b);
          expect(gone).toEqual(a.filter((one) => !b.includes(one)));
          expect(come).toEqual(b.filter((one) => !a.includes(one)));
        }
    }),
  );
});
