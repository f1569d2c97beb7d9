import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestService, testService } from "./testing/service.ts";

let cloud: TestService;
beforeAll(async () => {
  cloud = await testService();
});
afterAll(() => cloud.close());

const scope = (more: object) => ({ address_scope: { name: "s", ip_version: 4, ...more } });

test("an object is created for the caller's project, with both names of it", async () => {
  const { status, body } = await cloud.call(cloud.demo, "POST", "address-scopes", scope({}));
  expect(status).toBe(201);
  expect(body.address_scope).toMatchObject({
    name: "s",
    project_id: cloud.demo.projectId,
    tenant_id: cloud.demo.projectId,
  });
});

test("what Neutron refuses is refused in its words, and nothing is written", async () => {
  const before = (await cloud.call(cloud.admin, "GET", "address-scopes")).body.address_scopes.length;
  for (const [who, body, status, type, message] of [
    [cloud.demo, scope({ colour: "red" }), 400, "HTTPBadRequest", "Unrecognized attribute(s) 'colour'"],
    [
      cloud.demo,
      { address_scope: { name: "s" } },
      400,
      "HTTPBadRequest",
      "Failed to parse request. Required attribute 'ip_version' not specified",
    ],
    [
      cloud.demo,
      scope({ name: 7 }),
      400,
      "HTTPBadRequest",
      "Invalid input for name. Reason: '7' is not a valid string.",
    ],
    [cloud.demo, "{", 400, "HTTPBadRequest", "Body contains invalid data"],
    [
      cloud.demo,
      scope({ shared: true }),
      403,
      "PolicyNotAuthorized",
      "(rule:create_address_scope and rule:create_address_scope:shared) is disallowed by policy",
    ],
    [
      cloud.demo,
      scope({ project_id: "x" }),
      400,
      "HTTPBadRequest",
      "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin or advsvc privileges",
    ],
  ] as const) {
    const reply = await cloud.call(who, "POST", "address-scopes", body);
    expect(reply.body).toEqual({ NeutronError: { type, message, detail: "" } });
    expect(reply.status).toBe(status);
  }
  expect((await cloud.call(cloud.admin, "GET", "address-scopes")).body.address_scopes).toHaveLength(before);
});

test("another project's object is not there", async () => {
  const { id } = (await cloud.call(cloud.demo, "POST", "address-scopes", scope({}))).body.address_scope;
  for (const [method, body] of [
    ["GET", undefined],
    ["PUT", { address_scope: { name: "x" } }],
    ["DELETE", undefined],
  ] as const)
    expect((await cloud.call(cloud.other, method, `address-scopes/${id}`, body)).status).toBe(404);
  expect((await cloud.call(cloud.other, "GET", "address-scopes")).body.address_scopes).toEqual([]);
});

test("lists filter, sort, page with links, and pick fields", async () => {
  for (const name of ["a", "c", "b"]) await cloud.call(cloud.other, "POST", "address-scopes", scope({ name }));
  const names = async (query: string) => {
    const { body } = await cloud.call(cloud.other, "GET", `address-scopes?${query}`);
    return { names: body.address_scopes.map((one: { name: string }) => one.name), links: body.address_scopes_links };
  };
  expect((await names("name=c&name=a")).names).toEqual(["a", "c"]);
  expect((await names("ip_version=6")).names).toEqual([]);
  expect((await names("sort_key=name&sort_dir=desc")).names).toEqual(["c", "b", "a"]);
  const page = await names("sort_key=name&sort_dir=asc&limit=2");
  expect(page.names).toEqual(["a", "b"]);
  const next = page.links.find((link: { rel: string }) => link.rel === "next").href;
  expect((await names(next.split("?")[1])).names).toEqual(["c"]);
  const { body } = await cloud.call(cloud.other, "GET", "address-scopes?fields=name&name=a");
  expect(body.address_scopes).toEqual([{ name: "a" }]);
  expect((await cloud.call(cloud.other, "GET", "address-scopes?colour=red")).body.NeutronError.message).toBe(
    "['colour'] is invalid attribute for filtering",
  );
});

test("an update of a revision that has passed changes nothing", async () => {
  const { id, ...made } = (await cloud.call(cloud.demo, "POST", "address-scopes", scope({}))).body.address_scope;
  void made;
  const stale = { "if-match": "revision_number=77" };
  const reply = await cloud.call(cloud.demo, "PUT", `address-scopes/${id}`, { address_scope: { name: "x" } }, stale);
  expect([reply.status, reply.body.NeutronError.type]).toEqual([412, "RevisionNumberConstraintFailed"]);
  expect((await cloud.call(cloud.demo, "GET", `address-scopes/${id}`)).body.address_scope.name).toBe("s");
});

test("a list is asked in the words of the query string, whatever the store knows its objects by", async () => {
  const pool = { name: "p", prefixes: ["10.0.0.0/8"], is_default: true };
  const { body } = await cloud.call(cloud.admin, "POST", "subnetpools", { subnetpool: pool });
  for (const value of ["True", "true", "1"]) {
    const found = (await cloud.call(cloud.admin, "GET", `subnetpools?is_default=${value}`)).body.subnetpools;
    expect(found.map((one: { id: string }) => one.id)).toEqual([body.subnetpool.id]);
  }
  expect((await cloud.call(cloud.admin, "GET", "subnetpools?is_default=False")).body.subnetpools).toEqual([]);
});

test("others' objects stand among one's own in the order of their creation", async () => {
  const create = async (who: typeof cloud.demo, name: string) =>
    (await cloud.call(who, "POST", "security-groups", { security_group: { name } })).body.security_group.id;
  await create(cloud.demo, "1");
  const shared = await create(cloud.other, "2");
  await create(cloud.other, "not shared");
  await create(cloud.demo, "3");
  await cloud.call(cloud.other, "POST", "rbac-policies", {
    rbac_policy: {
      object_type: "security_group",
      object_id: shared,
      action: "access_as_shared",
      target_tenant: cloud.demo.projectId,
    },
  });
  const names = async (query: string) =>
    (await cloud.call(cloud.demo, "GET", `security-groups?${query}`)).body.security_groups.map(
      (one: { name: string }) => one.name,
    );
  expect(await names("")).toEqual(["default", "1", "2", "3"]);
  expect(await names("name=2&name=3")).toEqual(["2", "3"]);
  expect(await names(`project_id=${cloud.other.projectId}`)).toEqual(["2"]);
  expect(await names(`project_id=${cloud.demo.projectId}`)).toEqual(["default", "1", "3"]);
  expect(await names(`id=${shared}`)).toEqual(["2"]);
});

test("others are answered while many objects are made, and see none of them yet", async () => {
  const names = Array.from({ length: 120 }, (_, n) => `bulk-${n}`);
  const listed = async () => {
    const { body } = await cloud.call(cloud.other, "GET", `address-scopes?${names.map((n) => `name=${n}`).join("&")}`);
    return body.address_scopes.length;
  };
  const address_scopes = names.map((name) => ({ name, ip_version: 4 }));
  let made = false;
  const bulk = cloud.call(cloud.other, "POST", "address-scopes", { address_scopes }).then(() => {
    made = true;
  });
  await setImmediate();
  expect([await listed(), made]).toEqual([0, false]);
  await bulk;
  expect(await listed()).toBe(120);
});
