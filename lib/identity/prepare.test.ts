import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore } from "../store/open.ts";
import { Identity } from "./identity.ts";
import { passwordsOf, prepare, usersWithDefaultPassword } from "./prepare.ts";
import { openCloud, type TestCloud } from "./testing/cloud.ts";
import { loginHelp } from "./welcome.ts";

let cloud: TestCloud;
beforeEach(async () => {
  cloud = await openCloud();
});
afterEach(() => cloud.close());

test("the first start makes it once: what is deleted later stays deleted", async () => {
  expect((await cloud.identity.projects.list()).map((one) => one.name)).toEqual(["admin", "demo"]);
  await cloud.identity.users.remove((await cloud.user("demo")).id);
  expect(await prepare(cloud.identity)).toBe(false);
  expect((await cloud.identity.users.list()).map((one) => one.name)).toEqual(["admin"]);
});

test("a password given at a later start replaces the documented one, and no other", async () => {
  await prepare(cloud.identity, { adminPassword: "first" });
  await cloud.login("admin", "first");
  await prepare(cloud.identity, { adminPassword: "second" });
  await cloud.login("admin", "first");
  expect(await usersWithDefaultPassword(cloud.identity)).toEqual(["demo"]);
});

test("two processes may start first at once", async () => {
  const dir = mkdtempSync(path.join(tmpdir(), "prepare-"));
  const store = await openStore(path.join(dir, "db"));
  const [one, other] = [new Identity(store), new Identity(store)];
  await Promise.all([prepare(one), prepare(other)]);
  expect((await one.users.list()).map((user) => user.name)).toEqual(["admin", "demo"]);
  expect(await prepare(other)).toBe(false);
  await store.close();
  rmSync(dir, { recursive: true });
});

test("who wants to know is told of a new password", async () => {
  const told: string[] = [];
  cloud.identity.onPasswordChange((user) => told.push(user.name));
  await cloud.identity.users.update((await cloud.user("demo")).id, { enabled: true });
  await cloud.identity.users.update((await cloud.user("demo")).id, { password: "x" });
  expect(told).toEqual(["demo"]);
});

test("an empty variable is no password", () => {
  expect(passwordsOf({ UNDERLAY_ADMIN_PASSWORD: "", UNDERLAY_DEMO_PASSWORD: "x" })).toEqual({
    adminPassword: undefined,
    demoPassword: "x",
  });
});

test("a start says how to log in, and no password that was set", () => {
  expect(loginHelp("http://127.0.0.1:3000", ["admin"])).toContain("admin (password: underlay)");
  expect(loginHelp("http://127.0.0.1:3000", [])).not.toContain("password: underlay");
  expect(loginHelp("http://127.0.0.1:3000", [])).toContain('eval "$(bin/underlay openrc)"');
  expect(loginHelp("http://127.0.0.1:3000", [], "/a/b")).toContain('eval "$(bin/underlay openrc --data /a/b)"');
  expect(loginHelp("http://127.0.0.1:3000", [], "/it's")).toContain("openrc --data '/it'\\''s')");
});
