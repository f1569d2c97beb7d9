import { expect, test } from "vitest";
import { WeightedCache } from "./cache.ts";

test("the least recently used goes first, when the weight is too much", () => {
  const cache = new WeightedCache<string>(10);
  cache.set("a", "A", 4);
  cache.set("b", "B", 4);
  cache.get("a");
  cache.set("c", "C", 4);
  expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual(["A", undefined, "C"]);
});

test("one that is over the limit by itself stays, alone", () => {
  const cache = new WeightedCache<string>(10);
  cache.set("a", "A", 4);
  cache.set("big", "BIG", 40);
  expect([cache.get("a"), cache.get("big")]).toEqual([undefined, "BIG"]);
});

test("a value set again counts once", () => {
  const cache = new WeightedCache<string>(10);
  cache.set("a", "A", 4);
  cache.set("a", "A2", 6);
  cache.set("b", "B", 4);
  expect([cache.get("a"), cache.get("b")]).toEqual(["A2", "B"]);
});
