/** Ranges of ports as masks, and as ranges that do not overlap. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { securityRule } from "../testing/view.ts";
import { mergePortRanges } from "./merge-ports.ts";
import { portMasks } from "./port-masks.ts";

const range = fc.tuple(fc.integer({ min: 1, max: 65_535 }), fc.integer({ min: 1, max: 65_535 })).map(([a, b]) => ({
  from: Math.min(a, b),
  to: Math.max(a, b),
}));

/** The ports that a mask stands for: those that differ in the bits that it leaves out. */
function portsOf(mask: string): { from: number; to: number } {
  const [value = "", bits] = mask.split("/");
  const from = Number(value);
  return { from, to: from + (bits === undefined ? 0 : 0xffff - Number(bits)) };
}

test("masks hold the ports of their range, each once, and no others", () => {
  fc.assert(
    fc.property(range, ({ from, to }) => {
      const held = portMasks(from, to).map(portsOf);
      expect(held[0]?.from).toBe(from);
      expect(held.at(-1)?.to).toBe(to);
      held.slice(1).forEach((one, i) => {
        expect(one.from).toBe((held[i]?.to ?? 0) + 1);
      });
    }),
  );
});

test("masks are as Neutron has them", () => {
  expect(portMasks(22, 22)).toEqual(["22"]);
  expect(portMasks(1, 65_535)).toHaveLength(16);
  expect(portMasks(1000, 1999)).toEqual([
    "0x3e8/0xfff8",
    "0x3f0/0xfff0",
    "0x400/0xfe00",
    "0x600/0xff00",
    "0x700/0xff80",
    "0x780/0xffc0",
    "0x7c0/0xfff0",
  ]);
});

test("merged ranges do not overlap, and each port has the numbers of all ranges that hold it", () => {
  const ranges = fc.array(range, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(ranges, fc.integer({ min: 1, max: 65_535 }), (all, port) => {
      const rules = all.map(({ from, to }, i) => ({
        rule: securityRule({ protocol: "tcp", portMin: from, portMax: to }),
        id: i * 8,
      }));
      const found = mergePortRanges(rules).filter(
        ({ rule }) => (rule.portMin ?? 1) <= port && port <= (rule.portMax ?? 65_535),
      );
      const expected = rules.filter(({ rule }) => (rule.portMin ?? 0) <= port && port <= (rule.portMax ?? 0));
      expect(found.flatMap((one) => one.ids)).toEqual(expected.map((one) => one.id));
      expect(found.length).toBe(expected.length === 0 ? 0 : 1);
    }),
  );
});
