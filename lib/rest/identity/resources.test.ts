/** Users, projects, groups, roles and grants, as an admin's client sees them. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openClient, type TestClient } from "./testing/client.ts";

let client: TestClient;
beforeEach(async () => {
  client = await openClient();
});
afterEach(() => client.cloud.close());

describe("users", () => {
  test("are created, shown, changed and deleted", async () => {
    const made = await client.ask("POST /v3/users", { user: { name: "eve", password: "x", email: "e@x", id: "mine" } });
    expect(made.status).toBe(201);
    const { user } = made.body;
    expect(user).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      name: "eve",
      email: "e@x",
      domain_id: "default",
      enabled: true,
      options: {},
      password_expires_at: null,
      links: { self: `http://127.0.0.1:3000/identity/v3/users/${user.id}` },
    });
    const changed = await client.ask(`PATCH /v3/users/${user.id}`, { user: { enabled: false, email: "f@x" } });
    expect(changed.body.user).toMatchObject({ name: "eve", enabled: false, email: "f@x" });
    expect((await client.ask(`DELETE /v3/users/${user.id}`)).status).toBe(204);
    const gone = await client.ask(`GET /v3/users/${user.id}`);
    expect([gone.status, gone.body.error.message]).toEqual([404, `Could not find user: ${user.id}.`]);
  });

  test("are listed by what the query says", async () => {
    await client.ask("POST /v3/users", { user: { name: "eve", enabled: false } });
    const names = async (query: string) =>
      (await client.ask(`GET /v3/users?${query}`)).body.users.map((one: { name: string }) => one.name);
    expect(await names("")).toEqual(["admin", "demo", "eve"]);
    expect(await names("name=eve")).toEqual(["eve"]);
    expect(await names("enabled=true")).toEqual(["admin", "demo"]);
    expect(await names("enabled=0")).toEqual(["eve"]);
    expect(await names("name__contains=e")).toEqual(["demo", "eve"]);
    expect(await names("domain_id=other")).toEqual([]);
    expect(await names("unknown=1")).toEqual(["admin", "demo", "eve"]);
    expect((await client.ask("GET /v3/users?name=eve")).body.links).toEqual({
      next: null,
      previous: null,
      self: "http://127.0.0.1:3000/identity/v3/users?name=eve",
    });
  });

  test.each([
    [{}, "'name' is a required property"],
    [{ name: 1 }, "Invalid input for field 'name': 1 is not of type 'string'"],
    [{ name: "" }, "Invalid input for field 'name': '' is too short"],
    [{ name: " " }, "Invalid input for field 'name': ' ' does not match"],
    [{ name: "x".repeat(256) }, "Invalid input for field 'name': 'xxx"],
    [{ name: "a", enabled: "yes" }, "Invalid input for field 'enabled': 'yes' is not of type 'boolean'"],
    [{ name: "a", domain_id: "a b" }, "Invalid input for field 'domain_id': 'a b' does not match"],
    [
      { name: "a", options: { x: 1 } },
      "Invalid input for field 'options': Additional properties are not allowed ('x' was unexpected)",
    ],
    [[], "[] is not of type 'object'"],
  ])("%j is refused", async (user, message) => {
    const answer = await client.ask("POST /v3/users", { user });
    expect([answer.status, answer.body.error.title]).toEqual([400, "Bad Request"]);
    expect(answer.body.error.message.slice(0, message.length)).toBe(message);
  });

  test("cannot share a name in a domain", async () => {
    const answer = await client.ask("POST /v3/users", { user: { name: "demo" } });
    expect(answer.status).toBe(409);
    expect(answer.body.error.message).toBe(
      "Conflict occurred attempting to store user - Duplicate entry found with name demo at domain ID default.",
    );
  });

  test("have names that are text, whatever stands in them", async () => {
    for (const name of ["<script>alert(1)</script>", "'; drop table objects; --", "a/b", "__proto__", "名前"]) {
      const { body } = await client.ask("POST /v3/users", { user: { name, __proto__: { admin: true } } });
      expect(body.user.name).toBe(name);
      const { body: listed } = await client.ask(`GET /v3/users?${new URLSearchParams({ name })}`);
      expect(listed.users.map((one: { id: string }) => one.id)).toEqual([body.user.id]);
    }
  });

  test("change their own password with the old one", async () => {
    const { id } = await client.cloud.user("demo");
    const change = (original_password: string, password: string) =>
      client.send(`POST /v3/users/${id}/password`, { body: { user: { original_password, password } } });
    expect((await change("wrong", "new")).status).toBe(401);
    expect((await change("underlay", "new")).status).toBe(204);
    await client.cloud.login("demo", "new");
  });
});

describe("projects", () => {
  test("have parents, a subtree and tags", async () => {
    const make = async (name: string, parent_id?: string) =>
      (await client.ask("POST /v3/projects", { project: { name, parent_id } })).body.project;
    const top = await make("top");
    expect(top).toMatchObject({ parent_id: "default", domain_id: "default", is_domain: false, tags: [], options: {} });
    const child = await make("child", top.id);
    const leaf = await make("leaf", child.id);
    expect((await client.ask(`GET /v3/projects/${top.id}?subtree_as_ids`)).body.project.subtree).toEqual({
      [child.id]: { [leaf.id]: null },
    });
    expect((await client.ask(`GET /v3/projects/${leaf.id}?parents_as_ids`)).body.project.parents).toEqual({
      [child.id]: { [top.id]: { default: null } },
    });
    expect((await client.ask(`DELETE /v3/projects/${top.id}`)).status).toBe(403);
    expect((await client.ask(`PUT /v3/projects/${leaf.id}/tags/green`)).status).toBe(201);
    const tagged = await client.ask("GET /v3/projects?tags=green");
    expect(tagged.body.projects.map((one: { id: string }) => one.id)).toEqual([leaf.id]);
    expect((await client.ask(`GET /v3/projects/${leaf.id}/tags/red`)).status).toBe(404);
  });

  test("that act as domains are domains", async () => {
    const made = await client.ask("POST /v3/projects", { project: { name: "d", is_domain: true } });
    const { id } = made.body.project;
    expect(made.body.project).toMatchObject({ is_domain: true, domain_id: null, parent_id: null });
    expect((await client.ask(`GET /v3/domains/${id}`)).body.domain.name).toBe("d");
    const listed = await client.ask("GET /v3/projects?is_domain=true");
    expect(listed.body.projects.map((one: { name: string }) => one.name)).toEqual(["Default", "d"]);
    expect((await client.ask(`DELETE /v3/projects/${id}`)).status).toBe(400);
    await client.ask(`PATCH /v3/projects/${id}`, { project: { enabled: false } });
    expect((await client.ask(`DELETE /v3/projects/${id}`)).status).toBe(204);
    expect((await client.ask(`GET /v3/domains/${id}`)).status).toBe(404);
  });

  test("that are disabled cannot be logged in to", async () => {
    const { id } = await client.cloud.project("demo");
    await client.ask(`PATCH /v3/projects/${id}`, { project: { enabled: false } });
    expect((await client.send("GET /v3/auth/projects", { token: client.demo })).status).toBe(401);
    await expect(client.cloud.login("demo")).rejects.toThrow();
  });
});

test("grants are made, checked, listed with names, and revoked", async () => {
  const project = await client.cloud.project("admin");
  const user = await client.cloud.user("demo");
  const role = await client.cloud.roleId("reader");
  const grant = `/v3/projects/${project.id}/users/${user.id}/roles/${role}`;
  expect((await client.ask(`HEAD ${grant}`)).status).toBe(404);
  expect((await client.ask(`PUT ${grant}`)).status).toBe(204);
  expect((await client.ask(`PUT ${grant}`)).status).toBe(204);
  expect((await client.ask(`HEAD ${grant}`)).status).toBe(204);
  const query = `user.id=${user.id}&scope.project.id=${project.id}&include_names`;
  const domain = { id: "default", name: "Default" };
  expect((await client.ask(`GET /v3/role_assignments?${query}`)).body.role_assignments).toEqual([
    {
      links: { assignment: `http://127.0.0.1:3000/identity${grant}` },
      scope: { project: { id: project.id, name: "admin", domain } },
      user: { id: user.id, name: "demo", domain },
      role: { id: role, name: "reader" },
    },
  ]);
  expect((await client.ask(`DELETE ${grant}`)).status).toBe(204);
  expect((await client.ask(`DELETE ${grant}`)).status).toBe(404);
});

test("the first roles imply each other, and cannot be deleted", async () => {
  const { role_inferences } = (await client.ask("GET /v3/role_inferences")).body;
  const pairs = role_inferences.map((one: { prior_role: { name: string }; implies: { name: string }[] }) => [
    one.prior_role.name,
    one.implies.map((role) => role.name),
  ]);
  expect(pairs).toEqual([
    ["admin", ["member"]],
    ["member", ["reader"]],
  ]);
  expect((await client.ask(`DELETE /v3/roles/${await client.cloud.roleId("admin")}`)).status).toBe(403);
});

test("application credentials tell their secret once, and no other user of them", async () => {
  const { id } = await client.cloud.user("demo");
  const path = `/v3/users/${id}/application_credentials`;
  const application_credential = { name: "ci", roles: [{ name: "reader" }], expires_at: "2030-01-01T00:00:00.123456" };
  const made = await client.send(`POST ${path}`, { token: client.demo, body: { application_credential } });
  expect(made.status).toBe(201);
  const credential = made.body.application_credential;
  expect(credential).toMatchObject({ expires_at: "2030-01-01T00:00:00.123456", unrestricted: false });
  const shown = await client.send(`GET ${path}/${credential.id}`, { token: client.demo });
  expect(shown.body.application_credential).not.toHaveProperty("secret");
  const other = `/v3/users/${(await client.cloud.user("admin")).id}/application_credentials/${credential.id}`;
  expect((await client.ask(`GET ${other}`)).status).toBe(404);
  const identity = {
    methods: ["application_credential"],
    application_credential: { id: credential.id, secret: credential.secret },
  };
  const { body, headers } = await client.send("POST /v3/auth/tokens", { body: { auth: { identity } } });
  expect(body.token.application_credential).toEqual({ id: credential.id, name: "ci", restricted: true });
  const more = { application_credential: { name: "more" } };
  const refused = await client.send(`POST ${path}`, { token: headers["x-subject-token"], body: more });
  expect(refused.status).toBe(403);
  const rules = { application_credential: { name: "r", access_rules: [{ path: "/", method: "GET", service: "x" }] } };
  expect((await client.send(`POST ${path}`, { token: client.demo, body: rules })).status).toBe(501);
});

test("the catalogue is read, and not written", async () => {
  expect((await client.ask("GET /v3/endpoints?interface=public")).body.endpoints).toHaveLength(4);
  const [service] = (await client.ask("GET /v3/services?type=network")).body.services;
  expect(service.name).toBe("neutron");
  expect((await client.ask(`GET /v3/services/${service.id}`)).body.service.type).toBe("network");
  expect((await client.ask("POST /v3/services", { service: { type: "x" } })).status).toBe(403);
  expect((await client.ask("GET /v3/regions/RegionOne")).body.region.id).toBe("RegionOne");
});

test.each([
  ["not JSON", { text: "{" }, "Expecting to find valid JSON in request body."],
  ["no object", { text: "[]" }, "Expecting to find valid JSON in request body."],
  [
    "another type",
    { text: "{}", headers: { "content-type": "text/plain" } },
    "Expecting to find application/json in Content-Type header.",
  ],
])("a body that is %s is refused", async (_, sent, message) => {
  const answer = await client.send("POST /v3/users", { token: client.admin, ...sent });
  expect(answer.status).toBe(400);
  expect(answer.body.error.message.startsWith(message)).toBe(true);
});

test("an address with null characters is refused", async () => {
  expect((await client.ask("GET /v3/users/a%00b")).status).toBe(400);
  expect((await client.ask("GET /v3/role_assignments?user.id=%00")).status).toBe(400);
});

test("an address or method that is not there says so", async () => {
  expect((await client.ask("GET /v3/nothing")).status).toBe(404);
  expect((await client.ask("GET /v2.0/tokens")).status).toBe(404);
  const answer = await client.ask("PUT /v3/users");
  expect([answer.status, answer.headers.allow]).toEqual([405, "GET, POST"]);
});
