/**
 * In which order CPython (3.8 and later, 64 bit) pops the items of a set of tuples of small positive integers.
 * Source: CPython Objects/tupleobject.c tuplehash (xxHash), Objects/setobject.c set_add_entry, set_table_resize, set_pop.
 */

const WORD = (1n << 64n) - 1n;
const XX_1 = 11400714785074694791n;
const XX_2 = 14029467366897019727n;
const XX_5 = 2870177450012600261n;
const PERTURB_SHIFT = 5n;
const LINEAR_PROBES = 9;
const LEAST_SIZE = 8;

/** An integer's hash is itself while it is below 2^61 - 1. */
function tupleHash(items: readonly bigint[]): bigint {
  let sum = XX_5;
  for (const item of items) {
    sum = (sum + item * XX_2) & WORD;
    sum = ((sum << 31n) | (sum >> 33n)) & WORD;
    sum = (sum * XX_1) & WORD;
  }
  sum = (sum + (BigInt(items.length) ^ XX_5 ^ 3527539n)) & WORD;
  return sum === WORD ? 1546275796n : sum;
}

interface Entry<T> {
  readonly hash: bigint;
  readonly value: T;
}

/** The slot of a hash: a run of neighbours, then somewhere else. */
function freeSlot<T>(table: readonly (Entry<T> | undefined)[], hash: bigint): number {
  const mask = table.length - 1;
  let perturb = hash;
  let at = Number(hash & BigInt(mask));
  for (;;) {
    const last = at + LINEAR_PROBES <= mask ? at + LINEAR_PROBES : at;
    for (let slot = at; slot <= last; slot++) if (table[slot] === undefined) return slot;
    perturb >>= PERTURB_SHIFT;
    at = Number((BigInt(at) * 5n + 1n + perturb) & BigInt(mask));
  }
}

/** @param items all different, in the order in which they are added */
export function popOrder<T>(items: readonly { readonly value: T; readonly key: readonly bigint[] }[]): T[] {
  let table = new Array<Entry<T> | undefined>(LEAST_SIZE).fill(undefined);
  let used = 0;
  for (const { value, key } of items) {
    const hash = tupleHash(key);
    table[freeSlot(table, hash)] = { hash, value };
    used++;
    if (used * 5 < (table.length - 1) * 3) continue;
    // Grows to more than four times what it holds (twice, when it is large), and fills again in the old table's order.
    const least = used > 50_000 ? used * 2 : used * 4;
    let size = LEAST_SIZE;
    while (size <= least) size *= 2;
    const larger = new Array<Entry<T> | undefined>(size).fill(undefined);
    for (const entry of table) if (entry) larger[freeSlot(larger, entry.hash)] = entry;
    table = larger;
  }
  return table.flatMap((entry) => (entry ? [entry.value] : []));
}
