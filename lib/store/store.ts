/**
 * Where the embedded cloud keeps its objects. Writes are transactions that run one after another, in every process that
 * shares the database (SQLite has one writer; PostgreSQL takes an advisory lock): a transaction sees all earlier ones, none
 * runs beside it, and events are numbered in the order of the commits.
 */
import type { Kysely } from "kysely";
import type { Tables } from "./schema.ts";

/** One change of one object, as it was committed. */
export interface StoreEvent {
  readonly seq: number;
  /** The collection's kind: `network`, `port`, … */
  readonly kind: string;
  readonly id: string;
  readonly project_id: string | null;
  readonly revision: number;
  /** null: created. */
  readonly before: unknown;
  /** null: deleted. */
  readonly after: unknown;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Reads what is committed; within a transaction, also what it wrote itself. */
export interface Reader {
  readonly db: Kysely<Tables>;
  /** Objects that this transaction has read or written, by `kind/id`; undefined outside of transactions. */
  readonly seen?: Map<string, unknown>;
}

export interface Tx extends Reader {
  readonly seen: Map<string, unknown>;
  /** The time of this transaction, milliseconds since 1970. */
  readonly now: number;
  /** Runs once the transaction is committed, in the order of the calls, before `transaction` returns. Not run after a roll-back. */
  afterCommit(work: () => Promise<void> | void): void;
}

export interface Store {
  readonly read: Reader;
  /** Commits what `work` wrote, or nothing when it throws. Never call it inside of itself. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Events after `since`, oldest first, at most `limit`. */
  events(since: number, limit?: number): Promise<StoreEvent[]>;
  /** The number of the newest event, 0 when there is none. `oldest`: the oldest that is still kept. */
  lastEvent(): Promise<{ newest: number; oldest: number }>;
  /** Calls for every event that is committed from now on, by any process, in order. Answers how to stop. */
  subscribe(listener: (event: StoreEvent) => void): () => void;
  close(): Promise<void>;
}
