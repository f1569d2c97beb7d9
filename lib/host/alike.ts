/** How far two lists are alike, by identity at first: thousands of entries are compared for the few that differ. */

/** How many entries two lists share at their beginnings. `Object.is` stays fast whatever else is compared by this code. */
export function alikeFromStart<T>(a: readonly T[], b: readonly T[], same?: (one: T, other: T) => boolean): number {
  const least = Math.min(a.length, b.length);
  let n = 0;
  for (;;) {
    while (n < least && Object.is(a[n], b[n])) n++;
    if (n === least || !same?.(a[n] as T, b[n] as T)) return n;
    n++;
  }
}

/** How many they share at their ends. @param start what they share at their beginnings, which does not count again */
export function alikeFromEnd<T>(
  a: readonly T[],
  b: readonly T[],
  start: number,
  same?: (one: T, other: T) => boolean,
): number {
  const least = Math.min(a.length, b.length) - start;
  let n = 0;
  for (;;) {
    while (n < least && Object.is(a[a.length - 1 - n], b[b.length - 1 - n])) n++;
    if (n >= least || !same?.(a[a.length - 1 - n] as T, b[b.length - 1 - n] as T)) return n;
    n++;
  }
}
