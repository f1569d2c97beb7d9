import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stable } from "./stable.ts";

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.integer({ min: 0, max: 3 }),
    fc.constantFrom("a", "b", null, undefined),
    fc.array(tie("any"), { maxLength: 5 }),
    fc.dictionary(fc.constantFrom("id", "name", "x"), tie("any"), { noNullPrototype: true }),
    fc.array(fc.tuple(fc.constantFrom("k", "l"), tie("any"))).map((all) => new Map(all)),
  ),
})).any;

describe("keeping the identity of what did not change", () => {
  test("never changes what is said", () => {
    fc.assert(fc.property(value, value, (old, now) => void expect(stable(old, now)).toStrictEqual(now)));
  });

  test("gives the old object for a copy of it", () => {
    fc.assert(fc.property(value, (old) => Object.is(stable(old, structuredClone(old)), old)));
  });

  test.each(["id", "name"])("keeps items of a list where one is inserted or removed, by %s", (key) => {
    const list = ["a", "b", "c"].map((id) => ({ [key]: id, of: [id] }));
    const copy = () => structuredClone(list);
    const longer = stable(list, copy().toSpliced(1, 0, { [key]: "new", of: [] }));
    expect([longer[0], longer[2], longer[3]]).toEqual(list);
    expect(longer[2]).toBe(list[1]);
    expect(stable(list, copy().toSpliced(1, 1))[1]).toBe(list[2]);
  });
});
