/** What two lists do not share. Most of what a plan leaves alone is the same objects in the same places. */
import type { HostState, Namespace } from "../state.ts";

export interface Difference<T> {
  /** In the first alone, and in the second alone, in their order. */
  readonly gone: readonly T[];
  readonly come: readonly T[];
}

const NONE: Difference<never> = { gone: [], come: [] };

/** By identity. */
export function differing<T>(a: readonly T[], b: readonly T[]): Difference<T> {
  if (a === b) return NONE;
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const middleA = a.slice(start, endA);
  const middleB = b.slice(start, endB);
  if (middleA.length === 0 || middleB.length === 0) return { gone: middleA, come: middleB };
  const inA = new Set(middleA);
  const inB = new Set(middleB);
  return { gone: middleA.filter((x) => !inB.has(x)), come: middleB.filter((x) => !inA.has(x)) };
}

/** By what `key` says of them. */
export function differingBy<T>(a: readonly T[], b: readonly T[], key: (entry: T) => string): Difference<T> {
  const { gone, come } = differing(a, b);
  if (gone.length === 0 || come.length === 0) return { gone, come };
  const goneKeys = new Set(gone.map(key));
  const comeKeys = new Set(come.map(key));
  return { gone: gone.filter((x) => !comeKeys.has(key(x))), come: come.filter((x) => !goneKeys.has(key(x))) };
}

/** Namespaces that both hosts have, and that are not the same object. */
export function* commonNamespaces(actual: HostState, desired: HostState): Generator<[Namespace, Namespace]> {
  if (actual.namespaces === desired.namespaces) return;
  const byName = new Map(actual.namespaces.map((ns) => [ns.name, ns]));
  for (const wanted of desired.namespaces) {
    const ns = byName.get(wanted.name);
    if (ns && ns !== wanted) yield [ns, wanted];
  }
}
