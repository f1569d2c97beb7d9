/** node:sqlite as Kysely's SQLite dialect wants it (the interface of better-sqlite3). */
import { closeSync, openSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from "kysely";
import { StoreError } from "./error.ts";
import type { Tables } from "./schema.ts";
import type { Backend } from "./sql-store.ts";
import { lockFile } from "./sqlite-lock.ts";
import type { Execute } from "./statement.ts";

/** "UNDL": the file's header says whose it is. */
const APPLICATION_ID = 0x554e444c;
/** For its owner alone: password hashes and keys are in it. */
const MODE = 0o600;

/** @param file path; its directory must exist */
export async function openSqlite(file: string): Promise<Backend> {
  const lock = lockFile(file);
  const open: DatabaseSync[] = [];
  try {
    closeSync(openSync(file, "a", MODE)); // Its companions (-wal, -shm) get the same mode.
    const writer = new DatabaseSync(file, { timeout: 10_000 });
    open.push(writer);
    claimFile(writer, file);
    writer.exec("pragma journal_mode = wal; pragma synchronous = normal");
    const reader = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
    open.push(reader);
    const [writing, reading] = [connectionOf(writer), connectionOf(reader)];
    return {
      dialect: "sqlite",
      place: file,
      writer: writing.db,
      reader: reading.db,
      execute: { writer: writing.execute, reader: reading.execute },
      // The lock says that nobody else is there.
      async prepare(work) {
        await work();
        // From here on an acknowledged write is on the disk (kill -9 and power cuts lose none). Tables need not wait for
        // it one by one: the first write takes them along, and where they were lost they are made again.
        writer.exec("pragma synchronous = full");
      },
      announcement: undefined,
      hear: async () => {},
      async close() {
        // Kysely closes what it has used. The writer is last: it moves its log into the file.
        await reading.db.destroy();
        if (reader.isOpen) reader.close();
        await writing.db.destroy();
        if (writer.isOpen) writer.close();
        lock.release();
      },
    };
  } catch (error) {
    for (const database of open) database.close();
    lock.release();
    throw error instanceof StoreError ? error : new StoreError(`${file}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Refuses a database of another program. */
function claimFile(database: DatabaseSync, file: string): void {
  const id = Number(database.prepare("pragma application_id").get()?.application_id);
  if (id === APPLICATION_ID) return;
  const { n } = database.prepare("select count(*) as n from sqlite_master").get() ?? {};
  if (id !== 0 || n !== 0) throw new StoreError(`${file} is a database of another program`);
  database.exec(`pragma application_id = ${APPLICATION_ID}`);
}

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : undefined;
  if (code === SQLITE_NOTADB) return "this is not a database of Underlay";
  if (code === SQLITE_CORRUPT) return "the database is damaged: restore it from a copy, or move it away to begin anew";
  return error instanceof Error ? error.message : String(error);
}

/** One connection, with statements that stay prepared: for Kysely's builder, and for those who have their text. */
function connectionOf(database: DatabaseSync): { db: Kysely<Tables>; execute: Execute } {
  const prepared = new Map<string, SqliteStatement>();
  const prepare = (sql: string): SqliteStatement => {
    const known = prepared.get(sql);
    if (known) return known;
    // A transaction that will write says so at its beginning: one that upgrades later may find that another has written.
    const statement = statementOf(database.prepare(sql === "begin" ? "begin immediate" : sql));
    if (prepared.size > 500) prepared.clear(); // `in (?, ?, …)` of many lengths.
    prepared.set(sql, statement);
    return statement;
  };
  const dialect = new SqliteDialect({ database: { close: () => database.close(), prepare } satisfies SqliteDatabase });
  return {
    db: new Kysely<Tables>({ dialect }),
    execute(sql, parameters) {
      const statement = prepare(sql);
      if (statement.reader) return { rows: statement.all(parameters), changed: 0 };
      return { rows: [], changed: Number(statement.run(parameters).changes) };
    },
  };
}

function statementOf(statement: StatementSync): SqliteStatement {
  const bind = (parameters: readonly unknown[]) => parameters as SQLInputValue[]; // Kysely passes what our Tables allow.
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...bind(parameters)),
    run: (parameters) => statement.run(...bind(parameters)),
    iterate: (parameters) => statement.iterate(...bind(parameters)),
  };
}
