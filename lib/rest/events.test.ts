import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Collection } from "../store/collection.ts";
import { openStore } from "../store/open.ts";
import type { Store } from "../store/store.ts";
import { EVENT_STREAM_HEADERS, type EventStreamOptions, eventStream, sinceOf } from "./events.ts";
import { EventClient } from "./testing/event-client.ts";

interface Thing {
  id: string;
  project_id: string;
  revision_number: number;
  text?: string;
}
const things = new Collection<Thing>("thing");
const hidden = new Collection<Thing>("secret");

let dir: string;
let store: Store;
let ending: AbortController;
beforeEach(async () => {
  ending = new AbortController();
  dir = mkdtempSync(path.join(tmpdir(), "events-"));
  store = await openStore({ file: path.join(dir, "db") }, { keepEvents: 300 });
});
afterEach(async () => {
  vi.useRealTimers();
  ending.abort();
  await store.close();
  rmSync(dir, { recursive: true });
});

const connect = (options: Partial<EventStreamOptions> = {}) => {
  const stream = eventStream(store, { visible: () => true, signal: ending.signal, ...options });
  return new EventClient(new Response(stream, { headers: EVENT_STREAM_HEADERS }));
};
const insert = (id: string, more: Partial<Thing> = {}) =>
  store.transaction((tx) => things.insert(tx, { id, project_id: "p", revision_number: 1, ...more }));

test("a client is told of changes as they are committed, with its place in the log", async () => {
  await insert("before");
  const client = connect();
  expect(await client.next()).toEqual({ id: "1", event: "ready", data: {} });
  const created = await insert("a");
  const changed = await store.transaction((tx) => things.update(tx, { ...created, revision_number: 2 }));
  await store.transaction((tx) => things.remove(tx, "a"));
  const more = { resource: "thing", id: "a", project_id: "p", at: expect.any(Number) };
  expect(await client.next()).toEqual({
    id: "2",
    event: "change",
    data: { ...more, revision: 1, before: null, after: created },
  });
  expect(await client.next()).toMatchObject({
    id: "3",
    data: { ...more, revision: 2, before: created, after: changed },
  });
  expect(await client.next()).toMatchObject({ id: "4", data: { ...more, revision: 2, before: changed, after: null } });
});

test("a client that comes back is told what it missed, then what follows, each once and in order", async () => {
  for (let n = 1; n <= 150; n++) await insert(`${n}`);
  const client = connect({ since: 20 });
  await client.next();
  const writing = (async () => {
    for (let n = 151; n <= 250; n++) await insert(`${n}`);
  })();
  const ids: (string | undefined)[] = [];
  for (let n = 21; n <= 250; n++) ids.push((await client.next())?.id);
  expect(ids).toEqual(Array.from({ length: 230 }, (_, i) => `${i + 21}`));
  await writing;
});

test("what a client may not see it is not told, and what it may see in part, in part", async () => {
  const visible: EventStreamOptions["visible"] = async (event) => {
    if (event.kind === "secret") return false;
    return event.id === "b" ? { ...event, after: { id: "b" } } : true;
  };
  const client = connect({ visible });
  await client.next();
  await insert("a");
  await store.transaction((tx) => hidden.insert(tx, { id: "s", project_id: "q", revision_number: 1 }));
  await insert("b", { text: "inner" });
  expect(await client.next()).toMatchObject({ id: "1", data: { id: "a" } });
  expect(await client.next()).toMatchObject({ id: "3", data: { id: "b", after: { id: "b" } } });
});

test("a client that was away for longer than the log remembers is told to read everything anew", async () => {
  for (let n = 0; n < 20; n++)
    await store.transaction(async (tx) => {
      for (let i = 0; i < 40; i++) await things.insert(tx, { id: `${n}-${i}`, project_id: "p", revision_number: 1 });
    });
  const { oldest } = await store.lastEvent();
  const client = connect({ since: 1 });
  expect(await client.next()).toMatchObject({ event: "ready", id: "1" });
  expect(await client.next()).toEqual({ id: `${oldest - 1}`, event: "reset", data: {} });
  expect(await client.next()).toMatchObject({ id: `${oldest}`, event: "change" });
});

test("a client with a place of another database, or none at all, is told to read everything anew", async () => {
  await insert("a");
  for (const text of ["77", "nonsense", "-1", "1e3"]) {
    const client = connect({ since: sinceOf(new Headers({ "last-event-id": text }), new URLSearchParams()) });
    await client.next();
    expect(await client.next()).toEqual({ id: "1", event: "reset", data: {} });
  }
});

test("a place comes from the header that browsers send, or from the query", () => {
  const query = new URLSearchParams("since=5");
  expect(sinceOf(new Headers({ "last-event-id": "7" }), query)).toBe(7);
  expect(sinceOf(new Headers(), query)).toBe(5);
  expect(sinceOf(new Headers(), new URLSearchParams())).toBeUndefined();
});

test("a slow client costs no memory, and still gets everything", async () => {
  const visible = vi.fn(() => true);
  const client = connect({ visible });
  await client.next();
  for (let n = 1; n <= 250; n++) await insert(`${n}`, { text: "x".repeat(20_000) }); // 5 MB that it does not read yet.
  expect(visible.mock.calls.length).toBeLessThan(10);
  for (let n = 1; n <= 250; n++) expect((await client.next())?.id).toBe(`${n}`);
});

test("the stream ends with its signal, and when the client leaves", async () => {
  const visible = vi.fn(() => true);
  const [ended, gone] = [connect({ visible }), connect({ visible })];
  await ended.next();
  await gone.next();
  await gone.leave();
  const rest = ended.next();
  ending.abort();
  expect(await rest).toBeUndefined();
  await insert("unheard");
  expect(visible).not.toHaveBeenCalled();
});

test("an idle client hears every 15 seconds that it is connected, and where it is", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const visible = vi.fn(() => false);
  const client = connect({ visible });
  await client.next();
  vi.advanceTimersByTime(15_000);
  expect(await client.block()).toBe(": \nid: 0");
  await insert("invisible");
  await expect.poll(() => visible.mock.calls.length).toBe(1);
  vi.advanceTimersByTime(15_000);
  expect(await client.block()).toBe(": \nid: 1");
});

test("a client that takes nothing for a minute is dropped", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const visible = vi.fn(() => true);
  const client = connect({ visible });
  await client.next();
  for (let n = 1; n <= 10; n++) await insert(`${n}`, { text: "x".repeat(20_000) });
  await expect.poll(() => visible.mock.calls.length).toBeGreaterThan(3);
  vi.advanceTimersByTime(60_000);
  await expect(client.next()).rejects.toThrow("the client takes nothing");
});

test("a client that may see more or less than before reads everything anew, or what hosts are", async () => {
  const client = connect({ visible: ({ kind, id }) => kind !== "secret" || (id === "a" ? "sight" : "hosts") });
  await client.next();
  for (const id of ["a", "c"])
    await store.transaction((tx) => hidden.insert(tx, { id, project_id: "p", revision_number: 1 }));
  await insert("b");
  expect(await client.next()).toEqual({ id: "1", event: "reset", data: {} });
  expect(await client.next()).toEqual({ id: "2", event: "hosts", data: {} });
  expect(await client.next()).toMatchObject({ id: "3", data: { id: "b" } });
});
