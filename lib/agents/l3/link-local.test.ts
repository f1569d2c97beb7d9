import { expect, it } from "vitest";
import { freePair } from "./link-local.ts";

it("gives routers the networks that a real agent's Python gives them, one after the other", () => {
  const used = new Set<string>();
  const pairs = Array.from({ length: 12 }, () => {
    const pair = freePair(used);
    used.add(pair.router);
    return pair.router;
  });
  // python3 -c "pool = set(IPNetwork('169.254.64.0/18').subnet(31)); [pool.pop() for _ in range(12)]"
  expect(pairs).toEqual([
    ...["169.254.88.134", "169.254.112.144", "169.254.127.192", "169.254.120.2", "169.254.77.246", "169.254.93.38"],
    ...["169.254.109.114", "169.254.101.180", "169.254.116.228", "169.254.74.216", "169.254.121.82", "169.254.86.184"],
  ]);
});
