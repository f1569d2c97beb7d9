/** Keeps the identity of what did not change, through objects that are put together anew each time. */
import { alikeFromStart } from "./alike.ts";
import { differing } from "./differing.ts";

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

/** Lists change by an insertion, a removal or an item: what is the same in both is passed over at once. */
function stableArray(old: readonly unknown[], now: readonly unknown[]): readonly unknown[] {
  const { gone, come } = differing(old, now);
  let byKey: Map<string | undefined, unknown> | undefined;
  const knownOf = (one: unknown, i: number) => {
    const key = keyOf(one);
    if (key === undefined || key === keyOf(gone[i])) return gone[i];
    byKey ??= new Map(gone.map((other) => [keyOf(other), other]));
    return byKey.get(key);
  };
  const out = now.slice();
  let at = -1;
  come.forEach((one, i) => {
    at = now.indexOf(one, at + 1);
    const known = knownOf(one, i);
    if (known !== undefined) out[at] = stable(known, one);
  });
  const same = gone.length === come.length && out.length === old.length;
  return same && alikeFromStart(out, old) === out.length ? old : out;
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
