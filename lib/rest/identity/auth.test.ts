import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openClient, type TestClient } from "./testing/client.ts";

let client: TestClient;
beforeEach(async () => {
  client = await openClient();
});
afterEach(() => client.cloud.close());

const password = (user: object, scope?: object) => ({
  auth: { identity: { methods: ["password"], password: { user } }, ...(scope && { scope }) },
});
const demo = { name: "demo", domain: { name: "Default" }, password: "underlay" };
const inDemo = { project: { name: "demo", domain: { id: "default" } } };

describe("version documents", () => {
  test.each(["/", ""])("GET /identity%s offers the versions", async (path) => {
    const { status, body, headers } = await client.send(`GET ${path}`);
    expect(status).toBe(300);
    expect(headers.location).toBe("http://127.0.0.1:3000/identity/v3/");
    expect(body.versions.values[0].links).toEqual([{ rel: "self", href: "http://127.0.0.1:3000/identity/v3/" }]);
  });
  test.each(["/v3", "/v3/"])("GET /identity%s is version 3", async (path) => {
    const { status, body } = await client.send(`GET ${path}`);
    expect([status, body.version.id, body.version.status]).toEqual([200, "v3.14", "stable"]);
  });
});

describe("POST /v3/auth/tokens", () => {
  test("answers a token in a header, and what it is worth in the body", async () => {
    const { status, body, headers } = await client.send("POST /v3/auth/tokens", { body: password(demo, inDemo) });
    expect(status).toBe(201);
    expect(await client.cloud.identity.context(headers["x-subject-token"] ?? "")).toMatchObject({ userName: "demo" });
    const { token } = body;
    expect(Object.keys(token).toSorted()).toEqual(
      [
        "audit_ids",
        "catalog",
        "expires_at",
        "is_domain",
        "issued_at",
        "methods",
        "project",
        "roles",
        "user",
      ].toSorted(),
    );
    expect(token.issued_at).toBe("2026-01-01T00:00:00.000000Z");
    expect(token.expires_at).toBe("2026-01-01T01:00:00.000000Z");
    expect(token.user).toMatchObject({ name: "demo", domain: { id: "default", name: "Default" } });
    expect(token.project).toMatchObject({ name: "demo", domain: { id: "default", name: "Default" } });
    const urls = Object.fromEntries(
      token.catalog.map((one: { type: string; endpoints: { url: string }[] }) => [one.type, one.endpoints[0]?.url]),
    );
    expect(urls).toEqual({
      identity: "http://127.0.0.1:3000/identity",
      network: "http://127.0.0.1:3000/networking",
      compute: "http://127.0.0.1:3000/compute/v2.1",
      image: "http://127.0.0.1:3000/image",
    });
  });

  test("without the catalogue when none is wanted, or there is no scope", async () => {
    const lean = await client.send("POST /v3/auth/tokens?nocatalog", { body: password(demo, inDemo) });
    expect(lean.body.token.catalog).toBeUndefined();
    const unscoped = await client.send("POST /v3/auth/tokens", { body: password(demo) });
    expect(unscoped.body.token).not.toHaveProperty("roles");
    expect(unscoped.body.token).not.toHaveProperty("catalog");
  });

  test("for the system and for a domain", async () => {
    const admin = { ...demo, name: "admin" };
    const system = await client.send("POST /v3/auth/tokens", { body: password(admin, { system: { all: true } }) });
    expect(system.body.token.system).toEqual({ all: true });
    const domain = await client.send("POST /v3/auth/tokens", { body: password(admin, { domain: { id: "default" } }) });
    expect(domain.status).toBe(401);
  });

  test("refuses wrong passwords as Keystone does", async () => {
    const { status, body, headers } = await client.send("POST /v3/auth/tokens", {
      body: password({ ...demo, password: "x" }),
    });
    expect(status).toBe(401);
    expect(headers["www-authenticate"]).toBe('Keystone uri="http://127.0.0.1:3000/identity"');
    expect(body).toEqual({
      error: { code: 401, message: "The request you have made requires authentication.", title: "Unauthorized" },
    });
  });

  test("says after ten failures how long to wait", async () => {
    const body = password({ ...demo, password: "x" });
    for (let i = 0; i < 10; i++) expect((await client.send("POST /v3/auth/tokens", { body })).status).toBe(401);
    const late = await client.send("POST /v3/auth/tokens", { body: password(demo) });
    expect(late.status).toBe(429);
    expect(late.headers["retry-after"]).toBe("300");
  });

  test.each([
    [{}, "Expecting to find auth in request body."],
    [{ auth: {} }, "'identity' is a required property"],
    [{ auth: { identity: {} } }, "Invalid input for field 'identity': 'methods' is a required property"],
    [
      { auth: { identity: { methods: "password" } } },
      "Invalid input for field 'identity/methods': 'password' is not of type 'array'",
    ],
    [{ auth: { identity: { methods: ["password"] } } }, "Expecting to find user in password."],
    [password({ password: "x" }), "Invalid input for field identity/password/user: id or name must be present."],
    [password({ name: "demo", password: "x" }), "Expecting to find domain in user."],
    [password(demo, {}), "Expecting to find system, project, domain, OS-TRUST:trust or unscoped in scope."],
    [password(demo, { project: {} }), "Invalid input for field scope/project: id or name must be present."],
  ])("says what is wrong with %j", async (body, message) => {
    const answer = await client.send("POST /v3/auth/tokens", { body });
    expect(answer.status).toBe(400);
    expect(answer.body.error.message.startsWith(message)).toBe(true);
  });

  test("names the methods that there are", async () => {
    const { status, body } = await client.send("POST /v3/auth/tokens", {
      body: { auth: { identity: { methods: ["totp"], totp: {} } } },
    });
    expect([status, body.error.identity.methods]).toEqual([401, ["password", "token", "application_credential"]]);
  });
});

