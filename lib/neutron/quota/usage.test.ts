import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Collection } from "../../store/collection.ts";
import { openStore } from "../../store/open.ts";
import type { Store } from "../../store/store.ts";
import { Usage } from "./usage.ts";

interface Thing {
  readonly id: string;
  readonly project_id: string;
}
const things = new Collection<Thing>("thing");

let next = 0;
let dir: string;
let store: Store;
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "usage-"));
  store = await openStore(path.join(dir, "db"));
});
afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

const change = fc.record({
  project: fc.constantFrom("a", "b"),
  make: fc.boolean(),
  count: fc.boolean(),
});
const transactions = fc.array(fc.record({ changes: fc.array(change, { maxLength: 6 }), fails: fc.boolean() }), {
  maxLength: 12,
});

test("a count is what is there: between changes, after roll-backs, and with what others wrote meanwhile", async () => {
  await fc.assert(
    fc.asyncProperty(transactions, async (all) => {
      const usage = new Usage();
      for (const { changes, fails } of all) {
        const work = store.transaction(async (tx) => {
          for (const { project, make, count } of changes) {
            const [oldest] = await things.list(tx, { projectIds: [project] });
            if (make) await things.insert(tx, { id: `thing-${next++}`, project_id: project });
            else if (oldest) await things.remove(tx, oldest.id);
            if (count)
              expect(await usage.count(tx, "thing", project)).toBe(await things.count(tx, { projectIds: [project] }));
          }
          if (fails) throw new Error("rolled back");
        });
        await work.catch((error: Error) => expect(error.message).toBe("rolled back"));
        expect(await usage.count(store.read, "thing", "a")).toBe(await things.count(store.read, { projectIds: ["a"] }));
      }
    }),
    { numRuns: 40 },
  );
});
