import { expect, test } from "vitest";
import { groupGaps } from "./gaps.ts";

test("gaps by host and file; the APIs first", () => {
  const gap = (host: string, file: string) => ({ host, file, reason: "cut" });
  const groups = groupGaps([
    gap("b", "b/x"),
    gap("a", "a/y"),
    gap("b", "b/x"),
    gap("", "api/ports.json"),
    gap("b", "b/z"),
  ]);
  expect(
    groups.map(({ host, count, files }) => [host, count, files.map((one) => `${one.file} ${one.gaps.length}`)]),
  ).toEqual([
    ["APIs", 1, ["api/ports.json 1"]],
    ["a", 1, ["a/y 1"]],
    ["b", 3, ["b/x 2", "b/z 1"]],
  ]);
});
