import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestService, testService } from "../testing/service.ts";

let cloud: TestService;
beforeAll(async () => {
  cloud = await testService();
});
afterAll(() => cloud.close());

const set = (project: string | null, quota: object) => cloud.call(cloud.admin, "PUT", `quotas/${project}`, { quota });
const scopeFor = (values: object = {}) => ({ security_group: { name: "g", ...values } });

test("a project has the limits of the configuration until it has its own", async () => {
  const where = `quotas/${cloud.demo.projectId}`;
  const defaults = {
    network: 100,
    subnet: 100,
    subnetpool: -1,
    port: 500,
    router: 10,
    floatingip: 50,
    rbac_policy: 10,
    security_group: 10,
    security_group_rule: 100,
    trunk: -1,
  };
  expect((await cloud.call(cloud.demo, "GET", where)).body).toEqual({ quota: defaults });
  expect((await cloud.call(cloud.admin, "GET", "quotas")).body).toEqual({ quotas: [] });
  expect((await set(cloud.demo.projectId, { network: 7, port: "9" })).body.quota).toMatchObject({
    network: 7,
    port: 9,
  });
  expect((await cloud.call(cloud.admin, "GET", "quotas")).body.quotas).toEqual([
    { ...defaults, network: 7, port: 9, project_id: cloud.demo.projectId, tenant_id: cloud.demo.projectId },
  ]);
  expect((await cloud.call(cloud.demo, "GET", `${where}/default`)).body).toEqual({ quota: defaults });
  expect((await cloud.call(cloud.admin, "DELETE", where)).status).toBe(204);
  const gone = await cloud.call(cloud.admin, "DELETE", where);
  expect([gone.status, gone.body.NeutronError.type]).toEqual([404, "TenantQuotaNotFound"]);
});

test("only an administrator sets limits, and sees those of others", async () => {
  const own = `quotas/${cloud.demo.projectId}`;
  for (const [method, path, body] of [
    ["GET", "quotas", undefined],
    ["GET", `quotas/${cloud.other.projectId}`, undefined],
    ["PUT", own, { quota: { network: 1 } }],
    ["DELETE", own, undefined],
  ] as const) {
    const reply = await cloud.call(cloud.demo, method, path, body);
    expect([method, path, reply.status]).toEqual([method, path, 403]);
  }
  expect((await cloud.call(cloud.demo, "GET", "quotas/project")).body).toEqual({
    project: { project_id: cloud.demo.projectId },
  });
  expect((await cloud.call(cloud.demo, "GET", "quotas/tenant")).body).toEqual({
    tenant: { tenant_id: cloud.demo.projectId },
  });
});

test.each([
  [{ colour: 1 }, "Unrecognized attribute(s) 'colour'"],
  [{ network: -2 }, "Invalid input for network. Reason: '-2' is too small - must be at least '-1'."],
  [{ network: "many" }, "Invalid input for operation: 'many' is not an integer."],
])("a limit of %j is refused", async (quota, message) => {
  const reply = await set(cloud.demo.projectId, quota);
  expect([reply.status, reply.body.NeutronError.message]).toEqual([400, message]);
});

test("what a project has beside its limit is refused, in bulk as one by one, and counted by details", async () => {
  const project = cloud.other.projectId;
  await set(project, { security_group: 3, security_group_rule: 100 });
  const create = (body: object) => cloud.call(cloud.other, "POST", "security-groups", body);
  expect((await create(scopeFor())).status).toBe(201); // And the default one.
  const both = await create({ security_groups: [{ name: "a" }, { name: "b" }] });
  expect([both.status, both.body.NeutronError]).toEqual([
    409,
    { type: "OverQuota", message: "Quota exceeded for resources: ['security_group'].", detail: "" },
  ]);
  const { id } = (await create(scopeFor())).body.security_group;
  expect((await create(scopeFor())).status).toBe(409);
  await cloud.call(cloud.other, "DELETE", `security-groups/${id}`);
  expect((await create(scopeFor())).status).toBe(201);
  for (const path of ["details", "details.json"]) {
    const { quota } = (await cloud.call(cloud.admin, "GET", `quotas/${project}/${path}`)).body;
    expect(quota.security_group).toEqual({ limit: 3, used: 3, reserved: 0 });
    expect(quota.security_group_rule).toEqual({ limit: 100, used: 8, reserved: 0 });
  }
});

test("a limit below what is there is set, unless one asks to check", async () => {
  const project = cloud.other.projectId;
  const refused = await set(project, { security_group: 1, check_limit: true });
  expect([refused.status, refused.body.NeutronError.message]).toEqual([
    400,
    "Quota limit 1 for security_group must be greater than or equal to already used 3",
  ]);
  expect((await set(project, { security_group: 1 })).body.quota.security_group).toBe(1);
  await set(project, { security_group: -1 });
  expect((await cloud.call(cloud.other, "POST", "security-groups", scopeFor())).status).toBe(201);
});

test("an administrator's object of another project is that project's", async () => {
  await set(cloud.demo.projectId, { security_group: 0 });
  const reply = await cloud.call(
    cloud.admin,
    "POST",
    "security-groups",
    scopeFor({ project_id: cloud.demo.projectId }),
  );
  expect([reply.status, reply.body.NeutronError.type]).toEqual([409, "OverQuota"]);
});
