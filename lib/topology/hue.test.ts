import { expect, test } from "vitest";
import { EXTERNAL_HUE, networkHues } from "./hue.ts";

const net = (name: string, external = false) => ({ id: `id-${name}`, name, external });

test("hues are the same whatever the order; external networks have their own", () => {
  const there = networkHues([net("b"), net("a"), net("out", true)]);
  const back = networkHues([net("out", true), net("a"), net("b")]);
  expect([...there].toSorted()).toEqual([...back].toSorted());
  expect(there.get("id-a")?.edge).not.toBe(there.get("id-b")?.edge);
  expect(there.get("id-out")).toBe(EXTERNAL_HUE);
});

test("a network keeps its hue when another comes that is before it by name", () => {
  const before = networkHues([net("vxlan10"), net("vxlan11")]);
  const after = networkHues([net("blue"), net("vxlan10"), net("vxlan11")]);
  for (const id of ["id-vxlan10", "id-vxlan11"]) expect(after.get(id)).toEqual(before.get(id));
});

test("no hue is there twice before all are there", () => {
  const hues = networkHues(Array.from({ length: 9 }, (_, i) => net(`n${i + 1}`)));
  const edges = [...hues.values()].map((hue) => hue.edge);
  expect([new Set(edges.slice(0, 8)).size, new Set(edges).size]).toEqual([8, 8]);
});
