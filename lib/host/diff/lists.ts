/** What two lists, or two hosts, do not share. */
import { type Difference, differing } from "../differing.ts";
import type { HostState, Namespace } from "../state.ts";

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
