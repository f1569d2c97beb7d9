/**
 * One server process for a SQLite file: events and caches of a second one would know nothing of the first. The lock is a
 * write transaction in a database beside it that is held until the process ends, however it ends: the kernel keeps no
 * lock of a process that is gone, as it would keep a file with a number in it.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "./error.ts";

/** The time that a server which is ending has to let go. */
const WAIT_MS = 500;
const SQLITE_BUSY = 5;

/** Throws a StoreError that names the process which has the file. */
export function lockFile(file: string): { release(): void } {
  if (file === ":memory:") return { release: () => {} };
  const pidFile = `${file}.pid`;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(`${file}.lock`, { timeout: WAIT_MS });
    database.exec("begin immediate");
    writeFileSync(pidFile, `${process.pid}\n`); // For people, and for the message below: it locks nothing.
  } catch (error) {
    database?.close();
    const busy = error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
    if (busy) throw new StoreError(`${file} is in use by another Underlay, ${holderOf(pidFile)}`);
    throw new StoreError(`${file}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
  const held = database;
  return {
    release() {
      rmSync(pidFile, { force: true });
      held.close();
    },
  };
}

function holderOf(pidFile: string): string {
  try {
    return `pid ${readFileSync(pidFile, "utf8").trim()}`;
  } catch {
    return "which has just started";
  }
}
