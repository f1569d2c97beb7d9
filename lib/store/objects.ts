/** Rows of `objects` as objects: only bodies that nobody has parsed in this version are read. */
import { setImmediate } from "node:timers/promises";
import { parseFrozen } from "./cache.ts";
import { anyOf, type Fragment, run } from "./statement.ts";
import type { Reader } from "./store.ts";

interface VersionRow {
  readonly seq: number;
  readonly version: number;
}
interface BodyRow extends VersionRow {
  readonly body: string;
}

/** Bodies that are read and parsed at a time: a few milliseconds in which nobody else is served. */
const CHUNK = 500;
/** How often a list is asked for again when objects change while their bodies are fetched. */
const ATTEMPTS = 3;

export async function readOne(reader: Reader, kind: string, id: string): Promise<unknown> {
  const { rows } = await run<BodyRow>(reader, "select seq, version, body from objects where kind = ? and id = ?", [
    kind,
    id,
  ]);
  return rows[0] && objectOf(reader, rows[0]);
}

/** The objects that `where` means, as they were at one moment, in the order of their creation. */
export async function readAll(reader: Reader, where: Fragment): Promise<unknown[]> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { rows } = await run<VersionRow>(
      reader,
      `select seq, version from objects where ${where.text} order by seq`,
      where.parameters,
    );
    const objects: unknown[] = [];
    const unknown: number[] = [];
    for (const [place, row] of rows.entries()) {
      const object = known(reader, row);
      if (object === undefined) unknown.push(place);
      objects.push(object);
    }
    if (await fill(reader, rows, unknown, objects)) return objects;
  }
  const { rows } = await run<BodyRow>(
    reader,
    `select seq, version, body from objects where ${where.text} order by seq`,
    where.parameters,
  );
  return rows.map((row) => objectOf(reader, row));
}

/** @returns false when one of them was changed or removed meanwhile */
async function fill(
  reader: Reader,
  rows: readonly VersionRow[],
  places: readonly number[],
  objects: unknown[],
): Promise<boolean> {
  for (let i = 0; i < places.length; i += CHUNK) {
    if (i > 0) await setImmediate();
    const chunk = places.slice(i, i + CHUNK);
    const seqs = anyOf(
      reader.dialect,
      "seq",
      "bigint",
      chunk.map((place) => rows[place]?.seq ?? 0),
    );
    const found = await run<BodyRow>(
      reader,
      `select seq, version, body from objects where ${seqs.text}`,
      seqs.parameters,
    );
    const bySeq = new Map(found.rows.map((row) => [row.seq, row]));
    for (const place of chunk) {
      const row = bySeq.get(rows[place]?.seq ?? 0);
      if (row === undefined || row.version !== rows[place]?.version) return false;
      objects[place] = objectOf(reader, row);
    }
  }
  return true;
}

function known(reader: Reader, row: VersionRow): unknown {
  const own = reader.own?.get(row.seq);
  return own?.version === row.version ? own.object : reader.cache.find(row.seq, row.version);
}

function objectOf(reader: Reader, row: BodyRow): unknown {
  const object = known(reader, row);
  if (object !== undefined) return object;
  const parsed = parseFrozen(row.body);
  // All that a transaction wrote itself was known: this is committed.
  reader.cache.put(row.seq, row.version, parsed, row.body.length);
  return parsed;
}
