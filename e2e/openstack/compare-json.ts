import { matches } from "./normal.ts";
import { BEYOND, OPEN_LISTS, VOLATILE } from "./volatile.ts";

/** @returns in words, where an answer differs from the recorded one: attributes, types, values; empty when it does not */
export function differences(recorded: unknown, actual: unknown, at = ""): string[] {
  if (recorded === "<number>" && typeof actual === "number") return [];
  const wanted = kindOf(recorded);
  const got = kindOf(actual);
  if (wanted !== got) return [`${at || "the answer"} is ${show(actual)}, not ${show(recorded)}`];
  if (Array.isArray(recorded) && Array.isArray(actual)) return differentItems(recorded, actual, at);
  if (isObject(recorded) && isObject(actual)) return differentKeys(recorded, actual, at);
  if (typeof recorded === "string" && typeof actual === "string" && matches(recorded, actual)) return [];
  return recorded === actual ? [] : [`${at} is ${show(actual)}, not ${show(recorded)}`];
}

function differentKeys(recorded: Record<string, unknown>, actual: Record<string, unknown>, at: string): string[] {
  const missing = Object.keys(recorded).filter((key) => !(key in actual));
  const extra = Object.keys(actual).filter((key) => !(key in recorded) && !BEYOND.has(key));
  return [
    ...missing.map((key) => `${join(at, key)} is missing`),
    ...extra.map((key) => `${join(at, key)} should not be there`),
    ...Object.entries(recorded)
      .filter(([key]) => key in actual)
      .flatMap(([key, value]) =>
        key in VOLATILE
          ? differentKind(value, actual[key], join(at, key))
          : differences(value, actual[key], join(at, key)),
      ),
  ];
}

/** null stands for a value of any kind: what is volatile may be set or not. */
function differentKind(recorded: unknown, actual: unknown, at: string): string[] {
  const kinds = [kindOf(recorded), kindOf(actual)];
  return kinds[0] === kinds[1] || kinds.includes("null")
    ? []
    : [`${at} is ${show(actual)}, not like ${show(recorded)}`];
}

/** Lists have no order of their own but what was asked for, and then its items tell them apart. */
function differentItems(recorded: readonly unknown[], actual: readonly unknown[], at: string): string[] {
  const open = (at.split(".").at(-1) ?? "") in OPEN_LISTS;
  if (open ? recorded.length > actual.length : recorded.length !== actual.length)
    return [`${at} has ${actual.length} items, not ${recorded.length}: ${show(actual)}, not ${show(recorded)}`];
  const left = [...actual];
  return recorded.flatMap((item, index) => {
    const found = left.findIndex((other) => differences(item, other).length === 0);
    if (found >= 0) {
      left.splice(found, 1);
      return [];
    }
    // Of several that differ, the nearest is the one that was meant.
    const [nearest] = left
      .map((other) => differences(item, other, `${at}.${index}`))
      .sort((a, b) => a.length - b.length);
    return nearest ?? [];
  });
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function join(at: string, key: string): string {
  return at === "" ? key : `${at}.${key}`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
