import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible } from "./support/axe.ts";
import { bundle } from "./support/bundle.ts";
import { crowd } from "./support/large.ts";
import { visit } from "./support/visit.ts";

const details = (page: Page) => page.getByRole("complementary", { name: "Details" });
const canvas = (page: Page) => page.getByRole("img", { name: /^Devices of compute1: a picture of 3,\d{3} devices/ });

test.describe("a host of thousands of devices", () => {
  let host = "";

  test.beforeAll(async ({ request }) => {
    const archive = bundle("crowded", (dir) => crowd(dir, 600));
    const opened = await request.post("/api/clouds?name=crowded", { data: readFileSync(archive) });
    expect(opened.ok()).toBe(true);
    const clouds = (await (await request.get("/api/clouds")).json()) as { id: string; name: string }[];
    host = `/clouds/${clouds.find((cloud) => cloud.name === "crowded")?.id}/hosts/compute1`;
  });
  test.afterAll(({ request }) => request.delete(host.replace(/^(\/clouds\/[^/]+).*/, "/api$1")));

  test("is stacked at first, and opens on a canvas", async ({ page }) => {
    const scripts: string[] = [];
    page.on("response", (response) => {
      if (/\.js(\?|$)/.test(response.url())) scripts.push(response.url());
    });
    await visit(page, host);
    const picture = page.getByRole("group", { name: "Devices of compute1" });
    await expect(picture.getByRole("button", { name: /^50 guests/ }).first()).toBeVisible();
    const before = scripts.length;
    await page.getByRole("button", { name: "Open all" }).click();
    await expect(canvas(page)).toBeVisible();
    await expect(picture).toHaveCount(0);
    await expect(page).toHaveURL(/open=all/);
    expect(scripts.length).toBeGreaterThan(before); // The library came only now.
    await page.goBack();
    await expect(picture).toBeVisible();
  });

  test("selects what is clicked on the canvas, in the address and in the panel", async ({ page }) => {
    await visit(page, `${host}?open=all&zoom=1`);
    await canvas(page).click({ position: { x: 60, y: 95 } });
    await expect(page).toHaveURL(/device=guest/);
    const first = await details(page).getByRole("heading", { level: 2 }).textContent();
    await canvas(page).click({ position: { x: 60, y: 95 + 2 * 76 } });
    await expect(details(page).getByRole("heading", { level: 2 })).not.toHaveText(first ?? "");
    await page.goBack();
    await expect(details(page).getByRole("heading", { level: 2 })).toHaveText(first ?? "");
    await expectAccessible(page);
    await details(page).getByRole("button", { name: "Close the details" }).click();
    await expect(page).not.toHaveURL(/device=/);
  });

  test("walks with the arrow keys from device to device", async ({ page }) => {
    await visit(page, `${host}?open=all&device=root%2Fqvob1600190-00`);
    await canvas(page).focus();
    await page.keyboard.press("ArrowLeft");
    await expect(page.getByRole("status").filter({ hasText: "qvbb1600190-00" })).toBeAttached();
    await page.keyboard.press("Enter");
    await expect(details(page).getByRole("heading", { level: 2, name: "qvbb1600190-00" })).toBeVisible();
    await expect(page).toHaveURL(/device=root%2Fqvbb1600190-00/);
  });

  test("is saved as it is seen, and has the same devices as a table", async ({ page }) => {
    await visit(page, `${host}?open=all`);
    await expect(canvas(page)).toBeVisible();
    await page.getByRole("button", { name: "Save the picture" }).click();
    const file = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: "This view as PNG" }).click();
    const png = readFileSync(await (await file).path());
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect(png.length).toBeGreaterThan(30_000); // Outlines and letters: an empty sheet takes a tenth of it.
    await page.getByRole("radio", { name: "Table" }).click();
    await expect(page.getByRole("row", { name: /big-7 guest/ })).toBeVisible();
  });
});
