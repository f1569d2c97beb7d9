import { expect, type Page } from "@playwright/test";

/** Goes to a page of the dashboard and waits until it answers clicks: the server's HTML is there a moment earlier. */
export async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await expect(page.getByRole("button", { name: /^Use the (dark|light) theme$/ })).toBeEnabled();
}
