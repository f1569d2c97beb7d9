/** Values of the database as text (lib/ovsdb-data.c ovsdb_datum_from_string, lib/ovsdb-parser.c). */
import { CommandError } from "../command.ts";

/** Atoms that a bare word may stand for everywhere: in lists, as keys, as values. */
const BARE = /^[A-Za-z_][-.A-Za-z0-9_]*$/;

/** Text as it can stand behind `column:key=`: there the whole rest of the word is the value, unless it begins with a quote. */
export function writeValue(text: string): string {
  return text === "" || text.startsWith('"') ? JSON.stringify(text) : text;
}

/** Text as a key, or as one of several. */
export function writeAtom(text: string): string {
  return BARE.test(text) || /^\d+$/.test(text) ? text : JSON.stringify(text);
}

/** A single atom: quoted, or the text as it is. */
export function readValue(text: string): string {
  return text.startsWith('"') ? unquote(text) : text;
}

function unquote(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "string") return value;
  } catch {
    // Reported below.
  }
  throw new CommandError(`ovs-vsctl: ${text}: missing quote at end of quoted string`);
}

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|([^\s",=[\]{}!<>]+)|([,=[\]{}]))/y;

/** The words and delimiters of a list or map. A colon belongs to its word where the word goes on. */
function tokens(text: string): { text: string; mark: boolean }[] {
  const out: { text: string; mark: boolean }[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    if (/^\s*$/.test(text.slice(TOKEN.lastIndex))) break;
    const m = TOKEN.exec(text);
    if (!m) throw new CommandError(`ovs-vsctl: ${text}: unexpected character`);
    if (m[1] !== undefined) out.push({ text: unquote(m[1]), mark: false });
    else if (m[2] !== undefined) out.push({ text: m[2], mark: false });
    else out.push({ text: m[3] as string, mark: true });
  }
  return out;
}

/** `[1, 2]`, `1,2`, `1 2` or nothing. */
export function readSet(text: string): string[] {
  const list = strip(tokens(text), "[", "]", text);
  const out: string[] = [];
  for (const token of list) {
    if (!token.mark) out.push(token.text);
    else if (token.text !== ",") throw new CommandError(`ovs-vsctl: ${text}: unexpected "${token.text}" in a set`);
  }
  return out;
}

/** `{a=b, c=d}`, the brackets as one likes. */
export function readMap(text: string): Record<string, string> {
  const list = strip(tokens(text), "{", "}", text);
  const out: Record<string, string> = {};
  for (let i = 0; i < list.length; i++) {
    const key = list[i];
    if (key?.mark && key.text === ",") continue;
    const equals = list[i + 1];
    const value = list[i + 2];
    if (!key || key.mark || !equals?.mark || equals.text !== "=" || !value || value.mark)
      throw new CommandError(`ovs-vsctl: ${text}: expected key=value`);
    out[key.text] = value.text;
    i += 2;
  }
  return out;
}

function strip(
  list: { text: string; mark: boolean }[],
  open: string,
  close: string,
  text: string,
): { text: string; mark: boolean }[] {
  const [first] = list;
  if (!first?.mark || first.text !== open) return list;
  const last = list.at(-1);
  if (!last?.mark || last.text !== close) throw new CommandError(`ovs-vsctl: ${text}: missing ${close}`);
  return list.slice(1, -1);
}
