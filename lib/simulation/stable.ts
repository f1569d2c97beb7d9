/** Keeps the identity of what did not change, through objects that are put together anew each time. */

/** `now`, or `old` where it says the same; within it, parts of `old` that say the same. Plain data, arrays, maps. */
export function stable<T>(old: T, now: T): T {
  if (Object.is(old, now)) return now;
  if (Array.isArray(old) && Array.isArray(now)) return stableArray(old, now) as T;
  if (old instanceof Map && now instanceof Map) return stableMap(old, now) as T;
  if (!isPlain(old) || !isPlain(now)) return now;
  const keys = Object.keys(now);
  let same = keys.length === Object.keys(old).length;
  const merged: Record<string, unknown> = {};
  for (const key of keys) {
    merged[key] = stable(old[key], now[key]);
    if (!Object.is(merged[key], old[key]) || !(key in old)) same = false;
  }
  return same ? old : (merged as T);
}

function stableArray(old: readonly unknown[], now: readonly unknown[]): readonly unknown[] {
  // Lists of objects with an id change by an insertion or a removal: each is compared with the one of its id.
  const byId = new Map(old.flatMap((one) => (isPlain(one) && typeof one.id === "string" ? [[one.id, one]] : [])));
  const merged = now.map((one, i) => {
    const before = isPlain(one) && typeof one.id === "string" ? byId.get(one.id) : old[i];
    return before === undefined ? one : stable(before, one);
  });
  return merged.length === old.length && merged.every((one, i) => Object.is(one, old[i])) ? old : merged;
}

function stableMap(old: Map<unknown, unknown>, now: Map<unknown, unknown>): Map<unknown, unknown> {
  let same = old.size === now.size;
  const merged = new Map<unknown, unknown>();
  for (const [key, value] of now) {
    const one = old.has(key) ? stable(old.get(key), value) : value;
    if (!old.has(key) || !Object.is(one, old.get(key))) same = false;
    merged.set(key, one);
  }
  return same ? old : merged;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
