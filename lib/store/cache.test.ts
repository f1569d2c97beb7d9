import { expect, test } from "vitest";
import { BodyCache, parseFrozen } from "./cache.ts";

test("only the version that is asked for is answered", () => {
  const cache = new BodyCache();
  cache.put(1, 10, "old", 3);
  expect(cache.find(1, 10)).toBe("old");
  expect(cache.find(1, 11)).toBeUndefined();
  cache.put(1, 11, "new", 3);
  expect(cache.find(1, 11)).toBe("new");
  expect(cache.find(1, 10)).toBeUndefined();
});

test("what is asked for stays, what is not is forgotten, and the whole stays small", () => {
  const cache = new BodyCache(100);
  cache.put(0, 1, "hot", 10);
  for (let seq = 1; seq <= 1_000; seq++) {
    cache.put(seq, 1, `cold ${seq}`, 10);
    expect(cache.find(0, 1)).toBe("hot");
  }
  const kept = Array.from({ length: 1_001 }, (_, seq) => cache.find(seq, 1)).filter((found) => found !== undefined);
  expect(kept.length).toBeLessThanOrEqual(10);
});

test("an object that is larger than the cache is answered to who put it, and forgotten", () => {
  const cache = new BodyCache(100);
  for (const seq of [1, 2, 3]) cache.put(seq, 1, "large", 500);
  expect(cache.find(1, 1)).toBeUndefined();
});

test("what is parsed is frozen to its leaves", () => {
  const parsed = parseFrozen<{ a: { b: number[] } }>('{"a":{"b":[1]}}');
  expect(() => parsed.a.b.push(2)).toThrow(TypeError);
  expect(() => Object.assign(parsed.a, { c: 1 })).toThrow(TypeError);
});
