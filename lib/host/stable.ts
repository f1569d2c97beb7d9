/** Keeps the identity of what did not change, through objects that are put together anew each time. */

/** `now`, or `old` where it says the same; within it, parts of `old` that say the same. Plain data, arrays, maps. */
export function stable<T>(old: T, now: T): T {
  if (Object.is(old, now)) return now;
  if (Array.isArray(old) && Array.isArray(now)) return stableArray(old, now) as T;
  if (old instanceof Map && now instanceof Map) return stableMap(old, now) as T;
  if (!isPlain(old) || !isPlain(now)) return now;
  const last = compared.get(now);
  if (last?.old === old) return last.merged as T; // What the same two came to.
  const merged = stableObject(old, now);
  compared.set(now, { old, merged });
  return merged as T;
}

/** Hosts share much of what they are told. */
const compared = new WeakMap<object, { readonly old: object; readonly merged: object }>();

type Plain = Record<string, unknown>;

function stableObject(old: Plain, now: Plain): Plain {
  const keys = Object.keys(now);
  let same = keys.length === Object.keys(old).length;
  const merged: Plain = {};
  for (const key of keys) {
    merged[key] = stable(old[key], now[key]);
    if (!Object.is(merged[key], old[key]) || !(key in old)) same = false;
  }
  return same ? old : merged;
}

/** Lists change by an insertion, a removal or an item: what is the same at both ends is passed over at once. */
function stableArray(old: readonly unknown[], now: readonly unknown[]): readonly unknown[] {
  const least = Math.min(old.length, now.length);
  let head = 0;
  while (head < least && Object.is(old[head], now[head])) head++;
  let tail = 0;
  while (tail < least - head && Object.is(old[old.length - 1 - tail], now[now.length - 1 - tail])) tail++;
  if (head === old.length && head === now.length) return old;

  const before = old.slice(head, old.length - tail);
  let byKey: Map<string | undefined, unknown> | undefined;
  const knownOf = (one: unknown, i: number) => {
    const there = before[i];
    const key = keyOf(one);
    if (Object.is(one, there) || key === undefined || key === keyOf(there)) return there;
    byKey ??= new Map(before.map((other) => [keyOf(other), other]));
    return byKey.get(key);
  };
  const middle = now.slice(head, now.length - tail).map((one, i) => {
    const known = knownOf(one, i);
    return known === undefined ? one : stable(known, one);
  });
  const same = middle.length === before.length && middle.every((one, i) => Object.is(one, before[i]));
  return same ? old : [...now.slice(0, head), ...middle, ...now.slice(now.length - tail)];
}

/** What an item of a list is known by. */
function keyOf(one: unknown): string | undefined {
  if (!isPlain(one)) return undefined;
  const key = one.id ?? one.name;
  return typeof key === "string" ? key : undefined;
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

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
