/** What people pipe listings through: grep, head, tail, wc, sort, uniq, and pagers, which show all. */
import { CommandError } from "../host/command/command.ts";
import type { Answer } from "./answer.ts";
import { spread } from "./spread.ts";

const FILTERS: Readonly<Record<string, (words: readonly string[], lines: readonly string[]) => Answer>> = {
  grep,
  egrep: (words, lines) => grep(["-E", ...words], lines),
  fgrep: (words, lines) => grep(["-F", ...words], lines),
  head: (words, lines) => told(lines.slice(0, count("head", words))),
  tail(words, lines) {
    const from = /^\+(\d+)$/.exec(spread(words, { flags: "", valued: "n" })[1] ?? "")?.[1];
    if (from !== undefined) return told(lines.slice(Math.max(0, Number(from) - 1)));
    return told(lines.slice(-Math.max(1, count("tail", words))));
  },
  wc,
  sort: (given, lines) => {
    const words = flagsOf("sort", given, "nru");
    const sorted = [...lines].sort(
      (a, b) => (words.includes("-n") ? Number.parseFloat(a) - Number.parseFloat(b) : 0) || order(a, b),
    );
    if (words.includes("-r")) sorted.reverse();
    return told(words.includes("-u") ? [...new Set(sorted)] : sorted);
  },
  uniq(words, lines) {
    const counts = flagsOf("uniq", words, "c").includes("-c");
    const firsts = [...lines.keys()].filter((i) => lines[i] !== lines[i - 1]);
    return told(
      firsts.map((at, i) => {
        const times = (firsts[i + 1] ?? lines.length) - at;
        return counts ? `${String(times).padStart(7)} ${lines[at]}` : (lines[at] ?? "");
      }),
    );
  },
  less: (_, lines) => told(lines),
  more: (_, lines) => told(lines),
  cat: (_, lines) => told(lines),
};

export const FILTER_NAMES: readonly string[] = Object.keys(FILTERS);

/** Undefined where the name is no filter. */
export function filter(words: readonly string[], text: string): Answer | undefined {
  const [name = "", ...rest] = words;
  if (!Object.hasOwn(FILTERS, name)) return undefined;
  return FILTERS[name]?.(rest, linesOf(text));
}

