import { expect, type Page, test } from "@playwright/test";
import { expectAccessible } from "./support/axe.ts";

const consoleOf = (page: Page, host: string) => page.getByRole("region", { name: `Console of ${host}` });
const keyboard = (page: Page) => page.getByRole("textbox", { name: /^Console of / });
/** What stands on the screen, as a screen reader finds it: long lines go on in the next row. */
const screen = (page: Page, host: string) => consoleOf(page, host).getByRole("list");

async function type(page: Page, line: string): Promise<void> {
  await keyboard(page).focus();
  await page.keyboard.type(line);
  await page.keyboard.press("Enter");
}

test.describe("a host's console", () => {
  test("answers as a host does, and what it changes shows in the picture", async ({ page }) => {
    await page.goto("/clouds/embedded/hosts/compute2");
    await page.getByRole("button", { name: "Console" }).click();
    await expect(page).toHaveURL(/console=1/);
    await expect(screen(page, "compute2")).toContainText("root@compute2:~#");
    await type(page, "ip link add br-mine type bridge");
    await type(page, "ip -br link show br-mine");
    await expect(screen(page, "compute2")).toContainText(/br-mine +DOWN/);
    await expect(page.getByRole("button", { name: /^br-mine, / })).toBeVisible();
    await type(page, "ping -c 2 10.0.44.31");
    await expect(screen(page, "compute2")).toContainText("2 packets transmitted, 2 received, 0% packet loss");
    await type(page, "tcpdump -ni br-mine");
    await expect(screen(page, "compute2")).toContainText("br-mine: That device is not up");
    await type(page, "tcpdump -ni lo");
    await expect(screen(page, "compute2")).toContainText("listening on lo");
    await page.keyboard.press("Control+c");
    await expect(screen(page, "compute2")).toContainText("0 packets dropped by kernel");
    await expectAccessible(page);
    await type(page, "ip link del br-mine");
    await expect(page.getByRole("button", { name: /^br-mine, / })).toHaveCount(0);
  });

  test("completes names, recalls lines, and lets go of the keyboard", async ({ page }) => {
    await page.goto("/clouds/embedded/hosts/compute2?console=1");
    await expect(screen(page, "compute2")).toContainText("root@compute2:~#");
    await keyboard(page).focus();
    await page.keyboard.type("hostn");
    await page.keyboard.press("Tab");
    await page.keyboard.type("| wc -l");
    await page.keyboard.press("Enter");
    await expect(screen(page, "compute2")).toContainText("hostname | wc -l");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Control+c");
    await expect(screen(page, "compute2")).toContainText("hostname | wc -l^C");
    await page.keyboard.press("Control+l");
    await expect(screen(page, "compute2")).not.toContainText("wc -l");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("button", { name: "Close the console" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(consoleOf(page, "compute2")).toHaveCount(0);
    await expect(page).not.toHaveURL(/console/);
  });

  test("says what can be typed", async ({ page }) => {
    await page.goto("/clouds/embedded/hosts/compute2?console=1");
    await page.getByRole("button", { name: "What can I type?" }).click();
    await expect(page.getByRole("dialog", { name: "What can I type?" })).toContainText("ovs-ofctl");
    await expectAccessible(page);
  });

  test("of a recording answers and changes nothing", async ({ page }) => {
    await page.goto("/clouds/legacy/hosts/compute1?console=1");
    await expect(consoleOf(page, "compute1")).toContainText("read only");
    await expect(screen(page, "compute1")).toContainText("root@compute1:~#");
    await type(page, "brctl addbr br-mine");
    await expect(screen(page, "compute1")).toContainText("This host is a recording");
  });
});
