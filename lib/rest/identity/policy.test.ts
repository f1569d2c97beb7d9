/** What a user who is not admin may do: see and change what is its own, and learn of nothing else. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openClient, type TestClient } from "./testing/client.ts";

let client: TestClient;
let own: string;
let admin: string;
beforeAll(async () => {
  client = await openClient();
  own = (await client.cloud.user("demo")).id;
  admin = (await client.cloud.user("admin")).id;
});
afterAll(() => client.cloud.close());

const asDemo = (line: string, body?: unknown) => client.send(line, { token: client.demo, body });

describe("is forbidden to members, whether the object exists or not", () => {
  test.each([
    ["GET /v3/users", "list_users"],
    ["POST /v3/users", "create_user"],
    ["GET /v3/users/ADMIN", "get_user"],
    ["GET /v3/users/none", "get_user"],
    ["PATCH /v3/users/OWN", "update_user"],
    ["DELETE /v3/users/OWN", "delete_user"],
    ["GET /v3/users/ADMIN/projects", "list_user_projects"],
    ["GET /v3/users/ADMIN/application_credentials", "list_application_credentials"],
    ["GET /v3/projects", "list_projects"],
    ["POST /v3/projects", "create_project"],
    ["GET /v3/projects/none", "get_project"],
    ["DELETE /v3/projects/none", "delete_project"],
    ["GET /v3/domains", "list_domains"],
    ["POST /v3/domains", "create_domain"],
    ["GET /v3/groups", "list_groups"],
    ["POST /v3/groups", "create_group"],
    ["GET /v3/roles", "list_roles"],
    ["POST /v3/roles", "create_role"],
    ["GET /v3/role_assignments", "list_role_assignments"],
    ["PUT /v3/projects/x/users/OWN/roles/y", "create_grant"],
    ["PUT /v3/system/users/OWN/roles/y", "create_system_grant_for_user"],
    ["PUT /v3/OS-INHERIT/domains/default/users/OWN/roles/y/inherited_to_projects", "create_grant"],
    ["GET /v3/services", "list_services"],
    ["POST /v3/endpoints", "create_endpoint"],
  ])("%s", async (line, action) => {
    const answer = await asDemo(line.replace("OWN", own).replace("ADMIN", admin));
    expect(answer.status).toBe(403);
    expect(answer.body.error).toEqual({
      code: 403,
      message: `You are not authorized to perform the requested action: identity:${action}.`,
      title: "Forbidden",
    });
  });
});

test.each(["GET /v3/users/OWN", "GET /v3/users/OWN/projects", "GET /v3/users/OWN/groups", "GET /v3/regions"])(
  "%s is a member's own",
  async (line) => {
    expect((await asDemo(line.replace("OWN", own))).status).toBe(200);
  },
);

test("a member sees the project of its token", async () => {
  const { id } = await client.cloud.project("demo");
  expect((await asDemo(`GET /v3/projects/${id}`)).body.project.name).toBe("demo");
  expect((await asDemo(`GET /v3/projects/${(await client.cloud.project("admin")).id}`)).status).toBe(403);
});

test.each(["GET /v3/users", "POST /v3/projects", "GET /v3/auth/projects", "DELETE /v3/users/x"])(
  "%s needs a valid token",
  async (line) => {
    expect((await client.send(line)).status).toBe(401);
    expect((await client.send(line, { token: "forged" })).status).toBe(401);
  },
);

test("a reader of the system sees everything, and changes nothing", async () => {
  const { cloud } = client;
  const eve = await cloud.identity.users.create({ name: "eve", password: "x" });
  const reader = await cloud.roleId("reader");
  await client.ask(`PUT /v3/system/users/${eve.id}/roles/${reader}`);
  const user = { id: eve.id, password: "x" };
  const { headers } = await client.send("POST /v3/auth/tokens", {
    body: { auth: { identity: { methods: ["password"], password: { user } }, scope: { system: { all: true } } } },
  });
  const token = headers["x-subject-token"];
  expect((await client.send("GET /v3/users", { token })).status).toBe(200);
  expect((await client.send(`DELETE /v3/users/${own}`, { token })).status).toBe(403);
});
