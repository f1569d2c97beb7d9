/** Who may read the metrics, over a real socket, and what they say. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../store/open.ts";
import type { Store } from "../store/store.ts";
import { Metrics } from "./metrics.ts";
import { metricsReply } from "./metrics-door.ts";
import { respond } from "./node-http.ts";
import { observe } from "./observe.ts";
import { Waiters } from "./waiters.ts";

const ADMIN = "an-administrator's-token";
const dir = mkdtempSync(path.join(tmpdir(), "metrics-"));
const metrics = new Metrics();
const env: Record<string, string | undefined> = {};
let store: Store;
const moment = () => ({ api: {}, hosts: [{}, {}], gaps: [] }) as never;
const server = createServer(async (request, response) => {
  observe(metrics, new Waiters(), request, response);
  const cloud = async () => ({ store, simulation: { moment } as never });
  const isAdmin = async (headers: Headers) => headers.get("x-auth-token") === ADMIN;
  respond(request, response, await metricsReply({ metrics, cloud, isAdmin, env }, request));
});

beforeAll(async () => {
  store = await openStore({ file: path.join(dir, "underlay.db") }, { onError: () => {} });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterAll(async () => {
  server.close();
  await store.close();
  rmSync(dir, { recursive: true });
});

const ask = (headers: Record<string, string> = {}, where = "/metrics") =>
  fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${where}`, { headers });
/** A request that a proxy on this machine passes on. */
const FAR = { "x-forwarded-for": "192.0.2.7" };

test("programs on this machine read them, and what they did is counted by kind", async () => {
  expect((await ask({}, "/networking/v2.0/ports/alices-port?token=hush")).status).toBe(200);
  const answer = await ask();
  expect(answer.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await answer.text();
  expect(text).toContain(
    'underlay_http_requests_total{service="networking",route="/networking/v2.0/ports/{}",method="GET",status="200"} 1',
  );
  expect(text).toContain('underlay_http_request_duration_seconds_bucket{le="0.005",service="networking"');
  expect(text).toContain("underlay_simulated_hosts 2");
  expect(text).toContain("underlay_event_log_position 0");
  expect(text).toContain("process_resident_memory_bytes");
  expect(text).not.toMatch(/alice|hush/);
});

test("from elsewhere they are for administrators and for bearers of the token alone", async () => {
  expect((await ask(FAR)).status).toBe(401);
  expect((await ask({ ...FAR, authorization: "Bearer undefined" })).status).toBe(401);
  expect((await ask({ ...FAR, "x-auth-token": "a tenant's" })).status).toBe(401);
  expect((await ask({ ...FAR, "x-auth-token": ADMIN })).status).toBe(200);
  env.UNDERLAY_METRICS_TOKEN = "for-prometheus";
  expect((await ask({ ...FAR, authorization: "Bearer for-prometheus" })).status).toBe(200);
  expect((await ask({ ...FAR, authorization: "Bearer for-others" })).status).toBe(401);
});

test("behind a proxy that says nothing, this machine is everybody", async () => {
  env.UNDERLAY_PUBLIC_URL = "https://cloud.example";
  expect((await ask()).status).toBe(401);
  env.UNDERLAY_PUBLIC_URL = undefined;
  expect((await ask()).status).toBe(200);
});

test("a trace is counted by its last verdict, once it has come to its end", async () => {
  const verdict = (code: string) => ({ kind: "verdict", outcome: "dropped", code }) as never;
  const events = metrics.counted([verdict("ARP_UNANSWERED"), verdict("DEAD_VLAN")]);
  events.next();
  expect(await (await ask()).text()).not.toContain('code="DEAD_VLAN"');
  expect([...events]).toHaveLength(1);
  const text = await (await ask()).text();
  expect(text).toContain('underlay_traces_total{outcome="dropped",code="DEAD_VLAN"} 1');
  expect(text).not.toContain("ARP_UNANSWERED");
});
