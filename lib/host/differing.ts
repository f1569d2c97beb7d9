/** What two lists do not share. Most of what a plan leaves alone is the same objects in the same places. */
export interface Difference<T> {
  /** In the first alone, and in the second alone, in their order. */
  readonly gone: readonly T[];
  readonly come: readonly T[];
}

const NONE: Difference<never> = { gone: [], come: [] };

/** How far a list may have more than the other at one place before the two are taken to be in different order. */
const REACH = 512;
/** After so many entries without one of the other list nearby, the rest is taken as it is. */
const PATIENCE = 64;

/** Of two lists of one line the longer one begins as the shorter. */
interface Line {
  longest: number;
}

const lines = new WeakMap<readonly unknown[], Line>();

/** The list with more at its end: told from it without looking through either. */
export function appended<T>(list: readonly T[], more: readonly T[]): T[] {
  const out = list.concat(more);
  let line = lines.get(list);
  // Another list may have gone on from here already.
  if (line?.longest !== list.length) line = { longest: list.length };
  lines.set(list, line);
  lines.set(out, line);
  line.longest = out.length;
  return out;
}

/** By identity: fast where nearly all is in both, in the same order. */
export function differing<T>(a: readonly T[], b: readonly T[]): Difference<T> {
  if (a === b) return NONE;
  const line = lines.get(a);
  if (line && line === lines.get(b)) return { gone: a.slice(b.length), come: b.slice(a.length) };
  const gone: T[] = [];
  const come: T[] = [];
  let i = 0;
  let j = 0;
  let strange = 0;
  while (i < a.length && j < b.length && strange < PATIENCE) {
    if (a[i] === b[j]) {
      i++;
      j++;
      continue;
    }
    const more = ahead(b, j, a[i] as T);
    const less = more > 0 ? 0 : ahead(a, i, b[j] as T);
    if (more === 0 && less === 0) strange++;
    for (let n = more === 0 && less === 0 ? 1 : less; n > 0; n--) gone.push(a[i++] as T);
    for (let n = more === 0 && less === 0 ? 1 : more; n > 0; n--) come.push(b[j++] as T);
  }
  // What is alike at the end needs no looking up.
  let endA = a.length;
  let endB = b.length;
  while (endA > i && endB > j && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  while (i < endA) gone.push(a[i++] as T);
  while (j < endB) come.push(b[j++] as T);
  if (gone.length === 0 || come.length === 0) return { gone, come };
  // In another order: the same entries may still be in both.
  const inCome = new Set(come);
  const shared = new Set(gone.filter((one) => inCome.has(one)));
  if (shared.size === 0) return { gone, come };
  return { gone: gone.filter((one) => !shared.has(one)), come: come.filter((one) => !shared.has(one)) };
}

/** How many entries from `start` on stand before this one; 0 when it is not near. */
function ahead<T>(list: readonly T[], start: number, one: T): number {
  const end = Math.min(list.length, start + REACH);
  for (let i = start + 1; i < end; i++) if (list[i] === one) return i - start;
  return 0;
}
