import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Context } from "../../identity/context.ts";
import { type TestService, testService } from "../../neutron/testing/service.ts";
import { networkingService } from "./service.ts";

let cloud: TestService;
beforeAll(async () => {
  cloud = await testService();
});
afterAll(() => cloud.close());

const real = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../demo/legacy/api/${name}.json`, import.meta.url), "utf8"));

/** Asks the service itself, whatever the path. */
async function ask(method: string, path: string, who?: Context, body?: string | Error) {
  const service = networkingService(cloud.neutron, {
    authenticate: async () => who,
    report: (error) => {
      throw error;
    },
  });
  const url = new URL(`http://127.0.0.1:9696${path}`);
  const reply = await service({
    method,
    path: url.pathname.split("/").slice(1).map(decodeURIComponent),
    query: url.searchParams,
    headers: new Headers(),
    origin: url.origin,
    async text() {
      if (body instanceof Error) throw body;
      return body;
    },
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers as a client does, attribute by attribute.
  return { ...reply, body: reply.body as any };
}

/** Our links have the service's own prefix. */
const withPrefix = (value: unknown) =>
  JSON.parse(JSON.stringify(value).replaceAll(":9696/v2.0", ":9696/networking/v2.0"));

test("the versions are told to everybody, the resources to who has a token: as the real one tells them", async () => {
  expect((await ask("GET", "/")).body).toEqual(withPrefix(real("versions")));
  const reply = await ask("GET", "/v2.0/");
  expect(reply.status).toBe(401);
  expect(reply.headers?.["www-authenticate"]).toBe('Keystone uri="http://127.0.0.1:9696/identity"');
  expect((await ask("GET", "/v2.0/", cloud.demo)).body).toEqual(withPrefix(real("v2.0")));
});

test("an extension is shown by its alias, with what the real one says of it", async () => {
  const [security] = real("extensions").extensions.filter((one: { alias: string }) => one.alias === "security-group");
  expect((await ask("GET", "/v2.0/extensions/security-group", cloud.demo)).body).toEqual({ extension: security });
  const all = (await ask("GET", "/v2.0/extensions.json", cloud.demo)).body.extensions;
  expect(all).toContainEqual(security);
  expect(await ask("GET", "/v2.0/extensions/<b>", cloud.demo)).toMatchObject({
    status: 404,
    body: {
      message: "The resource could not be found.<br /><br />\nExtension with alias &#60;b&#62; does not exist\n\n",
      code: "404 Not Found",
      title: "Not Found",
    },
  });
  expect((await ask("POST", "/v2.0/extensions", cloud.demo, "{}")).status).toBe(404);
});

test("there is one version", async () => {
  expect(await ask("GET", "/v3.0/networks")).toMatchObject({ status: 404, body: { code: 404, title: "Not Found" } });
});

test.each([
  "/v2.0/teleporters",
  "/v2.0/networks/x/y",
  "/v2.0/networks/x/constructor",
  "/v2.0/networks/x/y/z/a/b",
  "/v2.0/quotas/x/__proto__",
])("nothing is at %s", async (path) => {
  expect(await ask("GET", path, cloud.admin)).toMatchObject({
    status: 404,
    body: { NeutronError: { type: "HTTPNotFound", message: "The resource could not be found.", detail: "" } },
  });
});

test.each([
  ["HEAD", "/v2.0/networks"],
  ["PUT", "/v2.0/networks"],
  ["DELETE", "/v2.0/networks"],
  ["PATCH", "/v2.0/networks/x"],
  ["POST", "/v2.0/networks/x"],
  ["HEAD", "/v2.0/networks/x"],
  ["POST", "/"],
  ["PUT", "/v2.0/"],
  ["PUT", "/v2.0/security-group-rules/x"],
])("%s %s is not allowed", async (method, path) => {
  const reply = await ask(method, path, cloud.admin, "{}");
  expect([reply.status, reply.body.NeutronError.type]).toEqual([405, "HTTPMethodNotAllowed"]);
});

test.each([
  [undefined, "Unable to find 'security_group' in request body"],
  ["", "Unable to find 'security_group' in request body"],
  ["{}", "Unable to find 'security_group' in request body"],
  ['{"network": {}}', "Unable to find 'security_group' in request body"],
  ['{"security_group": null}', "Unable to find 'security_group' in request body"],
  ['{"security_group": []}', "Object 'security_group' contains invalid data"],
  ['{"security_group": "x"}', "Object 'security_group' contains invalid data"],
  ['{"security_groups": []}', "Resources required"],
  ['{"security_groups": 7}', "Body contains invalid data"],
  ['{"security_groups": {"name": "x"}}', "Object 'security_group' contains invalid data"],
  ['{"security_groups": ["x"]}', "Object 'security_group' contains invalid data"],
  ["{", "Body contains invalid data"],
  ["[]", "Body contains invalid data"],
  ["null", "Body contains invalid data"],
  ['{"security_group": {"__proto__": {"name": "x"}}}', "Unrecognized attribute(s) '__proto__'"],
])("a body of %s is refused", async (body, message) => {
  const reply = await ask("POST", "/v2.0/security-groups", cloud.demo, body);
  expect([reply.status, reply.body.NeutronError.message]).toEqual([400, message]);
});

test("a body nested without end is refused", async () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const reply = await ask("POST", "/v2.0/security-groups", cloud.demo, `{"security_group": {"name": ${deep}}}`);
  expect([reply.status, reply.body.NeutronError.message]).toEqual([400, "Body contains invalid data"]);
});

