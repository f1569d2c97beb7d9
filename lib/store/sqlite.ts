/** node:sqlite as Kysely's SQLite dialect wants it (the interface of better-sqlite3). */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from "kysely";
import type { Tables } from "./schema.ts";

/**
 * @param file path, or `:memory:`
 * @param write true for the one connection that writes
 */
export function openSqlite(file: string, write: boolean): Kysely<Tables> {
  const database = new DatabaseSync(file, { readOnly: !write, timeout: 10_000 });
  // FULL: an acknowledged write is on the disk (kill -9 and power cuts lose none).
  if (write) database.exec("pragma journal_mode = wal; pragma synchronous = full");
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: adapt(database) }) });
}

function adapt(database: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare(sql) {
      const known = prepared.get(sql);
      if (known) return known;
      // A transaction that will write says so at its beginning: one that upgrades later may find that another has written.
      const statement = statementOf(database.prepare(sql === "begin" ? "begin immediate" : sql));
      if (prepared.size > 500) prepared.clear(); // `in (?, ?, …)` of many lengths.
      prepared.set(sql, statement);
      return statement;
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
