import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** Axe's rules that colours decide. */
const OF_COLOURS = ["color-contrast", "link-in-text-block"];

/** Everything that axe knows finds nothing on the page as it is. */
export async function expectAccessible(page: Page): Promise<void> {
  await expectNothing(page, new AxeBuilder({ page }));
}

/** The same in the light, and in the dark for what colours decide. */
export async function expectAccessibleInBothThemes(page: Page): Promise<void> {
  await expectAccessible(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await expectNothing(page, new AxeBuilder({ page }).withRules(OF_COLOURS));
  await page.emulateMedia({ colorScheme: "light" });
}

async function expectNothing(page: Page, axe: AxeBuilder): Promise<void> {
  // A page's title follows its content: between two pages there is none for a moment.
  await expect(page).toHaveTitle(/./);
  const { violations } = await axe.analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(" | ")}`);
  expect(found).toEqual([]);
}
