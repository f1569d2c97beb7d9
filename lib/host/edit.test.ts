import fc from "fast-check";
import { expect, test } from "vitest";
import { dependantsOf, findLink, linksAnd, linksWith, linksWithout } from "./edit.ts";
import { newNamespace } from "./kernel/device.ts";
import type { Link } from "./state.ts";

const NAMES = ["a", "b", "c", "d", "e", "f"] as const;
const { links, ...rest } = newNamespace("root");
const step = fc.record({
  /** Which of the lists so far it starts from. */
  from: fc.nat(),
  name: fc.constantFrom(...NAMES),
  master: fc.option(fc.constantFrom(...NAMES), { nil: undefined }),
  gone: fc.boolean(),
});

test("devices are found where they are, whatever lists came before and beside", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const lists: Link[][] = [links];
      for (const { from, name, master, gone } of steps) {
        const list = lists[from % lists.length] ?? links;
        const link = { ...(links[0] as Link), name, ...(master && { master }) };
        const there = list.some((one) => one.name === name);
        lists.push(gone ? linksWithout(list, name) : there ? linksWith(list, link) : linksAnd(list, link));
      }
      for (const list of lists)
        for (const name of NAMES) {
          expect(findLink({ ...rest, links: list }, name)).toBe(list.find((one) => one.name === name));
          expect(dependantsOf(list, name)).toEqual(list.filter((one) => one.master === name));
        }
    }),
  );
});
