import { afterEach, beforeEach, expect, test } from "vitest";
import { MINUTE, openCloud, START, type TestCloud } from "./testing/cloud.ts";

let cloud: TestCloud;
beforeEach(async () => {
  cloud = await openCloud();
});
afterEach(() => cloud.close());

async function make(role: string, expires_at: number | null = null) {
  return cloud.identity.applicationCredentials.create({
    name: "backup",
    user_id: (await cloud.user("admin")).id,
    project_id: (await cloud.project("demo")).id,
    roles: [await cloud.roleId(role)],
    expires_at,
  });
}
const login = (id: string, secret: string) =>
  cloud.identity.login({
    methods: [{ method: "application_credential", credential: { id }, secret }],
    scope: { type: "default" },
    source: "test",
  });
const unauthenticated = { problem: { reason: "unauthenticated" } };

test("a credential lends its roles alone, in its project alone", async () => {
  const { credential, secret } = await make("member");
  const { bearer, secret: token } = await login(credential.id, secret);
  expect(bearer.roles.map((role) => role.name).toSorted()).toEqual(["member", "reader"]);
  expect(bearer.scope).toMatchObject({ type: "project", project: { name: "demo" } });
  const elsewhere = { type: "project", project: { id: (await cloud.project("admin")).id } } as const;
  await expect(
    cloud.identity.login({ methods: [{ method: "token", token }], scope: elsewhere, source: "test" }),
  ).rejects.toMatchObject({ problem: { reason: "forbidden" } });
});

test("its secret is needed", async () => {
  const { credential } = await make("member");
  await expect(login(credential.id, "guess")).rejects.toMatchObject(unauthenticated);
});

test("it cannot lend what its maker does not have", async () => {
  const input = { name: "x", user_id: (await cloud.user("demo")).id, project_id: (await cloud.project("demo")).id };
  await expect(
    cloud.identity.applicationCredentials.create({ ...input, roles: [await cloud.roleId("admin")] }),
  ).rejects.toMatchObject({ problem: { reason: "invalid", field: "roles" } });
});

test("it ends with its time, and its tokens with it", async () => {
  const { credential, secret } = await make("member", START + 10 * MINUTE);
  const token = (await login(credential.id, secret)).secret;
  expect(await cloud.identity.context(token)).toBeDefined();
  cloud.clock += 10 * MINUTE;
  expect(await cloud.identity.context(token)).toBeUndefined();
  await expect(login(credential.id, secret)).rejects.toMatchObject(unauthenticated);
  await expect(make("reader", START)).rejects.toMatchObject({ problem: { reason: "invalid", field: "expires_at" } });
});

test("it ends when its maker loses the role", async () => {
  const { credential, secret } = await make("member");
  const token = (await login(credential.id, secret)).secret;
  await cloud.identity.assignments.revoke({
    actor: { type: "user", id: credential.user_id },
    target: { type: "project", id: credential.project_id },
    role_id: await cloud.roleId("admin"),
    inherited: false,
  });
  expect(await cloud.identity.context(token)).toBeUndefined();
  await expect(login(credential.id, secret)).rejects.toMatchObject(unauthenticated);
});

test("it is there for its owner alone", async () => {
  const { credential } = await make("member");
  const other = (await cloud.user("demo")).id;
  const absent = { problem: { reason: "not-found" } };
  await expect(cloud.identity.applicationCredentials.get(other, credential.id)).rejects.toMatchObject(absent);
  await expect(cloud.identity.applicationCredentials.remove(other, credential.id)).rejects.toMatchObject(absent);
  expect(await cloud.identity.applicationCredentials.list(credential.user_id)).toHaveLength(1);
});
