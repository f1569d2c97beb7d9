/**
 * Where the embedded cloud keeps its objects. Writes are transactions that run one after another, in every process that
 * shares the database (SQLite has one writer; PostgreSQL takes an advisory lock): a transaction sees all earlier ones, none
 * runs beside it, and events are numbered in the order of the commits.
 */
import type { Kysely } from "kysely";
import type { BodyCache } from "./cache.ts";
import type { EventDraft } from "./event-log.ts";
import type { Dialect } from "./migrations.ts";
import type { Tables } from "./schema.ts";
import type { Execute } from "./statement.ts";

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
  readonly dialect: Dialect;
  /** The short way to a database in this process. */
  readonly execute?: Execute;
  /** Committed objects that were parsed before, by any reader of this process. */
  readonly cache: BodyCache;
  /** Objects that this transaction has read or written, by `kind/id` (null: removed); undefined outside of transactions. */
  readonly seen?: Map<string, unknown>;
  /** What this transaction wrote and is not committed yet, by `seq`. */
  readonly own?: Map<number, OwnWrite>;
}

export interface OwnWrite {
  readonly version: number;
  readonly object: unknown;
  /** Length of the JSON. */
  readonly weight: number;
}

export interface Tx extends Reader {
  readonly seen: Map<string, unknown>;
  readonly own: Map<number, OwnWrite>;
  /** Changes so far: they are written to the log when the transaction commits. */
  readonly events: EventDraft[];
  /** The time of this transaction, milliseconds since 1970. */
  readonly now: number;
  /**
   * Runs once the transaction is committed, in the order of the calls, before `transaction` returns. Not run after a
   * roll-back. One that fails keeps no other from running; the first failure is then what `transaction` throws, and what
   * was written stays: whoever must undo it does so in a transaction of its own.
   */
  afterCommit(work: () => Promise<void> | void): void;
}

export interface Store {
  readonly read: Reader;
  /** Commits what `work` wrote, or nothing when it throws. Never call it inside of itself: that throws. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Events after `since`, oldest first, at most `limit`. */
  events(since: number, limit?: number): Promise<StoreEvent[]>;
  /**
   * The number of the newest event, 0 when there is none. `oldest`: the oldest that is still kept. Who has seen all up to N
   * has missed some for good when N + 1 < oldest, or when N > newest (another database): it must read everything anew.
   */
  lastEvent(): Promise<{ newest: number; oldest: number }>;
  /**
   * Calls for every event that is committed from now on, by any process, once and in order; one that was committed just
   * before may come, too. So: subscribe, then read, then apply what comes. Answers how to stop.
   */
  subscribe(listener: (event: StoreEvent) => void): () => void;
  /** Lets the transactions that have begun or wait end first; later ones throw. */
  close(): Promise<void>;
}
