import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StoreError } from "./error.ts";
import { openStore } from "./open.ts";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), "store-"));
  file = path.join(dir, "db");
});
afterEach(() => rmSync(dir, { recursive: true }));

const refused = async (reason: string | RegExp) => {
  const opening = openStore({ file });
  await expect(opening).rejects.toThrow(StoreError);
  await expect(opening).rejects.toThrow(file);
  await expect(opening).rejects.toThrow(reason);
};

test("a database of a newer version is refused and left as it is", async () => {
  await (await openStore({ file })).close();
  const database = new DatabaseSync(file);
  database.exec("insert into kysely_migration values ('999-later', '2030-01-01')");
  database.close();
  const before = readFileSync(file);
  await refused("was made by a newer Underlay (its schema is 999-later)");
  expect(readFileSync(file)).toEqual(before);
});

test("another program's database is refused and left as it is", async () => {
  const database = new DatabaseSync(file);
  database.exec("create table bookmarks (url text)");
  database.close();
  const before = readFileSync(file);
  await refused("is a database of another program");
  expect(readFileSync(file)).toEqual(before);
});

test("a file that is no database, a damaged one, a directory and a place that is not there are refused by name", async () => {
  writeFileSync(file, "port,network,address\n".repeat(1_000));
  await refused("not a database of Underlay");
  rmSync(file);

  await (await openStore({ file })).close();
  const bytes = readFileSync(file);
  writeFileSync(file, Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(bytes.length - 100, 0xa5)]));
  await refused("the database is damaged");
  rmSync(file);

  mkdirSync(file);
  await refused("EISDIR");
  file = path.join(dir, "missing", "db");
  await refused("unable to open");
});

test("every commit waits for the disk", async () => {
  const store = await openStore({ file });
  const mode = await store.transaction(({ db }) => sql<{ synchronous: number }>`pragma synchronous`.execute(db));
  expect(mode.rows).toEqual([{ synchronous: 2 }]); // FULL, https://www.sqlite.org/pragma.html#pragma_synchronous
  await store.close();
});

test("the database is its owner's alone, and one file when it is closed", async () => {
  const store = await openStore({ file });
  for (const name of ["db", "db-wal", "db-shm"]) expect(statSync(path.join(dir, name)).mode & 0o077).toBe(0);
  await store.close();
  expect(readdirSync(dir)).toEqual(["db", "db.lock"]); // All of it is in one file when the server has ended.
});

test("a file that was refused can be put right and opened", async () => {
  writeFileSync(file, "nonsense ".repeat(1_000));
  await refused("not a database of Underlay");
  rmSync(file);
  await (await openStore({ file })).close();
});
