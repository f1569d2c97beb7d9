import { expect, test } from "vitest";
import { EXTERNAL_HUE, networkHues } from "./hue.ts";

const net = (name: string, external = false) => ({ id: `id-${name}`, name, external });

test("hues go by name, whatever the order; external networks have their own", () => {
  const there = networkHues([net("b"), net("a"), net("out", true)]);
  const back = networkHues([net("out", true), net("a"), net("b")]);
  expect([...there].toSorted()).toEqual([...back].toSorted());
  expect(there.get("id-a")).toEqual({ edge: "var(--net-1)", soft: "var(--net-1-soft)" });
  expect(there.get("id-out")).toBe(EXTERNAL_HUE);
});

test("the ninth network begins again", () => {
  const hues = networkHues(Array.from({ length: 9 }, (_, i) => net(`n${i + 1}`)));
  expect(hues.get("id-n9")).toEqual(hues.get("id-n1"));
  expect(new Set([...hues.values()].map((hue) => hue.edge)).size).toBe(8);
});
