import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type TestService, testService } from "../testing/service.ts";

let cloud: TestService;
let groupId: string;
beforeAll(async () => {
  cloud = await testService();
});
beforeEach(async () => {
  const made = await cloud.call(cloud.demo, "POST", "security-groups", { security_group: { name: "g" } });
  groupId = made.body.security_group.id;
  await cloud.call(cloud.admin, "PUT", `quotas/${cloud.demo.projectId}`, { quota: { security_group: -1 } });
});
afterAll(() => cloud.close());

const policy = (more: object = {}) => ({
  rbac_policy: {
    object_type: "security_group",
    object_id: groupId,
    action: "access_as_shared",
    target_tenant: cloud.other.projectId,
    ...more,
  },
});
const create = (more: object = {}, who = cloud.demo) => cloud.call(who, "POST", "rbac-policies", policy(more));

test("an object is seen by whom it is given to, as shared, and by nobody else", async () => {
  const seen = async () => (await cloud.call(cloud.other, "GET", `security-groups/${groupId}`)).status;
  expect(await seen()).toBe(404);
  const made = (await create()).body.rbac_policy;
  expect(made).toEqual({
    id: made.id,
    object_type: "security_group",
    object_id: groupId,
    action: "access_as_shared",
    target_tenant: cloud.other.projectId,
    project_id: cloud.demo.projectId,
    tenant_id: cloud.demo.projectId,
  });
  expect(await seen()).toBe(200);
  const shared = async (who: typeof cloud.demo) =>
    (await cloud.call(who, "GET", `security-groups/${groupId}`)).body.security_group.shared;
  expect([await shared(cloud.other), await shared(cloud.demo), await shared(cloud.admin)]).toEqual([
    true,
    false,
    false,
  ]);
  const { body } = await cloud.call(cloud.other, "GET", "security-groups?shared=True");
  expect(body.security_groups.map((one: { id: string }) => one.id)).toEqual([groupId]);
  const change = await cloud.call(cloud.other, "PUT", `security-groups/${groupId}`, { security_group: { name: "x" } });
  expect(change.status).toBe(403);
  expect((await cloud.call(cloud.demo, "DELETE", `rbac-policies/${made.id}`)).status).toBe(204);
  expect(await seen()).toBe(404);
});

test("a policy is its owner's: whom it is for does not see it", async () => {
  const { id } = (await create()).body.rbac_policy;
  expect((await cloud.call(cloud.other, "GET", `rbac-policies/${id}`)).status).toBe(404);
  expect((await cloud.call(cloud.other, "GET", "rbac-policies")).body.rbac_policies).toEqual([]);
  expect((await cloud.call(cloud.other, "DELETE", `rbac-policies/${id}`)).body.NeutronError).toEqual({
    type: "RbacPolicyNotFound",
    message: `RBAC policy of type unknown with ID ${id} not found`,
    detail: "",
  });
});

test("what makes no policy is refused", async () => {
  await create();
  for (const [who, more, status, type] of [
    [cloud.demo, {}, 409, "DuplicateRbacPolicy"],
    [cloud.demo, { target_tenant: "*" }, 403, "PolicyNotAuthorized"],
    [cloud.demo, { target_tenant: null }, 400, "HTTPBadRequest"],
    [cloud.demo, { target_tenant: "x".repeat(256) }, 400, "HTTPBadRequest"],
    [cloud.demo, { object_type: "server" }, 400, "InvalidInput"],
    [cloud.demo, { action: "access_as_external" }, 400, "InvalidActionForType"],
    [cloud.other, {}, 400, "InvalidInput"],
    [cloud.admin, { object_id: cloud.neutron.newId() }, 400, "InvalidInput"],
  ] as const) {
    const reply = await create(more, who);
    expect([reply.status, reply.body.NeutronError.type]).toEqual([status, type]);
  }
});

test("a policy goes to another project, or to everybody by an administrator's hand", async () => {
  const { id } = (await create()).body.rbac_policy;
  const update = (who: typeof cloud.demo, target_tenant: string) =>
    cloud.call(who, "PUT", `rbac-policies/${id}`, { rbac_policy: { target_tenant } });
  expect((await update(cloud.demo, "*")).status).toBe(403);
  expect((await update(cloud.admin, "*")).body.rbac_policy.target_tenant).toBe("*");
  const shared = await cloud.call(cloud.admin, "GET", `security-groups/${groupId}`);
  expect(shared.body.security_group.shared).toBe(true);
});

test("policies of an object that goes go with it", async () => {
  const { id } = (await create()).body.rbac_policy;
  expect((await cloud.call(cloud.demo, "DELETE", `security-groups/${groupId}`)).status).toBe(204);
  expect((await cloud.call(cloud.admin, "GET", `rbac-policies/${id}`)).status).toBe(404);
});

test("what another project relies on cannot be taken from it", async () => {
  const address = await cloud.call(cloud.demo, "POST", "address-groups", { address_group: { name: "a" } });
  const object = { object_type: "address_group", object_id: address.body.address_group.id };
  const { id } = (await create(object)).body.rbac_policy;
  const { body } = await cloud.call(cloud.other, "GET", "security-groups");
  const rule = await cloud.call(cloud.other, "POST", "security-group-rules", {
    security_group_rule: {
      security_group_id: body.security_groups[0].id,
      direction: "ingress",
      remote_address_group_id: object.object_id,
    },
  });
  expect(rule.status).toBe(201);
  const kept = await cloud.call(cloud.demo, "DELETE", `rbac-policies/${id}`);
  expect([kept.status, kept.body.NeutronError.type]).toEqual([409, "RbacPolicyInUse"]);
  const moved = await cloud.call(cloud.demo, "PUT", `rbac-policies/${id}`, { rbac_policy: { target_tenant: "x" } });
  expect(moved.status).toBe(409);
  const everybody = await create({ ...object, target_tenant: "*" }, cloud.admin);
  expect((await cloud.call(cloud.demo, "DELETE", `rbac-policies/${id}`)).status).toBe(204);
  const last = `rbac-policies/${everybody.body.rbac_policy.id}`;
  expect((await cloud.call(cloud.admin, "DELETE", last)).status).toBe(409);
  await cloud.call(cloud.other, "DELETE", `security-group-rules/${rule.body.security_group_rule.id}`);
  expect((await cloud.call(cloud.admin, "DELETE", last)).status).toBe(204);
});

test("a policy that makes a network external takes that with it when it is the last", async () => {
  const network = (await cloud.call(cloud.demo, "POST", "networks", { network: { name: "n" } })).body.network;
  const where = `networks/${network.id}`;
  const object = { object_type: "network", object_id: network.id, action: "access_as_external" };
  const { id } = (await create(object)).body.rbac_policy;
  const seen = (await cloud.call(cloud.other, "GET", where)).body.network;
  expect([seen["router:external"], seen.shared]).toEqual([true, false]);
  expect(seen.revision_number).toBeGreaterThan(network.revision_number);
  expect((await cloud.call(cloud.demo, "DELETE", `rbac-policies/${id}`)).status).toBe(204);
  expect((await cloud.call(cloud.demo, "GET", where)).body.network["router:external"]).toBe(false);
  expect((await cloud.call(cloud.other, "GET", where)).status).toBe(404);
});
