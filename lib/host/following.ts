/** What is known of a list, brought up to date as the list changes: of thousands of entries a command changes a few. */
import { differing } from "./differing.ts";

interface Followed<T, S> {
  list: readonly T[];
  readonly state: S;
}

/**
 * Lists that follow from each other mostly begin or end with the same entry: what was known of the last of them is changed in
 * place, by what the two do not share. So the state is to be read at once, and not to be kept.
 */
export class Following<T extends object, S> {
  private readonly known = new WeakMap<T, Followed<T, S>>();
  private readonly empty: () => S;
  private readonly add: (state: S, one: T) => void;
  private readonly drop: (state: S, one: T) => void;

  constructor(empty: () => S, add: (state: S, one: T) => void, drop: (state: S, one: T) => void) {
    this.empty = empty;
    this.add = add;
    this.drop = drop;
  }

  of(list: readonly T[]): S {
    const [first, end] = [list[0], list.at(-1)];
    if (!first || !end) return this.empty();
    let last = this.known.get(first) ?? this.known.get(end);
    if (last?.list === list) return last.state;
    const since = last && differing(last.list, list);
    if (last && since && since.gone.length + since.come.length <= list.length / 2) {
      for (const one of since.gone) this.drop(last.state, one);
      for (const one of since.come) this.add(last.state, one);
      last.list = list;
    } else {
      last = { list, state: this.empty() };
      for (const one of list) this.add(last.state, one);
    }
    this.known.set(first, last).set(end, last);
    return last.state;
  }
}

/** Entries by their names, of which each has its own. */
export function followingNames<T extends object>(namesOf: (one: T) => readonly string[]): Following<T, Map<string, T>> {
  return new Following<T, Map<string, T>>(
    () => new Map(),
    (map, one) => {
      for (const name of namesOf(one)) map.set(name, one);
    },
    (map, one) => {
      for (const name of namesOf(one)) if (map.get(name) === one) map.delete(name);
    },
  );
}

/** The few entries of a list that are so. */
export function followingThose<T extends object>(are: (one: T) => boolean): Following<T, Set<T>> {
  return new Following<T, Set<T>>(
    () => new Set(),
    (some, one) => {
      if (are(one)) some.add(one);
    },
    (some, one) => some.delete(one),
  );
}
