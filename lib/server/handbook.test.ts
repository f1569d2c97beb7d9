import { describe, expect, test } from "vitest";
import { VERDICT_CODES } from "../datapath/event.ts";
import { CHAPTERS, handbookPage, verdictSummaries } from "./handbook.ts";

const PARTS = ["What it means", "Usual causes", "Look on a host", "Repair"];

describe("the handbook", () => {
  test.each(VERDICT_CODES)("tells of %s: what it means, why, how to see it, and the repair", async (code) => {
    const page = await handbookPage(["verdicts", code]);
    expect(page?.title).toBe(code);
    const parts = page?.markdown.split(/^## /m) ?? [];
    expect(parts.slice(1).map((part) => part.slice(0, part.indexOf("\n")))).toEqual(PARTS);
    for (const part of parts) expect(part.length).toBeGreaterThan(20);
  });

  test("sums up each code in one sentence", async () => {
    for (const { summary } of await verdictSummaries()) expect(summary).toMatch(/^[^\n]{10,110}\.$/);
  });

  test("has its chapters, and links to codes that there are", async () => {
    for (const { slug } of CHAPTERS) {
      const page = await handbookPage([slug]);
      expect(page?.title).not.toBe("");
      for (const [, code] of page?.markdown.matchAll(/\/docs\/verdicts\/(\w+)/g) ?? [])
        expect(VERDICT_CODES).toContain(code);
    }
  });

  test.each([[["verdicts", "../../package"]], [["package.json"]], [["verdicts", "DELIVERED", "x"]], [["tour", "x"]]])(
    "has no page at %j",
    async (parts) => {
      expect(await handbookPage(parts)).toBeUndefined();
    },
  );
});
