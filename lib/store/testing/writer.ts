/**
 * A process that is meant to be killed: writes objects one after another, and prints a line for each that the store has
 * acknowledged. `node writer.ts '{"file":"…"}' PREFIX`. A write that fails is not printed, and the next one is tried.
 */
import { writeSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { Collection } from "../collection.ts";
import { StoreError } from "../error.ts";
import { openStore } from "../open.ts";

const STDOUT = 1;
const RETRY_MS = 20;

export interface Written {
  readonly id: string;
  readonly name: string;
}
export const written = new Collection<Written>("written", {
  keys: { first: (w) => w.name[0] },
  unique: { name: (w) => w.name },
});

if (import.meta.main) {
  const [place = "{}", prefix = ""] = process.argv.slice(2);
  const store = await openStore(JSON.parse(place), { onError: () => {} }).catch((error) => {
    if (!(error instanceof StoreError)) throw error;
    writeSync(STDOUT, `${error.message}\n`);
    process.exit(1);
  });
  for (let n = 0; ; n++) {
    const id = `${prefix}-${n}`;
    try {
      await store.transaction((tx) => written.insert(tx, { id, name: `name of ${id}` }));
      writeSync(STDOUT, `${id}\n`); // Not process.stdout, which may keep the line to itself for a while.
    } catch {
      await setTimeout(RETRY_MS);
    }
  }
}
