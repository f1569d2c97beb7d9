/** The values that stand beside an object: `object_keys`, by which it is found, and `claims`, which it alone may hold. */
import { rowsOf, run, storable } from "./statement.ts";
import type { Tx } from "./store.ts";
import type { ValueTable } from "./where.ts";

export type FieldValue = string | number | boolean | null | undefined;
export type Fields<T> = Readonly<Record<string, (object: T) => FieldValue | readonly FieldValue[]>>;

export interface Pair {
  readonly field: string;
  readonly value: string;
}

/** Rows in one statement. */
const BATCH = 100;

/** An object's values of all `fields`, each once. */
export function valuesOf<T>(fields: Fields<T> | undefined, object: T): Map<string, Pair> {
  const found = new Map<string, Pair>();
  for (const [field, read] of Object.entries(fields ?? {})) {
    const value = read(object);
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one === null || one === undefined) continue;
      const pair = { field, value: storable(String(one)) };
      found.set(`${pair.field}\0${pair.value}`, pair);
    }
  }
  return found;
}

/** Those of `values` that `others` lacks. */
export function without(values: ReadonlyMap<string, Pair>, others: ReadonlyMap<string, Pair>): Pair[] {
  const left: Pair[] = [];
  for (const [key, pair] of values) if (!others.has(key)) left.push(pair);
  return left;
}

/** @returns a pair that another object holds; then nothing was added */
export async function claim(tx: Tx, kind: string, object: number, pairs: readonly Pair[]): Promise<Pair | undefined> {
  if ((await add(tx, "claims", kind, object, pairs)) === pairs.length) return undefined;
  return unclaim(tx, kind, object, pairs);
}

/** Gives back those of `pairs` that `object` holds. @returns the first that another one does */
export async function unclaim(tx: Tx, kind: string, object: number, pairs: readonly Pair[]): Promise<Pair | undefined> {
  let held: Pair | undefined;
  for (const pair of pairs) {
    const { rows } = await run<{ object: number }>(
      tx,
      "select object from claims where kind = ? and field = ? and value = ?",
      [kind, pair.field, pair.value],
    );
    if (rows[0]?.object === object) await drop(tx, "claims", kind, object, [pair]);
    else held ??= pair;
  }
  return held;
}

/** @returns how many were not there */
export async function add(
  tx: Tx,
  table: ValueTable,
  kind: string,
  object: number,
  pairs: readonly Pair[],
): Promise<number> {
  let added = 0;
  for (let i = 0; i < pairs.length; i += BATCH) {
    const batch = pairs.slice(i, i + BATCH);
    const { changed } = await run(
      tx,
      `insert into ${table} (kind, field, value, object) values ${rowsOf(batch.length, 4)} on conflict do nothing`,
      batch.flatMap((pair) => [kind, pair.field, pair.value, object]),
    );
    added += changed;
  }
  return added;
}

export async function drop(
  tx: Tx,
  table: ValueTable,
  kind: string,
  object: number,
  pairs: readonly Pair[],
): Promise<void> {
  for (const pair of pairs)
    await run(tx, `delete from ${table} where kind = ? and field = ? and value = ? and object = ?`, [
      kind,
      pair.field,
      pair.value,
      object,
    ]);
}
