import { expect, test } from "vitest";
import { isCidr, isPair, isPool, isPortRange, isRoute, isWithin } from "./check.ts";

test.each([
  [isCidr, "10.0.0.0/24", "10.0.0.0"],
  [isCidr, "fd00:1::/64", "10.0.0.0/33"],
  [isPool, "10.0.0.10-10.0.0.50", "10.0.0.10"],
  [isPool, "fd00::2 - fd00::9", "a-b"],
  [isRoute, "10.9.0.0/16 via 10.0.0.7", "10.9.0.0/16 10.0.0.7"],
  [isPair, "10.0.0.0/24", "fa:16:3e:00:00:01"],
  [isPair, "10.0.0.9 fa:16:3e:00:00:01", "10.0.0.9 fa:16"],
  [isPortRange, "8000-8010", "8010-8000"],
  [isPortRange, "22", "0"],
  [isWithin(68, 65_535), "1450", "67"],
])("%o takes %s and not %s", (check, good, bad) => {
  expect([check(good), typeof check(bad)]).toEqual([undefined, "string"]);
});
