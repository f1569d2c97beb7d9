import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore } from "./open.ts";
import { Writer } from "./testing/child.ts";
import { written } from "./testing/writer.ts";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), "store-"));
  file = path.join(dir, "db");
});
afterEach(() => rmSync(dir, { recursive: true }));

test("every write that was acknowledged is there after kill -9, with its keys and its event, 20 times over", {
  timeout: 180_000,
}, async () => {
  const acknowledged: string[] = [];
  for (let round = 0; round < 20; round++) {
    const writer = new Writer({ file }, `r${round}`);
    await writer.printed(1 + 3 * (round % 7)); // Early and late.
    await writer.kill();
    acknowledged.push(...writer.lines);
  }
  const store = await openStore({ file });
  const there = await written.list(store.read, { keys: { first: "n" } });
  const ids = there.map((w) => w.id);
  expect(ids).toEqual(expect.arrayContaining(acknowledged));
  // Beside those, each process may have finished one that it could not speak of any more: never a part of one.
  expect(ids.length - acknowledged.length).toBeLessThanOrEqual(20);
  expect((await store.events(0, 10_000)).map((e) => e.id)).toEqual(ids);
  expect((await written.claimed(store.read, "name")).toSorted()).toEqual(there.map((w) => w.name).toSorted());
  await store.close();
});

test("a second process is told who has the file; a killed one has it no longer", async () => {
  const first = new Writer({ file }, "first");
  await first.printed(1);
  const second = new Writer({ file }, "second");
  await second.printed(1);
  expect(second.lines).toEqual([`${file} is in use by another Underlay, pid ${first.pid}`]);
  await expect(openStore(file)).rejects.toThrow(`is in use by another Underlay, pid ${first.pid}`);
  await first.kill();
  const store = await openStore(file);
  expect(await written.get(store.read, "first-0")).toBeDefined();
  await expect(openStore(file)).rejects.toThrow(`pid ${process.pid}`);
  await store.close();
  await (await openStore(file)).close();
});
