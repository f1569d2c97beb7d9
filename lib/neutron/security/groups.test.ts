import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestService, testService } from "../testing/service.ts";

let cloud: TestService;
beforeAll(async () => {
  cloud = await testService();
});
afterAll(() => cloud.close());

async function group(values: object = {}, who = cloud.demo) {
  const reply = await cloud.call(who, "POST", "security-groups", { security_group: { name: "g", ...values } });
  expect(reply.status).toBe(201);
  return reply.body.security_group;
}

test("a project that lists its groups for the first time has a default one, which lets its members talk", async () => {
  const { body } = await cloud.call(cloud.other, "GET", "security-groups");
  expect(body.security_groups).toHaveLength(1);
  const [made] = body.security_groups;
  expect(made).toMatchObject({
    name: "default",
    description: "Default security group",
    project_id: cloud.other.projectId,
    stateful: true,
    shared: false,
    revision_number: 1,
    tags: [],
  });
  expect(
    made.security_group_rules.map((rule: Record<string, unknown>) => [
      rule.direction,
      rule.ethertype,
      rule.remote_group_id,
      rule.description,
    ]),
  ).toEqual([
    ["ingress", "IPv4", made.id, null],
    ["egress", "IPv4", null, null],
    ["ingress", "IPv6", made.id, null],
    ["egress", "IPv6", null, null],
  ]);
  expect((await cloud.call(cloud.other, "GET", "security-groups")).body.security_groups).toHaveLength(1);
  expect((await cloud.call(cloud.other, "GET", "security-group-rules")).body.security_group_rules).toHaveLength(4);
});

test("the default group keeps its name, and only an administrator removes it", async () => {
  const { id } = (await cloud.call(cloud.other, "GET", "security-groups")).body.security_groups[0];
  const where = `security-groups/${id}`;
  const renamed = await cloud.call(cloud.other, "PUT", where, { security_group: { name: "x" } });
  expect([renamed.status, renamed.body.NeutronError.type]).toEqual([409, "SecurityGroupCannotUpdateDefault"]);
  const described = await cloud.call(cloud.other, "PUT", where, { security_group: { description: "x" } });
  expect(described.body.security_group.description).toBe("x");
  const removed = await cloud.call(cloud.other, "DELETE", where);
  expect([removed.status, removed.body.NeutronError.type]).toEqual([409, "SecurityGroupCannotRemoveDefault"]);
  expect((await cloud.call(cloud.admin, "DELETE", where)).status).toBe(204);
  const second = await cloud.call(cloud.demo, "POST", "security-groups", { security_group: { name: "Default" } });
  expect([second.status, second.body.NeutronError.type]).toEqual([409, "SecurityGroupDefaultAlreadyExists"]);
});

test("a new group lets everything out; its rules raise its revision", async () => {
  const { id, security_group_rules: rules, revision_number: revision } = await group();
  expect(rules.map((rule: Record<string, unknown>) => [rule.direction, rule.ethertype])).toEqual([
    ["egress", "IPv4"],
    ["egress", "IPv6"],
  ]);
  const made = await cloud.call(cloud.demo, "POST", "security-group-rules", {
    security_group_rule: {
      security_group_id: id,
      direction: "ingress",
      protocol: "tcp",
      port_range_min: 22,
      port_range_max: 22,
    },
  });
  expect(made.body.security_group_rule).toMatchObject({ ethertype: "IPv4", description: "", normalized_cidr: null });
  const changed = (await cloud.call(cloud.demo, "GET", `security-groups/${id}`)).body.security_group;
  expect(changed.revision_number).toBe(revision + 1);
  expect(changed.security_group_rules).toHaveLength(3);
  await cloud.call(cloud.demo, "DELETE", `security-group-rules/${made.body.security_group_rule.id}`);
  const after = (await cloud.call(cloud.demo, "GET", `security-groups/${id}`)).body.security_group;
  expect([after.revision_number, after.security_group_rules.length]).toEqual([revision + 2, 2]);
});

test("a group that goes takes the rules with it that name it, and raises their groups' revisions", async () => {
  const [gone, kept] = [await group(), await group()];
  const rule = { security_group_id: kept.id, direction: "ingress", remote_group_id: gone.id };
  expect((await cloud.call(cloud.demo, "POST", "security-group-rules", { security_group_rule: rule })).status).toBe(
    201,
  );
  expect((await cloud.call(cloud.demo, "DELETE", `security-groups/${gone.id}`)).status).toBe(204);
  const after = (await cloud.call(cloud.demo, "GET", `security-groups/${kept.id}`)).body.security_group;
  expect([after.security_group_rules.length, after.revision_number]).toEqual([2, kept.revision_number + 2]);
  const lost = await cloud.call(cloud.demo, "GET", `security-groups/${gone.id}`);
  expect([lost.status, lost.body.NeutronError.message]).toEqual([404, `Security group ${gone.id} does not exist`]);
});

test("the owner of a group sees what others put into it", async () => {
  const { id } = await group();
  const made = await cloud.call(cloud.admin, "POST", "security-group-rules", {
    security_group_rule: { security_group_id: id, direction: "ingress", protocol: "udp" },
  });
  const ids = (await cloud.call(cloud.demo, "GET", "security-group-rules")).body.security_group_rules.map(
    (rule: { id: string }) => rule.id,
  );
  expect(ids).toContain(made.body.security_group_rule.id);
  const other = await cloud.call(cloud.other, "GET", `security-group-rules/${made.body.security_group_rule.id}`);
  expect([other.status, other.body.NeutronError.type]).toEqual([404, "HTTPNotFound"]);
});