test("a body past the limit is refused, also by a second bundle of its reader", async () => {
  vi.resetModules();
  const { BodyTooLarge } = await import("../body.ts");
  const reply = await ask("POST", "/v2.0/security-groups", cloud.demo, new BodyTooLarge(5));
  expect([reply.status, reply.body.NeutronError.type]).toEqual([413, "HTTPRequestEntityTooLarge"]);
});

test("brackets in texts are no depth, and texts keep what is in them", async () => {
  const name = '"\\[{'.repeat(50);
  const body = JSON.stringify({ security_group: { name } });
  const made = await ask("POST", "/v2.0/security-groups.json", cloud.demo, body);
  expect([made.status, made.body.security_group.name]).toEqual([201, name]);
});

test("bulk items stand bare or under their name; nothing is updated in bulk", async () => {
  const body = JSON.stringify({ security_groups: [{ name: "a" }, { security_group: { name: "b" } }] });
  const made = await ask("POST", "/v2.0/security-groups", cloud.demo, body);
  expect(made.body.security_groups.map((one: { name: string }) => one.name)).toEqual(["a", "b"]);
  const { id } = made.body.security_groups[0];
  const reply = await ask("PUT", `/v2.0/security-groups/${id}`, cloud.demo, body);
  expect([reply.status, reply.body.NeutronError.message]).toEqual([400, "Bulk operation not supported"]);
  const refused = await ask("DELETE", `/v2.0/security-groups/${id}`, cloud.demo, "{}");
  expect([refused.status, refused.body.NeutronError.message]).toEqual([
    400,
    "Request body is not supported in DELETE.",
  ]);
});

test("the object that a revision constrains is changed when it has that revision", async () => {
  const made = (await ask("POST", "/v2.0/security-groups", cloud.demo, '{"security_group": {"name": "x"}}')).body;
  const where = `security-groups/${made.security_group.id}`;
  const update = (tag: string) =>
    cloud.call(cloud.demo, "PUT", where, { security_group: { name: "y" } }, { "if-match": tag });
  const current = made.security_group.revision_number;
  const stale = await update(`revision_number=${current - 1}`);
  expect([stale.status, stale.body.NeutronError.message]).toEqual([
    412,
    `Constrained to ${current - 1}, but current revision is ${current}`,
  ]);
  for (const [tag, message] of [
    ["revision_number=x", "Revision number etag must be in the format of revision_number=<int>"],
    ["revision_number=1, revision_number=2", "Multiple revision_number etags are not supported."],
  ] as const)
    expect((await update(tag)).body.NeutronError.message).toBe(`Bad if-match request: ${message}.`);
  expect((await update('"something-else"')).status).toBe(200);
  expect((await update(`revision_number=${current + 1}`)).status).toBe(200);
  const late = await cloud.call(cloud.demo, "DELETE", where, undefined, { "if-match": `revision_number=${current}` });
  expect(late.status).toBe(412);
});

test("a page that begins behind what is not there is refused, in the words of the resource", async () => {
  const reply = await cloud.call(cloud.demo, "GET", "security-groups?limit=1&marker=gone");
  expect([reply.status, reply.body.NeutronError.message]).toEqual([404, "Security group gone does not exist"]);
});

test("QoS policies' tags are below their bare name, too", async () => {
  const made = await cloud.call(cloud.admin, "POST", "qos/policies", { policy: { name: "p" } });
  const { id } = made.body.policy;
  expect((await cloud.call(cloud.admin, "PUT", `policies/${id}/tags/a`)).status).toBe(201);
  expect((await cloud.call(cloud.admin, "GET", `qos/policies/${id}/tags`)).body).toEqual({ tags: ["a"] });
});
