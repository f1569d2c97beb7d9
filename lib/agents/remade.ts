/** What was made of each entry of a list; of one that follows from it by a change at one place, only that is made anew. */

import { alikeFromEnd, alikeFromStart } from "../host/alike.ts";

export interface Remade<T, V> {
  readonly from: readonly T[];
  readonly made: readonly V[];
}

/** @param make must come to the same for an entry of `last` as it did then */
export function remade<T, V>(last: Remade<T, V> | undefined, from: readonly T[], make: (one: T) => V): Remade<T, V> {
  if (!last) return { from, made: from.map(make) };
  if (last.from === from) return last;
  const { head, tail } = shared(last.from, from);
  const middle = from.slice(head, from.length - tail).map(make);
  return { from, made: last.made.slice(0, head).concat(middle, last.made.slice(last.made.length - tail)) };
}

/** As `remade`, where several things, or none, are made of each entry: all of them in one list. */
export function remadeFlat<T, V>(
  last: Remade<T, V> | undefined,
  from: readonly T[],
  make: (one: T) => readonly V[],
): Remade<T, V> {
  if (!last) return { from, made: from.flatMap(make) };
  if (last.from === from) return last;
  const { head, tail } = shared(last.from, from);
  const count = (list: readonly T[]) => list.reduce((sum, one) => sum + make(one).length, 0);
  const until = last.from.length - tail;
  const gone = count(last.from.slice(head, until));
  // Of what stays, the shorter part is counted.
  const before = head < tail ? count(from.slice(0, head)) : last.made.length - gone - count(last.from.slice(until));
  const middle = from.slice(head, from.length - tail).flatMap(make);
  return { from, made: last.made.slice(0, before).concat(middle, last.made.slice(before + gone)) };
}

/** How many entries two lists share at their beginnings, and at their ends. */
function shared(a: readonly unknown[], b: readonly unknown[]): { head: number; tail: number } {
  const head = alikeFromStart(a, b);
  return { head, tail: alikeFromEnd(a, b, head) };
}
