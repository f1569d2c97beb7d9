import { afterEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { Failure } from "../clouds/failure.ts";
import { json } from "./answer.ts";
import { log } from "./log.ts";
import { openRoute, query, route, sessionRoute } from "./route.ts";
import { ndjson } from "./stream.ts";
import { plantServer } from "./testing/server.ts";

const request = (url = "/") => new Request(`http://localhost${url}`, { headers: { host: "localhost" } });
const context = { params: Promise.resolve({ cloud: "legacy" }) };

afterEach(() => vi.restoreAllMocks());

describe("route", () => {
  test("gives the handler its parameters", async () => {
    const response = await openRoute<{ cloud: string }>((_, { cloud }) => json({ cloud }))(request(), context);
    expect(await response.json()).toEqual({ cloud: "legacy" });
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  test("a failure keeps its code, hint and field", async () => {
    const handler = openRoute(() => {
      throw new Failure("not_found", "gone", { hint: "look elsewhere", field: "cloud" });
    });
    const response = await handler(request(), context);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: { code: "not_found", message: "gone", hint: "look elsewhere", field: "cloud" },
    });
  });

  test("an unforeseen error is logged, and says nothing of the inside", async () => {
    const logged = vi.spyOn(log(), "error").mockImplementation(() => {});
    const handler = openRoute(() => {
      throw new Error("/secret/path");
    });
    const response = await handler(request(), context);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("secret");
    expect(logged).toHaveBeenCalledOnce();
  });

  test("a bad query names its field", async () => {
    const handler = openRoute((req) => json(query(req, z.object({ size: z.coerce.number().int() }))));
    const response = await handler(request("/?size=x"), context);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "bad_request", field: "size" } });
  });

  test("a parameter that is not there is said to be missing", async () => {
    const handler = openRoute((req) => json(query(req, z.object({ name: z.string() }))));
    const response = await handler(request("/"), context);
    expect(await response.json()).toEqual({
      error: { code: "bad_request", field: "name", message: "name is missing" },
    });
  });
});

describe("who may ask", () => {
  const cloud = plantServer();
  const ask = async (
    handler: (request: Request, context: { params: Promise<Record<never, never>> }) => Promise<Response>,
    headers: Record<string, string>,
  ) => {
    const sent = new Request("http://localhost/", { headers: { host: "localhost", ...headers } });
    const answer = await handler(sent, context);
    return [answer.status, (await answer.json()).error?.code];
  };
  const seen = () => json({});

  test("administrators, unless the handler says otherwise; for others nothing is there", async () => {
    const [admin, demo] = [await cloud().login("admin"), await cloud().login("demo")];
    expect(await ask(route(seen), {})).toEqual([401, "unauthorized"]);
    expect(await ask(route(seen), { "x-auth-token": "wrong" })).toEqual([401, "unauthorized"]);
    expect(await ask(route(seen), { cookie: `underlay-session=${demo}` })).toEqual([404, "not_found"]);
    expect(await ask(route(seen), { cookie: `underlay-session=${admin}` })).toEqual([200, undefined]);
  });

  test("everybody who is logged in to a project", async () => {
    const [demo, unscoped] = [await cloud().login("demo"), await cloud().login("demo", "underlay", null)];
    expect(await ask(sessionRoute(seen), {})).toEqual([401, "unauthorized"]);
    expect(await ask(sessionRoute(seen), { "x-auth-token": unscoped })).toEqual([401, "unauthorized"]);
    expect(await ask(sessionRoute(seen), { "x-auth-token": demo })).toEqual([200, undefined]);
    const { name } = await cloud().project("demo");
    const project = sessionRoute((_request, _params, session) => json({ error: { code: session.project.name } }));
    expect(await ask(project, { "x-auth-token": demo })).toEqual([200, name]);
  });
});

describe("ndjson", () => {
  test("one value a line", async () => {
    expect(await ndjson(request(), () => [{ a: 1 }, { b: "x\ny" }]).text()).toBe('{"a":1}\n{"b":"x\\ny"}\n');
  });

  test("a reader that leaves stops the producer, which can clean up", async () => {
    let made = 0;
    let cleaned = false;
    let signal: AbortSignal | undefined;
    async function* produce() {
      try {
        for (;;) yield made++;
      } finally {
        cleaned = true;
      }
    }
    const response = ndjson(request(), (given) => {
      signal = given;
      return produce();
    });
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect(signal?.aborted).toBe(true);
    expect(cleaned).toBe(true);
    expect(made).toBeLessThan(4);
  });
});
