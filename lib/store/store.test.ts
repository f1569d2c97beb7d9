import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Collection, DuplicateError } from "./collection.ts";
import { openStore } from "./open.ts";
import type { Store } from "./store.ts";

interface Thing {
  id: string;
  project_id: string;
  name: string;
  tags: string[];
}
const things = new Collection<Thing>("thing", { keys: { tag: (t) => t.tags }, unique: { name: (t) => t.name } });
const thing = (id: string, more: Partial<Thing> = {}): Thing => ({ id, project_id: "p", name: id, tags: [], ...more });

let dir: string;
let store: Store;
beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "store-"));
  store = await openStore(path.join(dir, "db"));
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

test("what a transaction wrote is there after it, and after opening again", async () => {
  await store.transaction((tx) => things.insert(tx, thing("a", { tags: ["x", "y"] })));
  await store.close();
  store = await openStore(path.join(dir, "db"));
  expect(await things.get(store.read, "a")).toEqual(thing("a", { tags: ["x", "y"] }));
  expect(await things.list(store.read, { keys: { tag: "y" } })).toHaveLength(1);
  expect(await things.count(store.read, { keys: { tag: ["z"] } })).toBe(0);
});

test("a transaction that throws leaves nothing", async () => {
  const failing = store.transaction(async (tx) => {
    await things.insert(tx, thing("a"));
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(await things.list(store.read)).toEqual([]);
  expect(await store.lastEvent()).toEqual({ newest: 0, oldest: 0 });
});

test("a unique value is held by one alone, and free again after a change", async () => {
  await store.transaction((tx) => things.insert(tx, thing("a")));
  await expect(store.transaction((tx) => things.insert(tx, thing("b", { name: "a" })))).rejects.toThrow(DuplicateError);
  await store.transaction((tx) => things.update(tx, thing("a", { name: "other" })));
  await store.transaction((tx) => things.insert(tx, thing("b", { name: "a" })));
  expect(await things.holder(store.read, "name", "a")).toBe("b");
});

test("events are told in order, with before and after", async () => {
  const told: [string, unknown, unknown][] = [];
  store.subscribe((e) => told.push([e.kind, e.before, e.after]));
  await store.transaction((tx) => things.insert(tx, thing("a")));
  await store.transaction((tx) => things.update(tx, thing("a", { name: "n" })));
  await store.transaction((tx) => things.remove(tx, "a"));
  await expect.poll(() => told.length).toBe(3);
  expect(told).toEqual([
    ["thing", null, thing("a")],
    ["thing", thing("a"), thing("a", { name: "n" })],
    ["thing", thing("a", { name: "n" }), null],
  ]);
});
