/** Runs are kept for who ran them, as he saw them; who may see less finds none of them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TraceEvent } from "../datapath/event.ts";
import { openStore } from "../store/open.ts";
import type { Store } from "../store/store.ts";
import { traced } from "../traceview/testing/traced.ts";
import { viewOf } from "../traceview/view.ts";
import { Runs } from "./history-runs.ts";
import type { Session } from "./session.ts";

const data = mkdtempSync(path.join(tmpdir(), "underlay-runs-"));
let store: Store;
beforeAll(async () => {
  store = await openStore({ file: path.join(data, "runs.db") });
});
afterAll(async () => {
  await store.close();
  rmSync(data, { recursive: true });
});

const PING = { from: "a", to: "b", proto: "icmp" } as const;

function session(user: string, admin: boolean): Session {
  return { user: { id: user, name: user }, project: { id: "p", name: "p" }, admin } as Session; // What runs are owned by.
}

function ended(summary: string): TraceEvent[] {
  const place = { host: "h", netns: "root", device: "d" };
  return [
    { kind: "verdict", seq: 0, outcome: "delivered", code: "DELIVERED", leg: "reply", branch: "0", ...place, summary },
  ];
}

async function drain(runs: Runs, summary: string): Promise<void> {
  for await (const _ of runs.remember(PING, 7, ended(summary))) void _;
}

test("a page that is loaded again is one run; another answer is another", async () => {
  const runs = new Runs({ store }, session("twice", true), "embedded");
  await drain(runs, "one");
  await drain(runs, "one");
  await drain(runs, "two");
  expect((await runs.list()).map((run) => [run.summary, run.moment])).toEqual([
    ["two", 7],
    ["one", 7],
  ]);
});

test("a run has as many hops as its page shows, those of the reply and of ARP too", async () => {
  const events = await traced("legacy", { from: "cirros-vm1", to: "cirros-vm2", proto: "icmp" });
  const runs = new Runs({ store }, session("hops", true), "legacy");
  const { legs } = viewOf(events);
  expect(legs.length).toBeGreaterThan(1);
  expect((await runs.keep(PING, 1, undefined, events)).hops).toBe(legs.flatMap((leg) => leg.rows).length);
});

test("nobody finds another's runs, nor his own of when he might see more", async () => {
  const admin = new Runs({ store }, session("same", true), "embedded");
  const [run] = [await admin.keep(PING, 1, undefined, ended("all of it"))];
  expect(await admin.events(run.id)).toEqual(ended("all of it"));
  for (const [who, cloud] of [
    [session("same", false), "embedded"],
    [session("other", true), "embedded"],
    [session("same", true), "legacy"],
  ] as const) {
    const other = new Runs({ store }, who, cloud);
    expect(await other.list()).toEqual([]);
    await expect(other.events(run.id)).rejects.toMatchObject({ code: "not_found" });
    await expect(other.remove(run.id)).rejects.toMatchObject({ code: "not_found" });
  }
  await admin.remove("all");
  expect(await admin.list()).toEqual([]);
});

test("the oldest goes when there are too many", async () => {
  const runs = new Runs({ store }, session("many", true), "embedded");
  for (let i = 0; i < 203; i++) await runs.keep(PING, i, undefined, ended(`${i}`));
  const kept = await runs.list();
  expect(kept).toHaveLength(200);
  expect([kept[0]?.summary, kept.at(-1)?.summary]).toEqual(["202", "3"]);
});
