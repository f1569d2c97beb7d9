/** Logged in as a browser is: for the whole run as admin, and in single tests as whom they like. */
import { type APIRequestContext, expect } from "@playwright/test";

/** What Playwright keeps of the administrator's session: every spec starts with it (playwright.config.ts). */
export const ADMIN_STATE = new URL("../../.cache/e2e-admin.json", import.meta.url).pathname;

/** For specs whose browser begins as a stranger: `test.use({ storageState: NOBODY })`. */
export const NOBODY = { cookies: [], origins: [] };

export interface Who {
  user: string;
  password?: string;
  /** That of the user's name. */
  project?: string;
}

/** Puts the session's cookie into the context; the pages of its browser context have it, too. @param at another server's address */
export async function logIn(context: APIRequestContext, who: Who, at = ""): Promise<void> {
  const { user, password = "underlay", project = user } = who;
  const answer = await context.post(`${at}/api/session`, { data: { user, password, project } });
  expect(answer.status(), await answer.text()).toBe(200);
}
