/** Opens the store: SQLite in a file, or PostgreSQL by its URL. */
import type { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import { type Dialect, migrations } from "./migrations.ts";
import type { Tables } from "./schema.ts";
import { openSqlite } from "./sqlite.ts";
import type { Store, StoreEvent, Tx } from "./store.ts";

/** @param file path of the SQLite database; its directory must exist */
export async function openStore(file: string): Promise<Store> {
  const writer = openSqlite(file, true);
  await migrate(writer, "sqlite");
  const reader = openSqlite(file, false);
  return new SqlStore(writer, reader);
}

async function migrate(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations(dialect) } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

class SqlStore implements Store {
  readonly read;
  private readonly writer: Kysely<Tables>;
  private readonly listeners = new Set<(event: StoreEvent) => void>();
  private told = 0;
  private telling: Promise<void> | undefined;

  constructor(writer: Kysely<Tables>, reader: Kysely<Tables>) {
    this.writer = writer;
    this.read = { db: reader };
  }

  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const after: (() => Promise<void> | void)[] = [];
    const result = await this.writer.transaction().execute((db) => {
      const tx: Tx = { db, seen: new Map(), now: Date.now(), afterCommit: (then) => void after.push(then) };
      return work(tx);
    });
    this.tell();
    for (const then of after) await then();
    return result;
  }

  async events(since: number, limit = 1_000): Promise<StoreEvent[]> {
    const rows = await this.read.db
      .selectFrom("events")
      .selectAll()
      .where("seq", ">", since)
      .orderBy("seq")
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      ...row,
      seq: Number(row.seq),
      at: Number(row.at),
      before: row.before === null ? null : JSON.parse(row.before),
      after: row.after === null ? null : JSON.parse(row.after),
    }));
  }

  async lastEvent(): Promise<{ newest: number; oldest: number }> {
    const row = await this.read.db
      .selectFrom("events")
      .select((e) => [e.fn.max("seq").as("newest"), e.fn.min("seq").as("oldest")])
      .executeTakeFirst();
    return { newest: Number(row?.newest ?? 0), oldest: Number(row?.oldest ?? 0) };
  }

  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.read.db.destroy();
    await this.writer.destroy();
  }

  private tell(): void {
    this.telling ??= this.tellAll().finally(() => {
      this.telling = undefined;
    });
  }

  private async tellAll(): Promise<void> {
    for (;;) {
      const events = await this.events(this.told);
      if (events.length === 0) return;
      for (const event of events) {
        this.told = event.seq;
        for (const listener of this.listeners) listener(event);
      }
    }
  }
}
