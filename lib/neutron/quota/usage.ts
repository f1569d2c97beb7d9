/**
 * How many objects a project has. Counting 10,000 ports takes longer than creating one, so that what was counted is
 * remembered, together with the newest event then: later events say what came and went since, whichever process wrote them.
 */
import { lastEvent } from "../../store/event-log.ts";
import { run } from "../../store/statement.ts";
import type { Reader, Tx } from "../../store/store.ts";

interface Counted {
  readonly count: number;
  /** The newest event that is counted. */
  readonly seq: number;
}

/** So many events are not gone through: counting anew is faster. */
const FAR = 1_000;
/** Projects times kinds. */
const MANY = 10_000;

export class Usage {
  private readonly known = new Map<string, Counted>();

  /** Within a transaction, with what it wrote itself. */
  async count(reader: Reader | Tx, kind: string, projectId: string): Promise<number> {
    const own = "events" in reader ? changeOf(reader, kind, projectId) : 0;
    const key = `${kind}/${projectId}`;
    const known = this.known.get(key);
    const counted =
      (known && (await follow(reader, kind, projectId, known))) ?? (await fresh(reader, kind, projectId, own));
    if (this.known.size >= MANY) this.known.clear();
    this.known.set(key, counted);
    return counted.count + own;
  }
}

async function follow(reader: Reader, kind: string, projectId: string, known: Counted): Promise<Counted | undefined> {
  const { oldest, newest } = await lastEvent(reader);
  if (newest === known.seq) return known;
  if (newest < known.seq || newest - known.seq > FAR || oldest > known.seq + 1) return undefined;
  const since = await run<{ came: number; gone: number }>(
    reader,
    "select count(case when before is null then 1 end) as came, count(case when after is null then 1 end) as gone from events where seq > ? and seq <= ? and kind = ? and project_id = ?",
    [known.seq, newest, kind, projectId],
  );
  const { came, gone } = since.rows[0] ?? { came: 0, gone: 0 };
  return { count: known.count + Number(came) - Number(gone), seq: newest };
}

/** @param own what the transaction added, which is among the objects, but no event yet */
async function fresh(reader: Reader, kind: string, projectId: string, own: number): Promise<Counted> {
  const { rows } = await run<{ n: number; newest: number | null }>(
    reader,
    "select (select count(*) from objects where kind = ? and project_id = ?) as n, (select max(seq) from events) as newest",
    [kind, projectId],
  );
  return { count: Number(rows[0]?.n ?? 0) - own, seq: Number(rows[0]?.newest ?? 0) };
}

function changeOf(tx: Tx, kind: string, projectId: string): number {
  let change = 0;
  for (const event of tx.events)
    if (event.kind === kind && event.project_id === projectId)
      change += event.before === null ? 1 : event.after === null ? -1 : 0;
  return change;
}
