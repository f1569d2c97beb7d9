import { alikeFromEnd, alikeFromStart } from "./alike.ts";

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

/** What a list was last compared with, and what came of it: parts of one work ask the same. */
const known = new WeakMap<
  readonly unknown[],
  { readonly to: readonly unknown[]; readonly difference: Difference<unknown> }
>();
/** Shorter lists are compared as soon as found. */
const LONG = 64;

/** By identity: fast where nearly all is in both, in the same order. */
export function differing<T>(a: readonly T[], b: readonly T[]): Difference<T> {
  if (a === b) return NONE;
  const line = lines.get(a);
  if (line && line === lines.get(b)) return { gone: a.slice(b.length), come: b.slice(a.length) };
  if (a.length < LONG) return compared(a, b);
  const last = known.get(a);
  if (last?.to === b) return last.difference as Difference<T>; // Of the same two lists.
  const difference = compared(a, b);
  known.set(a, { to: b, difference });
  return difference;
}

function compared<T>(a: readonly T[], b: readonly T[]): Difference<T> {
  // Most is alike at both ends.
  const start = alikeFromStart(a, b);
  const rest = alikeFromEnd(a, b, start);
  const [endA, endB] = [a.length - rest, b.length - rest];
  let i = start;
  let j = start;
  if (endA === i || endB === j) return { gone: a.slice(i, endA), come: b.slice(j, endB) };
  const gone: T[] = [];
  const come: T[] = [];
  let strange = 0;
  while (i < endA && j < endB && strange < PATIENCE) {
    if (Object.is(a[i], b[j])) {
      i++;
      j++;
      continue;
    }
    // One in place of another.
    if (i + 1 < endA && j + 1 < endB && Object.is(a[i + 1], b[j + 1])) {
      gone.push(a[i++] as T);
      come.push(b[j++] as T);
      continue;
    }
    const more = ahead(b, j, endB, a[i] as T);
    const less = more > 0 ? 0 : ahead(a, i, endA, b[j] as T);
    if (more === 0 && less === 0) strange++;
    for (let n = more === 0 && less === 0 ? 1 : less; n > 0; n--) gone.push(a[i++] as T);
    for (let n = more === 0 && less === 0 ? 1 : more; n > 0; n--) come.push(b[j++] as T);
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
function ahead<T>(list: readonly T[], start: number, until: number, one: T): number {
  const end = Math.min(until, start + REACH);
  for (let i = start + 1; i < end; i++) if (Object.is(list[i], one)) return i - start;
  return 0;
}
