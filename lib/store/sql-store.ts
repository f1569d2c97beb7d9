/** The store on either database: transactions with their events, and news of them. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Kysely } from "kysely";
import { BodyCache } from "./cache.ts";
import { EventFeed } from "./event-feed.ts";
import { appendEvents, lastEvent, pruneEvents, readEvents } from "./event-log.ts";
import type { Dialect } from "./migrations.ts";
import type { Tables } from "./schema.ts";
import type { Execute } from "./statement.ts";
import type { Reader, Store, StoreEvent, Tx } from "./store.ts";

/** What the two databases do each in their own way. */
export interface Backend {
  readonly dialect: Dialect;
  /** For messages: a path, or a URL without its password. */
  readonly place: string;
  /** Its transactions run one after another, over all processes. */
  readonly writer: Kysely<Tables>;
  readonly reader: Kysely<Tables>;
  /** Short ways to the same connections, where there are any. */
  readonly execute?: { readonly writer: Execute; readonly reader: Execute };
  /** Runs `work`, which makes the tables, while no other process does so. */
  prepare(work: () => Promise<void>): Promise<void>;
  /** SQL that, within a transaction, tells other processes when it commits; undefined where there are none. */
  readonly announcement: string | undefined;
  /** Calls `wake` when another process may have left events. */
  hear(wake: () => void): Promise<void>;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** How many events are kept, more or less: whoever was away for longer reads everything anew. */
  readonly keepEvents?: number;
  /** What a listener threw, why events could not be read (they are tried again), all but the first failure after a commit. */
  readonly onError?: (error: unknown) => void;
}

const KEEP_EVENTS = 50_000;
/** Old events are removed after so many new ones, a few milliseconds' work. */
const PRUNE_AFTER = 500;

export class SqlStore implements Store {
  readonly read: Reader;
  private readonly backend: Backend;
  private readonly feed: EventFeed;
  private readonly keepEvents: number;
  private readonly onError: (error: unknown) => void;
  private readonly within = new AsyncLocalStorage<{ open: boolean }>();
  private readonly running = new Set<Promise<unknown>>();
  private unpruned = PRUNE_AFTER;
  private closing: Promise<void> | undefined;

  /** @param newest the newest event at this moment: later ones are told */
  constructor(backend: Backend, read: Reader, newest: number, options: StoreOptions) {
    this.backend = backend;
    this.read = read;
    this.keepEvents = options.keepEvents ?? KEEP_EVENTS;
    this.onError = options.onError ?? ((error) => process.emitWarning(error instanceof Error ? error : String(error)));
    this.feed = new EventFeed(this, newest, this.onError);
  }

  static async start(backend: Backend, options: StoreOptions): Promise<SqlStore> {
    const read: Reader = {
      db: backend.reader,
      execute: backend.execute?.reader,
      dialect: backend.dialect,
      cache: new BodyCache(),
    };
    const { newest } = await lastEvent(read);
    const store = new SqlStore(backend, read, newest, options);
    await backend.hear(() => store.feed.wake());
    return store;
  }

  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.closing) throw new Error("the store is closed");
    const running = this.run(work);
    this.running.add(running);
    return running.finally(() => this.running.delete(running));
  }

  private async run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.within.getStore()?.open)
      throw new Error("a transaction was begun within another one, which would wait for itself");
    const after: (() => Promise<void> | void)[] = [];
    const scope = { open: true };
    const { result, tx } = await this.backend.writer
      .transaction()
      .execute(async (db) => {
        const tx: Tx = {
          ...this.read,
          db,
          execute: this.shortWay(scope),
          seen: new Map(),
          own: new Map(),
          events: [],
          now: Date.now(),
          afterCommit: (then) => void after.push(then),
        };
        const result = await this.within.run(scope, () => work(tx));
        await this.writeEvents(tx);
        return { result, tx };
      })
      .finally(() => {
        scope.open = false;
      });
    for (const [seq, { version, object, weight }] of tx.own) this.read.cache.put(seq, version, object, weight);
    if (tx.events.length > 0) this.feed.wake();
    await this.runAll(after);
    return result;
  }

  events(since: number, limit = 1_000): Promise<StoreEvent[]> {
    return readEvents(this.read, since, limit);
  }

  lastEvent(): Promise<{ newest: number; oldest: number }> {
    return lastEvent(this.read);
  }

  subscribe(listener: (event: StoreEvent) => void): () => void {
    return this.feed.subscribe(listener);
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    await Promise.allSettled(this.running);
    await this.feed.close();
    await this.backend.close();
  }

  /** Kysely refuses a transaction that has ended; so does this. */
  private shortWay(scope: { readonly open: boolean }): Execute | undefined {
    const execute = this.backend.execute?.writer;
    if (execute === undefined) return undefined;
    return (sql, parameters) => {
      if (!scope.open) throw new Error("the transaction has ended");
      return execute(sql, parameters);
    };
  }

  private async writeEvents(tx: Tx): Promise<void> {
    if (tx.events.length === 0) return;
    const newest = await appendEvents(tx, this.backend.announcement);
    this.unpruned += tx.events.length;
    if (this.unpruned >= Math.min(PRUNE_AFTER, this.keepEvents)) {
      await pruneEvents(tx, newest, this.keepEvents);
      this.unpruned = 0;
    }
  }

  private async runAll(after: readonly (() => Promise<void> | void)[]): Promise<void> {
    const failures: unknown[] = [];
    for (const work of after) {
      try {
        await work();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length === 0) return;
    for (const error of failures.slice(1)) this.onError(error);
    throw failures[0];
  }
}
