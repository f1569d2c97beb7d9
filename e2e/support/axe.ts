import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** Everything that axe knows finds nothing on the page as it is. */
export async function expectAccessible(page: Page): Promise<void> {
  // A page's title follows its content: between two pages there is none for a moment.
  await expect(page).toHaveTitle(/./);
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(" | ")}`);
  expect(found).toEqual([]);
}
