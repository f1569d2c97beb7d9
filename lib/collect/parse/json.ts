/** JSON that a tool printed, read as far as it is whole. */
import type { Note } from "../gaps.ts";

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The objects of a JSON array (`ip -j …`). When the text is damaged, each element that is whole is still read, and each
 * that is not is noted.
 */
export function jsonObjects(text: string, note: Note): JsonObject[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    note(`not valid JSON (${message(error)}); what is whole was read`, 1, text.slice(0, 200));
    return salvage(text, note);
  }
  if (!Array.isArray(value)) {
    note("a JSON array was expected", 1, text);
    return [];
  }
  const out: JsonObject[] = [];
  for (const element of value) {
    if (isObject(element)) {
      // `ip -j` prints {} for an object that its filter left empty.
      if (Object.keys(element).length > 0) out.push(element);
    } else note("an object was expected", undefined, JSON.stringify(element));
  }
  return out;
}

/** How many `},{` an element of ours may hold (addresses of one link, next hops of one route). */
const JOINS = 64;
/** Past this many broken elements only short joins are tried: time stays in proportion to the text. */
const PATIENCE = 100;

function salvage(text: string, note: Note): JsonObject[] {
  const chunks: { text: string; line: number }[] = [];
  let line = 1;
  const body = text.replace(/^\s*\[/, "").replace(/\]\s*$/, "");
  for (const part of body.split(/(?<=\})\s*,\s*(?=\{)/)) {
    chunks.push({ text: part, line });
    line += part.split("\n").length - 1;
  }
  const out: JsonObject[] = [];
  let broken = 0;
  for (let i = 0; i < chunks.length; ) {
    const first = chunks[i] as { text: string; line: number };
    let joined = first.text;
    let taken = 0;
    // Most elements are whole by themselves; the others hold nested objects, and end where brackets balance.
    for (let n = 1; n <= (broken < PATIENCE ? JOINS : 4); n++) {
      const value = attempt(joined);
      if (value) {
        out.push(value);
        taken = n;
        break;
      }
      const next = chunks[i + n];
      if (!next || depth(joined) <= 0 || joined.length > 1_000_000) break;
      joined += `,${next.text}`;
    }
    if (taken === 0) {
      broken++;
      if (first.text.trim() !== "") note("this part is not valid JSON", first.line, first.text);
      taken = 1;
    }
    i += taken;
  }
  return out;
}

function attempt(text: string): JsonObject | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith("{") || !trimmed.endsWith("}")) return undefined;
  try {
    const value: unknown = JSON.parse(trimmed);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function depth(text: string): number {
  let n = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (quoted) {
      if (c === 92) i++;
      else if (c === 34) quoted = false;
    } else if (c === 34) quoted = true;
    else if (c === 123 || c === 91) n++;
    else if (c === 125 || c === 93) n--;
  }
  return quoted ? n + 1 : n;
}

export function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
