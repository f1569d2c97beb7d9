import fc from "fast-check";
import { expect, test } from "vitest";
import { Following } from "./following.ts";
import { Highest } from "./highest.ts";

interface Entry {
  readonly key: string;
  readonly number: number;
}

const entry = fc.record({ key: fc.constantFrom("a", "b", "c"), number: fc.nat(9) });
/** Which of the lists so far it follows from, where, how many go, and what comes there. */
const step = fc.tuple(fc.nat(), fc.nat(), fc.nat(3), fc.array(entry, { maxLength: 3 }));

/** Lists that follow from each other, in branches. */
const lists = fc.tuple(fc.array(entry, { maxLength: 100 }), fc.array(step, { maxLength: 12 })).map(([first, steps]) => {
  const all: Entry[][] = [first];
  for (const [which, at, gone, come] of steps) {
    const from = all[which % all.length] ?? first;
    all.push(from.toSpliced(at % (from.length + 1), gone, ...come));
  }
  return all;
});

test("what is known of a list is that of this list, whichever was asked for before", () => {
  fc.assert(
    fc.property(lists, fc.array(fc.nat(), { maxLength: 20 }), (all, asked) => {
      const entries = new Following<Entry, Set<Entry>>(
        () => new Set(),
        (set, one) => set.add(one),
        (set, one) => set.delete(one),
      );
      const highest = new Highest<Entry>(({ number }) => number);
      for (const which of asked) {
        const list = all[which % all.length] ?? [];
        expect(entries.of(list)).toEqual(new Set(list));
        expect(highest.of(list)).toBe(Math.max(0, ...list.map(({ number }) => number)));
      }
    }),
  );
});
