/**
 * Kysely's driver for a pool of `pg`, with what ours needs of one: statements stay prepared on their connection, and a
 * transaction that writes waits for its turn among those of all processes.
 */
import {
  AbortedTransactionError,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
} from "kysely";
import type pg from "pg";

/** Any number, the same in every process that shares a database: "Underlay" as ASCII. */
const WRITE_LOCK = 0x556e6465726c6179n;
/** Statements that a connection keeps; others (`in` lists that a builder made) are planned anew each time. */
const MAX_PREPARED = 200;
const CHANGES: ReadonlySet<string> = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);

const names = new Map<string, string>();

class PostgresConnection implements DatabaseConnection {
  readonly client: pg.PoolClient;
  broken = false;

  constructor(client: pg.PoolClient) {
    this.client = client;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const result =
      parameters.length === 0
        ? await this.client.query(sql)
        : await this.client.query({ name: nameOf(sql), text: sql, values: [...parameters] });
    return {
      rows: result.rows ?? [], // Several statements in one text answer an array without.
      numAffectedRows: CHANGES.has(result.command) ? BigInt(result.rowCount ?? 0) : undefined,
    };
  }

  // biome-ignore lint/correctness/useYield: the interface wants a generator, and nothing of ours streams rows.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("rows are not streamed from PostgreSQL");
  }
}

export class PostgresDriver implements Driver {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<PostgresConnection> {
    return new PostgresConnection(await this.pool.connect());
  }

  /** The lock ends with the transaction, after its changes can be seen: the next one sees them all. */
  async beginTransaction(connection: PostgresConnection): Promise<void> {
    try {
      await connection.client.query(`begin; select pg_advisory_xact_lock(${WRITE_LOCK})`);
    } catch (error) {
      await this.rollbackTransaction(connection); // A lock that was waited for too long leaves a transaction open.
      throw error;
    }
  }

  async commitTransaction(connection: PostgresConnection): Promise<void> {
    const { command } = await connection.client.query("commit");
    // A transaction in which a statement failed is rolled back by its commit, without an error.
    if (command === "ROLLBACK") throw new AbortedTransactionError();
  }

  /** A connection that cannot even do this is closed, which undoes what it did. */
  async rollbackTransaction(connection: PostgresConnection): Promise<void> {
    await connection.client.query("rollback").catch(() => {
      connection.broken = true;
    });
  }

  async releaseConnection(connection: PostgresConnection): Promise<void> {
    connection.client.release(connection.broken);
  }

  async destroy(): Promise<void> {
    await this.pool.end();
  }
}

function nameOf(sql: string): string | undefined {
  const known = names.get(sql);
  if (known !== undefined || names.size >= MAX_PREPARED) return known;
  const name = `underlay${names.size}`;
  names.set(sql, name);
  return name;
}
