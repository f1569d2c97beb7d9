const COLLATOR = new Intl.Collator("en", { numeric: true });

/** Natural order: vm-2 before vm-10; the same on every machine. */
export function byName(a: string, b: string): number {
  return COLLATOR.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}
