/**
 * What a long list has of something, found at once. Lists follow from each other by small changes: the newest of a line takes
 * over what is known of the one before, which is looked through anew when it is asked once more.
 */
export class ByKey<T extends object> {
  private readonly keyOf: (one: T) => string | undefined;
  private readonly known = new WeakMap<readonly T[], Map<string, readonly T[]>>();

  constructor(keyOf: (one: T) => string | undefined) {
    this.keyOf = keyOf;
  }

  /** In the order of the list. */
  of(list: readonly T[], key: string): readonly T[] {
    let map = this.known.get(list);
    if (!map) {
      map = this.sortOut(list);
      this.known.set(list, map);
    }
    return map.get(key) ?? NONE;
  }

  /** @param group what `to` has of this key; of all others it has what `from` has */
  handOn(from: readonly T[], to: readonly T[], key: string, group: readonly T[]): void {
    const map = this.known.get(from);
    if (!map || from === to) return;
    if (group.length === 0) map.delete(key);
    else map.set(key, group);
    this.known.delete(from);
    this.known.set(to, map);
  }

  private sortOut(list: readonly T[]): Map<string, readonly T[]> {
    const map = new Map<string, T[]>();
    for (const one of list) {
      const key = this.keyOf(one);
      if (key === undefined) continue;
      const group = map.get(key);
      if (group) group.push(one);
      else map.set(key, [one]);
    }
    return map;
  }
}

const NONE: readonly never[] = [];

/** The list without these, which are few and in it. */
export function without<T>(list: readonly T[], gone: readonly T[]): T[] {
  const out = list.slice();
  for (const one of gone) {
    // What is near the end came last, and goes first.
    const at = out.lastIndexOf(one);
    if (at >= 0) out.splice(at, 1);
  }
  return out;
}
