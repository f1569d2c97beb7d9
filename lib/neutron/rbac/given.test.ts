import { afterAll, beforeAll, expect, test } from "vitest";
import type { Context } from "../../identity/context.ts";
import { type TestService, testService } from "../testing/service.ts";
import { givesOrTakes } from "./given.ts";
import { rbacPolicies } from "./model.ts";

let cloud: TestService;
beforeAll(async () => {
  cloud = await testService();
});
afterAll(() => cloud.close());

/** Of what was done, how many events change what each of them sees. */
async function told(...readers: Context[]): Promise<number[]> {
  const events = await cloud.store.events(0);
  const policies = events.filter((event) => event.kind === rbacPolicies.kind);
  return readers.map((reader) => policies.filter((event) => givesOrTakes(reader, event)).length);
}

test("who is given a network, or loses it, sees more or less; its owner and administrators do not", async () => {
  const { admin, demo, other } = cloud;
  const made = await cloud.call(demo, "POST", "networks", { network: {} });
  const { id } = made.body.network;
  const policy = { object_type: "network", object_id: id, action: "access_as_shared", target_tenant: other.projectId };
  const given = await cloud.call(demo, "POST", "rbac-policies", { rbac_policy: policy });
  expect(await told(admin, demo, other)).toEqual([0, 0, 1]);
  await cloud.call(demo, "DELETE", `rbac-policies/${given.body.rbac_policy.id}`);
  expect(await told(admin, demo, other)).toEqual([0, 0, 2]);
  await cloud.call(admin, "PUT", `networks/${id}`, { network: { shared: true } });
  await cloud.call(admin, "DELETE", `networks/${id}`);
  expect(await told(admin, demo, other)).toEqual([0, 0, 4]);
});
