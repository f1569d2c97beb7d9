/** Who can log in, for what scope, and what a token is worth afterwards. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MINUTE, openCloud, type TestCloud } from "./testing/cloud.ts";

let cloud: TestCloud;
beforeEach(async () => {
  cloud = await openCloud();
});
afterEach(() => cloud.close());

const unauthenticated = { problem: { reason: "unauthenticated" } };
const roles = async (token: string) => (await cloud.identity.context(token))?.roles.toSorted();

describe("a login", () => {
  test("with the right password gives the roles in that project, and those that they imply", async () => {
    const context = await cloud.identity.context(await cloud.login("admin"));
    expect(context).toMatchObject({ userName: "admin", projectName: "admin", isAdmin: true });
    expect(context?.roles.toSorted()).toEqual(["admin", "member", "reader"]);
    expect(await roles(await cloud.login("demo"))).toEqual(["member", "reader"]);
  });

  test.each([
    ["a wrong password", "admin", "wrong", "admin"],
    ["an unknown user", "nobody", "underlay", "admin"],
    ["an unknown project", "admin", "underlay", "nowhere"],
    ["a project without a role there", "demo", "underlay", "admin"],
  ])("with %s is refused, and says no more", async (_, user, password, project) => {
    await expect(cloud.login(user, password, project)).rejects.toMatchObject(unauthenticated);
  });

  test("of a disabled user is refused", async () => {
    await cloud.identity.users.update((await cloud.user("demo")).id, { enabled: false });
    await expect(cloud.login("demo")).rejects.toMatchObject(unauthenticated);
  });

  test("without a scope goes to the default project, where there is one", async () => {
    const user = { name: "demo", domain: { id: "default" } };
    const request = {
      methods: [{ method: "password", user, password: "underlay" }],
      scope: { type: "default" },
      source: "test",
    } as const;
    expect((await cloud.identity.login(request)).bearer.scope).toEqual({ type: "unscoped" });
    const project = await cloud.project("demo");
    await cloud.identity.users.update((await cloud.user("demo")).id, { default_project_id: project.id });
    expect((await cloud.identity.login(request)).bearer.scope).toMatchObject({ type: "project", project });
  });

  test("by a token keeps its end and its origin", async () => {
    const first = await cloud.login("demo", "underlay", null);
    cloud.clock += 10 * MINUTE;
    const { bearer } = await cloud.identity.login({
      methods: [{ method: "token", token: first }],
      scope: { type: "project", project: { id: (await cloud.project("demo")).id } },
      source: "test",
    });
    const parent = await cloud.identity.bearer(first);
    expect(bearer.token.expires_at).toBe(parent?.token.expires_at);
    expect(bearer.token.audit_ids[1]).toBe(parent?.token.audit_ids[0]);
    expect(bearer.token.methods).toEqual(["token", "password"]);
  });

  test("is refused after ten failures, and works again later", async () => {
    for (let i = 0; i < 10; i++) await expect(cloud.login("demo", `guess ${i}`)).rejects.toMatchObject(unauthenticated);
    await expect(cloud.login("demo")).rejects.toMatchObject({ problem: { reason: "too-many-attempts" } });
    cloud.clock += 6 * MINUTE;
    expect(await roles(await cloud.login("demo"))).toEqual(["member", "reader"]);
  });
});

describe("a token", () => {
  let token: string;
  beforeEach(async () => {
    token = await cloud.login("demo");
    expect(await cloud.identity.context(token)).toBeDefined();
  });

  const ends: [string, () => Promise<unknown>][] = [
    ["it is revoked", () => cloud.identity.revoke(token)],
    ["its hour is over", async () => (cloud.clock += 60 * MINUTE)],
    [
      "the user gets another password",
      async () => cloud.identity.users.update((await cloud.user("demo")).id, { password: "x" }),
    ],
    [
      "the user changes the password",
      async () => cloud.identity.changePassword((await cloud.user("demo")).id, "underlay", "x", ""),
    ],
    [
      "the user is disabled",
      async () => cloud.identity.users.update((await cloud.user("demo")).id, { enabled: false }),
    ],
    ["the user is deleted", async () => cloud.identity.users.remove((await cloud.user("demo")).id)],
    [
      "the project is disabled",
      async () => cloud.identity.projects.update((await cloud.project("demo")).id, { enabled: false }),
    ],
    ["the project is deleted", async () => cloud.identity.projects.remove((await cloud.project("demo")).id)],
    ["the domain is disabled", async () => cloud.identity.domains.update("default", { enabled: false })],
    [
      "the last role is taken",
      async () =>
        cloud.identity.assignments.revoke({
          actor: { type: "user", id: (await cloud.user("demo")).id },
          target: { type: "project", id: (await cloud.project("demo")).id },
          role_id: await cloud.roleId("member"),
          inherited: false,
        }),
    ],
  ];
  test.each(ends)("ends at once when %s", async (_, end) => {
    await end();
    expect(await cloud.identity.context(token)).toBeUndefined();
  });

  test("does not come back when its user is enabled again", async () => {
    const { id } = await cloud.user("demo");
    await cloud.identity.users.update(id, { enabled: false });
    await cloud.identity.users.update(id, { enabled: true });
    expect(await cloud.identity.context(token)).toBeUndefined();
  });

  test("has a role as soon as it is granted", async () => {
    await cloud.grant("admin", (await cloud.user("demo")).id, (await cloud.project("demo")).id);
    expect(await roles(token)).toEqual(["admin", "member", "reader"]);
  });

  test("is worth the same in another server process, and ends there, too", async () => {
    const other = cloud.another();
    expect(await other.context(token)).toMatchObject({ userName: "demo" });
    await cloud.identity.users.update((await cloud.user("demo")).id, { enabled: false });
    await expect.poll(() => other.context(token)).toBeUndefined();
  });

  test("that another process revoked ends within seconds", async () => {
    const other = cloud.another();
    await other.context(token);
    await cloud.identity.revoke(token);
    cloud.clock += 2_001;
    expect(await other.context(token)).toBeUndefined();
  });

  test("and passwords are in neither the database nor the events", async () => {
    const events = JSON.stringify(await cloud.store.events(0));
    expect(events).not.toContain("argon2");
    const rows = await cloud.store.read.db.selectFrom("objects").select("body").execute();
    const all = rows.map((row) => row.body).join("\n") + events;
    expect(all).not.toContain(token);
    expect(all).not.toContain('"underlay"');
  });

  test("that has expired is cleared away", async () => {
    cloud.clock += 3 * 60 * MINUTE;
    await cloud.login("admin");
    const rows = await cloud.store.read.db.selectFrom("objects").select("id").where("kind", "=", "token").execute();
    expect(rows).toHaveLength(1);
  });
});

test("a password may be changed by whoever knows it, and by no other", async () => {
  const { id } = await cloud.user("demo");
  await expect(cloud.identity.changePassword(id, "guess", "new", "test")).rejects.toMatchObject(unauthenticated);
  await cloud.identity.changePassword(id, "underlay", "new", "test");
  await expect(cloud.login("demo")).rejects.toMatchObject(unauthenticated);
  expect(await roles(await cloud.login("demo", "new"))).toEqual(["member", "reader"]);
});
