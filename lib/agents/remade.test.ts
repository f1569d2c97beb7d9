import fc from "fast-check";
import { expect, test } from "vitest";
import { type Remade, remade, remadeFlat } from "./remade.ts";

/** Lists that follow from each other: some entries at a place give way to others. */
const edits = fc.array(fc.record({ at: fc.nat(12), gone: fc.nat(3), come: fc.array(fc.nat(5), { maxLength: 3 }) }));

test("what was made of a list that changed is what would be made of it anew", () => {
  fc.assert(
    fc.property(edits, (all) => {
      const make = (one: number) => `made of ${one}`;
      const some = (one: number) => Array.from({ length: one % 3 }, (_, i) => `${one} ${i}`);
      let list: readonly number[] = [];
      let last: Remade<number, string> | undefined;
      let flat: Remade<number, string> | undefined;
      for (const { at, gone, come } of all) {
        list = list.toSpliced(Math.min(at, list.length), gone, ...come);
        last = remade(last, list, make);
        flat = remadeFlat(flat, list, some);
        expect(last.made).toEqual(list.map(make));
        expect(flat.made).toEqual(list.flatMap(some));
      }
    }),
  );
});
