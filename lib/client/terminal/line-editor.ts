/** The line that is being typed, and what each key does to it: readline's keys, as far as fingers know them. Pure. */

export interface Line {
  readonly text: string;
  /** Before which character. */
  readonly cursor: number;
}

export const EMPTY: Line = { text: "", cursor: 0 };

export type Key =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: Edit }
  /** What the line itself does not answer. */
  | { readonly kind: "enter" | "interrupt" | "clear" | "end" | "complete" | "older" | "newer" };

type Edit =
  | ("left" | "right" | "home" | "finish" | "word-left" | "word-right")
  | ("backspace" | "delete" | "kill-line" | "kill-rest" | "kill-word");

/** Sequences that terminals send (xterm's, VT220's), and control keys. */
const KEYS: Readonly<Record<string, Key["kind"]>> = {
  "\r": "enter",
  "\n": "enter",
  "\u0003": "interrupt",
  "\u000c": "clear",
  "\u0004": "end",
  "\t": "complete",
  "\x1b[A": "older",
  "\x1bOA": "older",
  "\u0010": "older",
  "\x1b[B": "newer",
  "\x1bOB": "newer",
  "\u000e": "newer",
  "\x1b[D": "left",
  "\x1bOD": "left",
  "\u0002": "left",
  "\x1b[C": "right",
  "\x1bOC": "right",
  "\u0006": "right",
  "\x1b[H": "home",
  "\x1bOH": "home",
  "\u0001": "home",
  "\x1b[F": "finish",
  "\x1bOF": "finish",
  "\u0005": "finish",
  "\x1b[1;5D": "word-left",
  "\x1bb": "word-left",
  "\x1b[1;5C": "word-right",
  "\x1bf": "word-right",
  "\u007f": "backspace",
  "\b": "backspace",
  "\x1b[3~": "delete",
  "\u0015": "kill-line",
  "\u000b": "kill-rest",
  "\u0017": "kill-word",
};

const ESCAPE = "\x1b";

/** Keys and text, as a terminal sent them in one go: several keys where somebody pasted. */
export function keysOf(pasted: string): Key[] {
  // CR LF of a pasted text is one key.
  const data = pasted.replaceAll("\r\n", "\r");
  const out: Key[] = [];
  let at = 0;
  while (at < data.length) {
    const sequence = sequenceAt(data, at);
    const kind = KEYS[sequence];
    at += sequence.length;
    if (kind !== undefined)
      out.push({ kind } as Key); // Of the table: every kind but "text".
    else if (sequence >= " ") {
      const last = out.at(-1);
      if (last?.kind === "text") out[out.length - 1] = { kind: "text", text: last.text + sequence };
      else out.push({ kind: "text", text: sequence });
    }
  }
  return out;
}

function sequenceAt(data: string, at: number): string {
  if (data.charAt(at) !== ESCAPE) return String.fromCodePoint(data.codePointAt(at) ?? 0);
  const found = /^(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z]|[a-z])/.exec(data.slice(at + 1, at + 12));
  return ESCAPE + (found?.[0] ?? "");
}

export function edit({ text, cursor }: Line, key: Extract<Key, { kind: "text" | Edit }>): Line {
  const before = text.slice(0, cursor);
  const after = text.slice(cursor);
  switch (key.kind) {
    case "text":
      return { text: before + key.text + after, cursor: cursor + key.text.length };
    case "left":
      return { text, cursor: Math.max(0, cursor - 1) };
    case "right":
      return { text, cursor: Math.min(text.length, cursor + 1) };
    case "home":
      return { text, cursor: 0 };
    case "finish":
      return { text, cursor: text.length };
    case "word-left":
      return { text, cursor: before.replace(/\S*\s*$/, "").length };
    case "word-right":
      return { text, cursor: cursor + (/^\s*\S*/.exec(after)?.[0].length ?? 0) };
    case "backspace":
      return cursor === 0 ? { text, cursor } : { text: before.slice(0, -1) + after, cursor: cursor - 1 };
    case "delete":
      return { text: before + after.slice(1), cursor };
    case "kill-line":
      return { text: after, cursor: 0 };
    case "kill-rest":
      return { text: before, cursor };
    case "kill-word": {
      const left = before.replace(/\S*\s*$/, "");
      return { text: left + after, cursor: left.length };
    }
  }
}

/** Whether a line goes on: its heredoc has not ended, or a backslash stands at its end. */
export function goesOn(text: string): boolean {
  if (/(^|[^\\])\\$/.test(text)) return true;
  const [first = "", ...rest] = text.split("\n");
  const end = /(?:^|[^<])<<-?\s*(['"]?)([A-Za-z_]\w*)\1/.exec(first)?.[2];
  return end !== undefined && !rest.includes(end);
}

export interface Names {
  readonly programs: readonly string[];
  readonly words: readonly string[];
  readonly namespaces: readonly string[];
}

/** Words that begin as the one under the cursor does: at the beginning of a command a program, where one is due a namespace. */
export function complete(line: Line, names: Names): { line: Line; choices: readonly string[] } {
  const before = line.text.slice(0, line.cursor);
  const typed = /[^\s;|&]*$/.exec(before)?.[0] ?? "";
  const head = before.slice(0, before.length - typed.length);
  const choices = choicesAfter(head, names).filter((one) => one.startsWith(typed));
  const [only] = choices;
  if (only === undefined || typed === "") return { line, choices: [] };
  const common = choices.reduce(shared);
  const added = common.slice(typed.length) + (choices.length === 1 ? " " : "");
  const next = { text: before + added + line.text.slice(line.cursor), cursor: line.cursor + added.length };
  return { line: next, choices: choices.length > 1 && added === "" ? choices : [] };
}

function choicesAfter(head: string, { programs, words, namespaces }: Names): readonly string[] {
  if (/\bip\s+(netns\s+exec|-n|-netns)\s+$/.test(head)) return namespaces;
  return /(^|[;|&]|\bexec\s+\S+|\bsudo)\s*$/.test(head) ? programs : words;
}

function shared(a: string, b: string): string {
  let n = 0;
  while (n < a.length && a[n] === b[n]) n++;
  return a.slice(0, n);
}
