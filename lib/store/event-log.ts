/** The log of changes: written with them in one transaction, read by number, and cut at its old end. */
import { rowsOf, run, storable } from "./statement.ts";
import type { Reader, StoreEvent, Tx } from "./store.ts";

/** A change that is not numbered yet. */
export type EventDraft = Omit<StoreEvent, "seq" | "before" | "after"> & {
  /** JSON. */
  readonly before: string | null;
  readonly after: string | null;
};

/** Rows in one statement. */
const BATCH = 50;

/**
 * Writes the transaction's events, in their order.
 * @param announcement an expression that tells other processes of the commit; undefined where there are none
 * @returns the newest one's number, 0 when there was none
 */
export async function appendEvents(tx: Tx, announcement: string | undefined): Promise<number> {
  let newest = 0;
  for (let i = 0; i < tx.events.length; i += BATCH) {
    const batch = tx.events.slice(i, i + BATCH);
    const insert = `insert into events (kind, id, project_id, revision, before, after, at) values ${rowsOf(batch.length, 7)} returning seq`;
    const { rows } = await run<{ seq: number }>(
      tx,
      announcement ? `with e as (${insert}) select max(seq) as seq, ${announcement} from e` : insert,
      batch.flatMap((e) => [
        e.kind,
        storable(e.id),
        e.project_id && storable(e.project_id),
        e.revision,
        e.before,
        e.after,
        e.at,
      ]),
    );
    for (const row of rows) newest = Math.max(newest, row.seq);
  }
  return newest;
}

export async function readEvents(reader: Reader, since: number, limit: number): Promise<StoreEvent[]> {
  const { rows } = await run<EventDraft & { seq: number }>(
    reader,
    "select seq, kind, id, project_id, revision, before, after, at from events where seq > ? order by seq limit ?",
    [since, limit],
  );
  return rows.map((row) => ({
    ...row,
    before: row.before === null ? null : JSON.parse(row.before),
    after: row.after === null ? null : JSON.parse(row.after),
  }));
}

export async function lastEvent(reader: Reader): Promise<{ newest: number; oldest: number }> {
  // Two questions, since SQLite answers either from the end of its tree, but both together by reading all of it.
  const { rows } = await run<{ newest: number | null; oldest: number | null }>(
    reader,
    "select (select max(seq) from events) as newest, (select min(seq) from events) as oldest",
    [],
  );
  return { newest: rows[0]?.newest ?? 0, oldest: rows[0]?.oldest ?? 0 };
}

/** Forgets all events but the newest `keep` numbers. */
export async function pruneEvents(tx: Tx, newest: number, keep: number): Promise<void> {
  await run(tx, "delete from events where seq <= ?", [newest - keep]);
}