describe("a token about a token", () => {
  const about = (token: string, subject: string) => ({ token, headers: { "x-subject-token": subject } });

  test("is answered to its user and to admin, and to nobody else", async () => {
    const mine = await client.send("GET /v3/auth/tokens", about(client.demo, client.demo));
    expect([mine.status, mine.body.token.user.name]).toEqual([200, "demo"]);
    expect((await client.send("GET /v3/auth/tokens", about(client.admin, client.demo))).status).toBe(200);
    expect((await client.send("GET /v3/auth/tokens", about(client.demo, client.admin))).status).toBe(403);
    expect((await client.send("DELETE /v3/auth/tokens", about(client.demo, client.admin))).status).toBe(403);
    expect((await client.send("GET /v3/auth/tokens", about(client.admin, "unknown"))).status).toBe(404);
  });

  test("HEAD answers the status alone", async () => {
    const answer = await client.send("HEAD /v3/auth/tokens", about(client.admin, client.demo));
    expect([answer.status, answer.body]).toEqual([200, undefined]);
  });

  test("DELETE revokes it", async () => {
    expect((await client.send("DELETE /v3/auth/tokens", about(client.demo, client.demo))).status).toBe(204);
    expect((await client.send("GET /v3/auth/projects", { token: client.demo })).status).toBe(401);
  });
});

test("one sees one's own projects, domains and system scope", async () => {
  const { body } = await client.send("GET /v3/auth/projects", { token: client.demo });
  expect(body.projects.map((one: { name: string }) => one.name)).toEqual(["demo"]);
  expect((await client.send("GET /v3/auth/domains", { token: client.demo })).body.domains).toEqual([]);
  expect((await client.send("GET /v3/auth/system", { token: client.demo })).body.system).toEqual([]);
  expect((await client.send("GET /v3/auth/system", { token: client.admin })).body.system).toEqual([{ all: true }]);
  expect((await client.send("GET /v3/auth/catalog", { token: client.demo })).body.catalog).toHaveLength(4);
});
