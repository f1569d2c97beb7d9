import { expect, test } from "vitest";
import { hangings, stemOf } from "./rollup.ts";
import { topology } from "./testing/cloud.ts";

test.each([
  ["web-12", "web-"],
  ["cirros-vm1", "cirros-vm"],
  ["asg-9f8c1c9e-3b8e-4f4c-9c53-0c4a3d7b8a10", "asg-"],
  ["db", "db"],
  ["12345678", "1234"],
])("%s is alike with what begins with %s", (name, stem) => {
  expect(stemOf(name)).toBe(stem);
});

const many = (count: number) =>
  topology({
    external: 0,
    networks: 1,
    routers: [],
    instances: Array.from({ length: count }, (_, i) => ({ on: [0], name: `web-${i}` })),
  });

test("below 300 instances every one is a card, from 300 on they roll up", () => {
  expect(hangings(many(299), ["net0"], new Set()).get("net0")).toHaveLength(299);
  expect(hangings(many(300), ["net0"], new Set()).get("net0")).toMatchObject([
    { kind: "group", count: 300, states: [["ACTIVE", 300]] },
  ]);
});

test("an instance hangs from the first of its networks in the order of the picture; one that is on none hangs alone", () => {
  const cloud = topology({ external: 0, networks: 2, routers: [], instances: [{ on: [0, 1] }, { on: [] }] });
  const hanging = hangings(cloud, ["net1", "net0"], new Set());
  expect([...hanging].map(([network, items]) => [network, items.length])).toEqual([
    ["net1", 1],
    ["", 1],
  ]);
});
