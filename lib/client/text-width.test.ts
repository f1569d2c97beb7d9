import { expect, test } from "vitest";
import { fitText, textWidth } from "./text-width.ts";

test("a text that fits stays whole", () => {
  expect(fitText("cirros-vm1", 200, 13, "sans")).toBe("cirros-vm1");
});

test("a text that does not keeps its start and its end", () => {
  const cut = fitText("very-long-instance-name-17", 120, 13, "sans");
  expect(cut).toMatch(/^very-.*….*17$/);
  expect(textWidth(cut, 13, "sans")).toBeLessThanOrEqual(120);
});

test("no room at all leaves an ellipsis", () => {
  expect(fitText("name", 3, 13, "mono")).toBe("…");
});
