import { expect, test } from "vitest";
import recorded from "../demo/legacy/api/extensions.json" with { type: "json" };
import { type TestService, testService } from "./testing/service.ts";

const byAlias = (views: readonly { alias: string }[]) => views.toSorted((a, b) => a.alias.localeCompare(b.alias));

/** Of services that the recorded cloud did not run: port forwarding, DNS. */
const MORE = [
  "dns-integration",
  "expose-port-forwarding-in-fip",
  "floating-ip-port-forwarding",
  "floating-ip-port-forwarding-description",
  "floating-ip-port-forwarding-port-ranges",
];

test("the parts together offer what a real cloud of these services does, each in one part", async () => {
  const cloud: TestService = await testService();
  try {
    const { extensions } = (await cloud.call(cloud.demo, "GET", "extensions")).body;
    const added = extensions.filter((one: { alias: string }) => MORE.includes(one.alias));
    expect(byAlias(extensions)).toEqual(byAlias([...recorded.extensions, ...added]));
    expect(added).toHaveLength(MORE.length);
    const one = await cloud.call(cloud.demo, "GET", "extensions/dvr");
    expect(one.body.extension).toEqual(recorded.extensions.find(({ alias }) => alias === "dvr"));
    expect((await cloud.call(cloud.demo, "GET", "extensions/dancing")).status).toBe(404);
  } finally {
    await cloud.close();
  }
});
