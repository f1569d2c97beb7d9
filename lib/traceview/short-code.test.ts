import { expect, test } from "vitest";
import { VERDICT_CODES } from "../datapath/event.ts";
import { shortCode } from "./short-code.ts";

test("no two codes are short for the same, and none is longer than a cell", () => {
  const short = VERDICT_CODES.map(shortCode);
  expect(new Set(short).size).toBe(VERDICT_CODES.length);
  expect(short.filter((one) => !/^[A-Z]{2,3}$/.test(one))).toEqual([]);
});
