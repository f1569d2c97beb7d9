/** Roles through groups, down the tree, and through each other. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Actor, Target } from "./model.ts";
import { openCloud, type TestCloud } from "./testing/cloud.ts";

let cloud: TestCloud;
let userId: string;
beforeEach(async () => {
  cloud = await openCloud();
  userId = (await cloud.identity.users.create({ name: "eve", password: "x" })).id;
});
afterEach(() => cloud.close());

async function grant(actor: Actor, target: Target, role: string, inherited = false) {
  await cloud.identity.assignments.grant({ actor, target, role_id: await cloud.roleId(role), inherited });
}
async function rolesIn(project: string): Promise<string[] | undefined> {
  const token = await cloud.login("eve", "x", project).catch(() => undefined);
  return token === undefined ? undefined : (await cloud.identity.context(token))?.roles.toSorted();
}

test("a member of a group has the group's roles, until it leaves", async () => {
  const group = await cloud.identity.groups.create({ name: "g" });
  await cloud.identity.groups.add(group.id, userId);
  const project = await cloud.project("demo");
  await grant({ type: "group", id: group.id }, { type: "project", id: project.id }, "member");
  const token = await cloud.login("eve", "x", "demo");
  expect((await cloud.identity.context(token))?.roles.toSorted()).toEqual(["member", "reader"]);
  await cloud.identity.groups.take(group.id, userId);
  expect(await cloud.identity.context(token)).toBeUndefined();
});

test("an inherited role holds below its target, and not on it", async () => {
  const parent = await cloud.identity.projects.create({ name: "parent" });
  const child = await cloud.identity.projects.create({ name: "child", parent_id: parent.id });
  await cloud.identity.projects.create({ name: "grandchild", parent_id: child.id });
  await grant({ type: "user", id: userId }, { type: "project", id: parent.id }, "reader", true);
  expect(await rolesIn("parent")).toBeUndefined();
  expect(await rolesIn("child")).toEqual(["reader"]);
  expect(await rolesIn("grandchild")).toEqual(["reader"]);
  const names = (await cloud.identity.assignments.projectsOfUser(userId)).map((one) => one.name);
  expect(names.toSorted()).toEqual(["child", "grandchild"]);
});

test("a role inherited from the domain holds in each of its projects", async () => {
  await grant({ type: "user", id: userId }, { type: "domain", id: "default" }, "reader", true);
  expect(await rolesIn("demo")).toEqual(["reader"]);
  expect(await rolesIn("admin")).toEqual(["reader"]);
});

describe("effective assignments", () => {
  test("say who has which role where, with what it comes from", async () => {
    const group = await cloud.identity.groups.create({ name: "g" });
    await cloud.identity.groups.add(group.id, userId);
    const target = { type: "project", id: (await cloud.project("demo")).id } as const;
    await grant({ type: "group", id: group.id }, target, "member");
    const found = await cloud.identity.assignments.effective({ actor: { type: "user", id: userId } });
    const [member, reader] = [await cloud.roleId("member"), await cloud.roleId("reader")];
    expect(found).toEqual([
      { actor: { type: "user", id: userId }, target, role_id: member, inherited: false, via: { group: group.id } },
      {
        actor: { type: "user", id: userId },
        target,
        role_id: reader,
        inherited: false,
        via: { group: group.id, priorRole: member },
      },
    ]);
  });
});

test("roles that imply each other end", async () => {
  const one = await cloud.identity.roles.create({ name: "one" });
  const two = await cloud.identity.roles.create({ name: "two" });
  await cloud.identity.roles.imply(one.id, two.id);
  await cloud.identity.roles.imply(two.id, one.id);
  await cloud.grant("one", userId, (await cloud.project("demo")).id);
  expect(await rolesIn("demo")).toEqual(["one", "two"]);
});

test("no role can imply admin", async () => {
  await expect(
    cloud.identity.roles.imply(await cloud.roleId("reader"), await cloud.roleId("admin")),
  ).rejects.toMatchObject({
    problem: { reason: "forbidden" },
  });
});

test("what is deleted takes its assignments with it", async () => {
  const project = await cloud.identity.projects.create({ name: "p" });
  await cloud.grant("member", userId, project.id);
  await cloud.identity.projects.remove(project.id);
  expect(await cloud.identity.assignments.list({ actor: { type: "user", id: userId } })).toEqual([]);
});