/** Each flag in a word of its own. Throws for what there is besides. */
function flagsOf(name: string, words: readonly string[], flags: string): string[] {
  const out = spread(words, { flags, valued: "" });
  const other = out.find((word) => !(word.length === 2 && word.startsWith("-") && flags.includes(word.charAt(1))));
  if (other !== undefined) throw new CommandError(`${name}: ${other} is not supported here`, 2);
  return out;
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function told(lines: readonly string[], status = 0): Answer {
  return { text: lines.map((line) => `${line}\n`).join(""), status };
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function count(name: string, words: readonly string[]): number {
  const given = /^-n?(\d+)$/.exec(words[0] ?? "")?.[1] ?? (words[0] === "-n" ? words[1] : undefined) ?? "10";
  if (!/^\d+$/.test(given)) throw new CommandError(`${name}: invalid number of lines: '${given}'`, 1);
  return Number(given);
}

function wc(words: readonly string[], lines: readonly string[]): Answer {
  flagsOf("wc", words, "lcw");
  if (words[0] === "-l") return told([String(lines.length)]);
  const text = told(lines).text;
  if (words[0] === "-c") return told([String(text.length)]);
  const all = lines.flatMap((line) => line.split(/\s+/).filter(Boolean)).length;
  if (words[0] === "-w") return told([String(all)]);
  return told([[lines.length, all, text.length].map((n) => String(n).padStart(7)).join(" ")]);
}

const LETTERS = new Set(["v", "i", "E", "F", "w", "c", "n", "o", "q", "x", "e"]);

function grep(given: readonly string[], lines: readonly string[]): Answer {
  const words = spread(given, { flags: [...LETTERS].join(""), valued: "ABC" });
  const flags = new Set<string>();
  const patterns: string[] = [];
  let around: { before: number; after: number } = { before: 0, after: 0 };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    const context = /^-([ABC])(\d*)$/.exec(word);
    if (context) {
      const n = Number(context[2] || words[++i]);
      around = { before: context[1] === "A" ? around.before : n, after: context[1] === "B" ? around.after : n };
    } else if (word === "--") {
      patterns.push(...words.slice(i + 1));
      break;
    } else if (word === "--color" || word.startsWith("--color=")) continue;
    else if (/^-[A-Za-z]+$/.test(word)) {
      for (const letter of word.slice(1)) {
        if (!LETTERS.has(letter)) throw new CommandError(`grep: invalid option -- '${letter}'`, 2);
        flags.add(letter);
      }
    } else patterns.push(word);
  }
  const [pattern] = patterns;
  if (pattern === undefined) throw new CommandError("Usage: grep [OPTION]... PATTERNS [FILE]...", 2);
  if (patterns.length > 1) throw new CommandError(`grep: ${patterns[1]}: No such file or directory`, 2);
  const test = matcher(pattern, flags);
  const hits = lines.map((line) => test(line) !== flags.has("v"));
  const found = hits.filter(Boolean).length;
  const status = found > 0 ? 0 : 1;
  if (flags.has("q")) return { text: "", status };
  if (flags.has("c")) return told([String(found)], status);
  if (flags.has("o") && !flags.has("v"))
    return told(
      lines.flatMap((line, i) => (hits[i] ? only(pattern, flags, line) : [])),
      status,
    );
  const near = (i: number) => hits.slice(Math.max(0, i - around.after), i + around.before + 1).some(Boolean);
  const groups = around.before + around.after > 0;
  const shown = lines.flatMap((line, i) => {
    if (!near(i)) return [];
    const gap = groups && i > 0 && !near(i - 1) && hits.slice(0, i).some(Boolean) ? ["--"] : [];
    return [...gap, flags.has("n") ? `${i + 1}${hits[i] ? ":" : "-"}${line}` : line];
  });
  return told(shown, status);
}

/** @param program who is asked */
export function matcher(pattern: string, flags: ReadonlySet<string>, program = "grep"): (line: string) => boolean {
  if (flags.has("F") || /^[^\\^$.[\]()*+?{}|]*$/.test(pattern)) return plain(pattern, flags);
  const regexp = compile(pattern, flags, program);
  return (line) => regexp.test(cut(line));
}

/** The parts that match, each on a line of its own. */
function only(pattern: string, flags: ReadonlySet<string>, line: string): string[] {
  const literal = flags.has("F") ? pattern.replace(/[\\^$.[\]()*+?{}|]/g, "\\$&") : pattern;
  const regexp = new RegExp(compile(literal, flags), flags.has("i") ? "gi" : "g");
  return [...cut(line).matchAll(regexp)].map(([text]) => text).filter((text) => text !== "");
}

/** Long lines and patterns that go back and forth could hold the server up. */
const cut = (line: string) => (line.length > 4000 ? line.slice(0, 4000) : line);

/** Basic regular expressions escape what extended ones do not. */
function compile(pattern: string, flags: ReadonlySet<string>, program = "grep"): RegExp {
  if (pattern.length > 200) throw new CommandError(`${program}: the pattern is too long`, 2);
  const extended = flags.has("E")
    ? pattern
    : pattern.replace(/\\([|(){}+?])|([|(){}+?])/g, (_, special?: string, bare?: string) => special ?? `\\${bare}`);
  if (/[*+?}]\)*[*+{]/.test(extended) || (extended.match(/[*+{]/g)?.length ?? 0) > 4 || /\\\d/.test(extended))
    throw new CommandError(`${program}: this pattern is too much for here`, 2);
  try {
    const body = flags.has("w") ? `\\b(?:${extended})\\b` : flags.has("x") ? `^(?:${extended})$` : extended;
    return new RegExp(body, flags.has("i") ? "i" : "");
  } catch {
    throw new CommandError(`${program}: Invalid regular expression`, 2);
  }
}

function plain(text: string, flags: ReadonlySet<string>): (line: string) => boolean {
  const fold = (one: string) => (flags.has("i") ? one.toLowerCase() : one);
  const wanted = fold(text);
  const isWord = (c: string | undefined) => c !== undefined && /\w/.test(c);
  return (line) => {
    const folded = fold(line);
    if (flags.has("x")) return folded === wanted;
    if (!flags.has("w")) return folded.includes(wanted);
    for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + 1))
      if (!isWord(folded[at - 1]) && !isWord(folded[at + wanted.length])) return true;
    return false;
  };
}
