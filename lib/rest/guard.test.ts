import { afterEach, beforeEach, expect, test } from "vitest";
import { prepare } from "../identity/prepare.ts";
import { openCloud, type TestCloud } from "../identity/testing/cloud.ts";
import { assertSafeListen } from "./guard.ts";

let cloud: TestCloud;
beforeEach(async () => {
  cloud = await openCloud();
});
afterEach(() => cloud.close());

test.each(["127.0.0.1", "127.8.0.1", "::1", "[::1]", "localhost"])(
  "default passwords may listen on %s",
  async (host) => {
    await assertSafeListen(host, cloud.identity);
  },
);

test.each(["0.0.0.0", "::", "10.0.0.1", "::ffff:10.0.0.1", "example.org", "", undefined])(
  "default passwords do not listen on %j",
  async (host) => {
    await expect(assertSafeListen(host, cloud.identity)).rejects.toThrow(
      /^will not listen on .* set UNDERLAY_ADMIN_PASSWORD and UNDERLAY_DEMO_PASSWORD$/,
    );
  },
);

test("other passwords may listen anywhere, and a disabled user counts for nothing", async () => {
  await prepare(cloud.identity, { adminPassword: "secret" });
  await expect(assertSafeListen("0.0.0.0", cloud.identity)).rejects.toThrow(/set UNDERLAY_DEMO_PASSWORD$/);
  await cloud.identity.users.update((await cloud.user("demo")).id, { enabled: false });
  await assertSafeListen("0.0.0.0", cloud.identity);
});
