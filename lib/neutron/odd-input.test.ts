import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Json } from "./attribute.ts";
import type { Resource } from "./resource.ts";
import { type TestService, testService } from "./testing/service.ts";

let cloud: TestService;
/** Resources with what a create of one needs beside the odd value. */
let bases: [Resource, Json][];
beforeAll(async () => {
  cloud = await testService();
  const limits = { network: -1, subnet: -1, port: -1, router: -1, security_group: -1, security_group_rule: -1 };
  await cloud.call(cloud.admin, "PUT", `quotas/${cloud.demo.projectId}`, { quota: limits });
  const { id: network_id } = (await cloud.call(cloud.demo, "POST", "networks", { network: {} })).body.network;
  const groups = await cloud.call(cloud.demo, "GET", "security-groups");
  const security_group_id = groups.body.security_groups[0].id;
  const needs: Record<string, Json> = {
    network: {},
    subnet: { network_id, ip_version: 4, cidr: "10.0.0.0/24" },
    port: { network_id },
    subnetpool: { name: "p", prefixes: ["10.0.0.0/8"] },
    address_scope: { name: "s", ip_version: 4 },
    router: {},
    security_group: {},
    security_group_rule: { security_group_id, direction: "ingress", protocol: "tcp" },
    address_group: {},
    rbac_policy: {
      object_type: "security_group",
      object_id: security_group_id,
      action: "access_as_shared",
      target_tenant: "x",
    },
  };
  bases = cloud.neutron.resources.flatMap((one) => {
    const need = one.path.includes("/") ? undefined : needs[one.name];
    return need ? [[one, need] as [Resource, Json]] : [];
  });
  expect(bases).toHaveLength(Object.keys(needs).length);
});
afterAll(() => cloud.close());

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    "\0",
    "\ud800",
    "__proto__",
    "'; drop table objects; --",
    2 ** 53,
    -0.5,
    "9".repeat(400),
    "::",
    "0/0",
  ),
);

// What the service would answer with a 500 is thrown by the test's service.
test("whatever value stands where, it is taken or refused", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat(), odd, fc.boolean(), async (which, what, value, isAdmin) => {
      const [resource, base] = bases[which % bases.length] ?? [];
      if (!resource) return;
      const names = Object.keys(resource.attributes);
      const name = names[what % names.length] ?? "";
      const who = isAdmin ? cloud.admin : cloud.demo;
      const body = { [resource.name]: { ...base, [name]: value } };
      const made = await cloud.call(who, "POST", resource.path, body);
      expect(made.status).toBeLessThan(500);
      if (made.status !== 201) return;
      const where = `${resource.path}/${made.body[resource.name].id}`;
      const update = { [resource.name]: { [name]: value } };
      expect((await cloud.call(who, "PUT", where, update)).status).toBeLessThan(500);
      expect((await cloud.call(cloud.admin, "DELETE", where)).status).toBe(204);
    }),
    { numRuns: 400 },
  );
});

test("whatever a list is asked for, it answers or refuses", async () => {
  const text = fc.oneof(fc.string(), fc.constantFrom("", "-1", "None", "[]", "id", "asc", "name", "9e99"));
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat(), text, text, async (which, what, value, other) => {
      const [resource] = bases[which % bases.length] ?? [];
      if (!resource) return;
      const names = [...Object.keys(resource.attributes), "limit", "marker", "sort_key", "fields", "tags", value];
      const query = new URLSearchParams([
        [names[what % names.length] ?? "", value],
        ["limit", "2"],
        ["sort_dir", other],
        ["page_reverse", other],
      ]);
      expect((await cloud.call(cloud.demo, "GET", `${resource.path}?${query}`)).status).toBeLessThan(500);
    }),
    { numRuns: 300 },
  );
});
