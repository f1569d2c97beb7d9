import fc from "fast-check";
import { expect, test } from "vitest";
import type { IptablesChain } from "../../../net/iptables/ast.ts";
import { DraftChains } from "./draft-chains.ts";

const chain = (name: string): IptablesChain => ({
  ...{ name, packets: 0, bytes: 0, rules: [] },
  ...(name === "INPUT" && { policy: "ACCEPT" }),
});

test("chains put in and taken out are found, and listed by their names after the built-in ones", () => {
  const name = fc.constantFrom("a", "b", "c", "d", "e", "f");
  const before = fc.uniqueArray(fc.oneof(name, fc.constant("INPUT")));
  fc.assert(
    fc.property(before, fc.array(fc.record({ name, put: fc.boolean() })), (names, changes) => {
      const list = names.map(chain);
      const draft = new DraftChains(list);
      const known = new Map(list.map((one) => [one.name, one]));
      for (const { name: one, put } of changes) {
        const made = chain(one);
        if (put) known.set(one, made);
        else known.delete(one);
        if (put) draft.set(one, made);
        else draft.delete(one);
        expect(draft.get(one)).toBe(known.get(one));
      }
      const own = [...known.values()].filter((one) => !one.policy).sort((a, b) => (a.name < b.name ? -1 : 1));
      const wanted = [...[...known.values()].filter((one) => one.policy), ...own];
      const same = list.length === known.size && list.every((one) => known.get(one.name) === one);
      expect(draft.list()).toEqual(same ? list : wanted);
    }),
  );
});
