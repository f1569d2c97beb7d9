import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type TestService, testService } from "./testing/service.ts";

let cloud: TestService;
let where: string;
beforeAll(async () => {
  cloud = await testService();
});
beforeEach(async () => {
  const made = await cloud.call(cloud.demo, "POST", "security-groups", { security_group: { name: "g" } });
  where = `security-groups/${made.body.security_group.id}`;
});
afterAll(() => cloud.close());

const call = (method: string, path: string, body?: unknown, who = cloud.demo) =>
  cloud.call(who, method, `${where}/${path}`, body);
const group = async () => (await cloud.call(cloud.demo, "GET", where)).body.security_group;

test("tags are put, read, replaced and taken away", async () => {
  expect((await call("PUT", "tags/red")).status).toBe(201);
  expect((await call("GET", "tags")).body).toEqual({ tags: ["red"] });
  expect((await call("GET", "tags/red")).status).toBe(204);
  expect((await call("PUT", "tags", { tags: ["red", "green"] })).body).toEqual({ tags: ["red", "green"] });
  expect((await call("DELETE", "tags/red")).status).toBe(204);
  expect((await group()).tags).toEqual(["green"]);
  expect((await call("DELETE", "tags")).status).toBe(204);
  expect((await call("GET", "tags")).body).toEqual({ tags: [] });
});

test("what is no tag, or not there, is refused", async () => {
  for (const method of ["GET", "DELETE"]) {
    const reply = await call(method, "tags/blue");
    expect([reply.status, reply.body.NeutronError.message]).toEqual([404, "Tag blue could not be found."]);
  }
  const long = "x".repeat(256);
  const tooLong = `Invalid input for operation: '${long}' exceeds maximum length of 255.`;
  expect((await call("PUT", `tags/${long}`)).body.NeutronError.message).toBe(tooLong);
  expect((await call("PUT", "tags", { tags: [long] })).body.NeutronError.message).toBe(tooLong);
  expect((await call("PUT", "tags", { tags: ["a", "a"] })).status).toBe(400);
  expect((await call("PUT", "tags", { tags: "a" })).status).toBe(400);
  expect((await call("PUT", "tags", {})).body.NeutronError.message).toBe(
    "Invalid input for operation: Invalid tags body.",
  );
  expect((await call("POST", "tags", { tags: [] })).status).toBe(404);
});

test("a tag raises the object's revision once, and not when it was there", async () => {
  const before = (await group()).revision_number;
  await call("PUT", "tags", { tags: ["a", "b"] });
  await call("PUT", "tags/a");
  expect((await group()).revision_number).toBe(before + 1);
});

test("nobody tags, or reads the tags of, what he cannot see", async () => {
  for (const [method, path, body] of [
    ["GET", "tags", undefined],
    ["PUT", "tags/a", undefined],
    ["PUT", "tags", { tags: ["a"] }],
    ["DELETE", "tags", undefined],
  ] as const) {
    const reply = await call(method, path, body, cloud.other);
    expect([reply.status, reply.body.NeutronError.type]).toEqual([404, "TagResourceNotFound"]);
  }
  expect((await group()).tags).toEqual([]);
});

test("lists are filtered by tags", async () => {
  await call("PUT", "tags", { tags: ["x", "y"] });
  const id = where.split("/")[1];
  const found = async (query: string) => {
    const { body } = await cloud.call(cloud.demo, "GET", `security-groups?${query}`);
    return body.security_groups.map((one: { id: string }) => one.id).includes(id);
  };
  expect(await found("tags=x,y")).toBe(true);
  expect(await found("tags=x&tags=z")).toBe(false);
  expect(await found("tags-any=x,z")).toBe(true);
  expect(await found("not-tags=x,y")).toBe(false);
  expect(await found("not-tags=x,z")).toBe(true);
  expect(await found("not-tags-any=z")).toBe(true);
});
