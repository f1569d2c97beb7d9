import { describe, expect, test } from "vitest";
import type { SessionInfo } from "../api/http.ts";
import { ownSecret } from "./secret.ts";
import { requireAdmin, sessionOf } from "./session.ts";
import { endSession, showSession, startSession, switchSession } from "./session-routes.ts";
import { plantServer } from "./testing/server.ts";

const cloud = plantServer();
const context = { params: Promise.resolve({}) };

interface Sent {
  body?: object;
  cookie?: string;
  headers?: Record<string, string>;
}

async function send(method: "GET" | "POST" | "PUT" | "DELETE", { body, cookie, headers }: Sent = {}) {
  const request = new Request("http://localhost/api/session", {
    method,
    headers: { host: "localhost", ...(cookie === undefined ? {} : { cookie }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const handler = { GET: showSession, POST: startSession, PUT: switchSession, DELETE: endSession }[method];
  const response = await handler(request, context);
  const set = response.headers.get("set-cookie") ?? "";
  // biome-ignore lint/suspicious/noExplicitAny: read as a client does.
  const answer: any = response.status === 204 ? undefined : await response.json();
  return { status: response.status, answer, set, cookie: set.split(";")[0] ?? "", headers: response.headers };
}

const demo = { user: "demo", password: "underlay" };
const admin = { user: "admin", password: "underlay" };
const as = (cookie: string) => sessionOf(new Headers({ cookie }));

describe("logging in", () => {
  test("a user with one project is in it", async () => {
    const { status, answer, set, cookie } = await send("POST", { body: demo });
    expect(status).toBe(200);
    expect(answer satisfies SessionInfo).toMatchObject({
      user: { name: "demo" },
      project: { name: "demo" },
      admin: false,
    });
    expect(set).toMatch(/^underlay-session=[\w-]+; Expires=[^;]+ GMT; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(await as(cookie)).toMatchObject({ user: { name: "demo" }, project: { name: "demo" }, admin: false });
  });

  test("a user with several chooses, and is nobody until then", async () => {
    const first = await send("POST", { body: admin });
    expect(first.answer).toMatchObject({ user: { name: "admin" }, projects: [{ name: "admin" }, { name: "demo" }] });
    expect(first.answer.project).toBeUndefined();
    expect(await as(first.cookie)).toBeUndefined();
    const second = await send("PUT", { body: { project: "demo" }, cookie: first.cookie });
    expect(second.answer).toMatchObject({ project: { name: "demo" }, admin: true });
    expect(await as(second.cookie)).toMatchObject({ project: { name: "demo" }, admin: true });
    expect((await send("GET", { cookie: second.cookie })).answer.project.name).toBe("demo");
  });

  test("a project can be named at once", async () => {
    const { answer } = await send("POST", { body: { ...admin, project: "admin" } });
    expect(answer).toMatchObject({ project: { name: "admin" }, admin: true });
  });

  test.each([
    [{ user: "demo", password: "wrong" }, "password", "The request you have made requires authentication."],
    [{ user: "nobody", password: "underlay" }, "password", "The request you have made requires authentication."],
    [{ ...demo, domain: "Elsewhere" }, "password", "The request you have made requires authentication."],
    [{ ...demo, project: "admin" }, "project", "demo has no role in a project admin."],
  ])("%j is refused, beside the field %s", async (body, field, message) => {
    const { status, answer, set } = await send("POST", { body });
    expect([status, set]).toEqual([401, ""]);
    expect(answer.error).toMatchObject({ code: "unauthorized", field, message });
  });

  test("a body that lacks something says what", async () => {
    const { status, answer } = await send("POST", { body: { user: "demo" } });
    expect([status, answer.error.field, answer.error.message]).toEqual([400, "password", "password is missing"]);
    expect((await send("POST")).status).toBe(400);
  });

  test("another site cannot", async () => {
    const { status } = await send("POST", { body: demo, headers: { "sec-fetch-site": "cross-site" } });
    expect(status).toBe(403);
  });

  test("too many wrong passwords close the door to the right one, for a while", async () => {
    for (let n = 0; n < 10; n++) await send("POST", { body: { user: "demo", password: `wrong ${n}` } });
    const { status, answer, headers } = await send("POST", { body: demo });
    expect([status, answer.error.code, answer.error.field]).toEqual([429, "too_many", "password"]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  });
});

test("another project ends the token of the one before", async () => {
  const first = await send("POST", { body: { ...admin, project: "admin" } });
  const second = await send("PUT", { body: { project: "demo" }, cookie: first.cookie });
  expect(await as(first.cookie)).toBeUndefined();
  expect(await as(second.cookie)).toMatchObject({ project: { name: "demo" } });
  expect((await send("PUT", { body: { project: "nowhere" }, cookie: second.cookie })).status).toBe(401);
  expect(await as(second.cookie)).toMatchObject({ project: { name: "demo" } });
});

test("logging out ends the token, and takes the cookie", async () => {
  const { cookie } = await send("POST", { body: demo });
  const { status, set } = await send("DELETE", { cookie });
  expect([status, set]).toEqual([204, "underlay-session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict"]);
  expect(await as(cookie)).toBeUndefined();
  expect((await send("GET", { cookie })).status).toBe(401);
});

test("a script's token and this machine's secret count as sessions", async () => {
  const token = await cloud().login("demo");
  expect(await sessionOf(new Headers({ "x-auth-token": token }))).toMatchObject({ user: { name: "demo" } });
  await expect(requireAdmin(new Headers({ "x-auth-token": token }))).rejects.toMatchObject({ code: "forbidden" });
  expect(await requireAdmin(new Headers({ "x-underlay-secret": ownSecret() }))).toMatchObject({ admin: true });
  for (const secret of ["", "s", `${ownSecret()}x`])
    expect(await sessionOf(new Headers({ "x-underlay-secret": secret, "x-auth-token": token }))).toBeUndefined();
});
