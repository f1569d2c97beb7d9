import { expect, test } from "vitest";
import { pending } from "../client/forms/pending.ts";
import { EXTERNAL_HUE, networkHues } from "./hue.ts";

const net = (name: string, external = false) => ({ id: `id-${name}`, external });

test("hues are the same whatever the order; external networks have their own", () => {
  const there = networkHues([net("b"), net("a"), net("out", true)]);
  const back = networkHues([net("out", true), net("a"), net("b")]);
  expect([...there].toSorted()).toEqual([...back].toSorted());
  expect(there.get("id-a")?.edge).not.toBe(there.get("id-b")?.edge);
  expect(there.get("id-out")).toBe(EXTERNAL_HUE);
});

test("a network keeps its hue when others come, and while they are being made", () => {
  const at = (minute: number) => ({ createdAt: `2026-11-20T10:0${minute}:00Z` });
  const old = [net("vxlan10"), net("vxlan11"), net("vxlan12")].map((one) => ({ ...one, ...at(1) }));
  const before = networkHues(old);
  for (const name of "abcdefghijklmnopqrstuvwxyz")
    for (const young of [{ ...net(name), ...at(2) }, pending])
      expect(networkHues([young, ...old])).toEqual(new Map([...before, ...networkHues([young, ...old])]));
});

test("no hue is there twice before all are there", () => {
  const hues = networkHues(Array.from({ length: 9 }, (_, i) => net(`n${i + 1}`)));
  const edges = [...hues.values()].map((hue) => hue.edge);
  expect([new Set(edges.slice(0, 8)).size, new Set(edges).size]).toEqual([8, 8]);
});
