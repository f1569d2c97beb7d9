import { test } from "@playwright/test";
import { ADMIN_STATE, logIn } from "./login.ts";

test("log in as admin, for all specs", async ({ request }) => {
  await logIn(request, { user: "admin" });
  await request.storageState({ path: ADMIN_STATE });
});
