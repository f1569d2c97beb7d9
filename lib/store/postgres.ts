/** PostgreSQL, for several server processes that share one cloud. */
import { randomUUID } from "node:crypto";
import { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from "kysely";
import pg from "pg";
import { StoreError } from "./error.ts";
import { PostgresDriver } from "./postgres-driver.ts";
import { announcementOf, PostgresNews } from "./postgres-news.ts";
import type { Tables } from "./schema.ts";
import type { Backend } from "./sql-store.ts";

/** Connections of one process for reads; one more writes, since writes wait for each other anyway, and one more listens. */
const READERS = 8;
const CONNECT_TIMEOUT_MS = 10_000;
/** How long a write waits for those of other processes. */
const LOCK_TIMEOUT_MS = 60_000;
/** A process that stops within a transaction (debugger, dead machine) holds up all others for no longer than this. */
const STALLED_TRANSACTION_MS = 30_000;
/** Any number but the write lock's. */
const MIGRATION_LOCK = 0x556e6465726c617an;
const INT8 = 20;

/** @param url `postgres://user:password@host:port/database`; `?host=/directory` for a socket */
export async function openPostgres(url: string): Promise<Backend> {
  const place = withoutPassword(url);
  const config: pg.ClientConfig = {
    connectionString: url,
    application_name: "underlay",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    types: { getTypeParser },
  };
  await check(config, place);
  const writer = kyselyOf(config, 1);
  const reader = kyselyOf(config, READERS);
  const origin = randomUUID();
  let news: PostgresNews | undefined;
  return {
    dialect: "postgres",
    place,
    writer,
    reader,
    prepare: (work) => exclusively(config, work),
    announcement: announcementOf(origin),
    async hear(wake) {
      news = new PostgresNews(config, origin, wake);
      await news.connect();
    },
    async close() {
      await news?.close();
      await reader.destroy();
      await writer.destroy();
    },
  };
}

/** Throws a StoreError that says which server refused, and why. */
async function check(config: pg.ClientConfig, place: string): Promise<void> {
  const client = new pg.Client(config);
  client.on("error", () => {}); // The query that it breaks says so.
  try {
    await client.connect();
    const { rows } = await client.query("select current_setting('server_encoding') as encoding");
    const encoding = rows[0]?.encoding;
    if (encoding !== "UTF8") throw new StoreError(`${place}: the database's encoding is ${encoding}; it must be UTF8`);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(`cannot use PostgreSQL at ${place}: ${reasonOf(error)}`, { cause: error });
  } finally {
    await client.end().catch(() => {});
  }
}

async function exclusively(config: pg.ClientConfig, work: () => Promise<void>): Promise<void> {
  const client = new pg.Client(config);
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query(`select pg_advisory_lock(${MIGRATION_LOCK})`);
    await work();
  } finally {
    await client.end(); // Its locks end with it.
  }
}

function kyselyOf(config: pg.ClientConfig, max: number): Kysely<Tables> {
  const { connectionTimeoutMillis, ...shared } = config;
  const pool = new pg.Pool({
    ...shared,
    max,
    keepAlive: true,
    idleTimeoutMillis: 0,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STALLED_TRANSACTION_MS,
    Client: timedClient(connectionTimeoutMillis),
  });
  // A connection that breaks fails the query that uses it, or nobody: the pool opens another.
  pool.on("error", () => {});
  pool.on("connect", (client) => void client.on("error", () => {}));
  return new Kysely<Tables>({
    dialect: {
      createDriver: () => new PostgresDriver(pool),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
    },
  });
}

/** The pool's own timeout would also end the patience of queries that wait for a free connection. */
function timedClient(connectionTimeoutMillis: number | undefined) {
  return class extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super({ ...config, connectionTimeoutMillis });
    }
  };
}

/** Numbers of rows and milliseconds fit into JavaScript's numbers. */
const getTypeParser: typeof pg.types.getTypeParser = (type: number, format?: "text" | "binary") =>
  type === INT8 ? Number : pg.types.getTypeParser(type, format);

function withoutPassword(url: string): string {
  try {
    const shown = new URL(url);
    shown.password = "";
    shown.searchParams.delete("password");
    return shown.href;
  } catch {
    return "its URL";
  }
}

/** An address with several tries (localhost: IPv6, IPv4) fails with an error that has codes and no message. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ("code" in error ? String(error.code) : error.name);
}
