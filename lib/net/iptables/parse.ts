/** Reads iptables-save and ip6tables-save, with and without counters. */
import type {
  Flag,
  IptablesChain,
  IptablesMatch,
  IptablesRule,
  IptablesRuleset,
  IptablesTable,
  IptablesTarget,
  Pair,
  Value,
  Word,
} from "./ast.ts";
import {
  MATCH_ALIASES,
  MATCH_OPTIONS,
  type MatchExtension,
  type OptionSpec,
  TARGET_OPTIONS,
  type TargetExtension,
} from "./options.ts";
import { printRule } from "./print.ts";
import { splitWords } from "./words.ts";

/** A line that could not be read. `line` is 1-based, `text` cut to 200 characters. */
export interface IptablesProblem {
  line: number;
  text: string;
  reason: string;
}

export interface ParsedIptables {
  ruleset: IptablesRuleset;
  problems: IptablesProblem[];
}

const TABLES: readonly string[] = ["raw", "mangle", "nat", "filter", "security"] satisfies IptablesTable["name"][];

/**
 * Never throws. A rule with an extension that we do not know is kept with `unsupported`, and is no problem of the file;
 * a line that is no rule at all is a problem.
 */
export function parseIptablesSave(text: string, family: 4 | 6): ParsedIptables {
  const ruleset: IptablesRuleset = { family, tables: [] };
  const problems: IptablesProblem[] = [];
  let table: IptablesTable | undefined;
  let chains = new Map<string, IptablesChain>();
  let pending: { line: number; text: string }[] = [];
  let number = 0;
  let opened = 0;
  const problem = (reason: string, line: string, at = number) =>
    problems.push({ line: at, text: line.slice(0, 200), reason });
  // Targets are told from chains once all chains of the table are known.
  const finish = () => {
    for (const p of pending) {
      const reason = addRule(p.text, chains);
      if (reason !== undefined) problem(reason, p.text, p.line);
    }
    pending = [];
    table = undefined;
  };

  for (const raw of text.split("\n")) {
    number++;
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (line === "") continue;
    if (line.startsWith("#")) {
      if (/incompatible/.test(line)) problem("a table that only nft can show", line);
    } else if (line.startsWith("*")) {
      if (table) {
        problem(`table ${table.name} has no COMMIT`, line);
        finish();
      }
      chains = new Map();
      const name = line.slice(1).trim();
      if (!TABLES.includes(name)) problem(`unknown table ${name.slice(0, 40)}`, line);
      else if (ruleset.tables.some((t) => t.name === name)) problem(`table ${name} occurs twice`, line);
      // An unknown or repeated table is read into nowhere, so that its lines are checked too.
      table = { name: name as IptablesTable["name"], chains: [] };
      if (TABLES.includes(name) && !ruleset.tables.some((t) => t.name === name)) ruleset.tables.push(table);
      opened = number;
    } else if (!table) problem("outside of any table", line);
    else if (line === "COMMIT") finish();
    else if (line.startsWith(":")) {
      const chain = parseChain(line);
      if (!chain) problem("expected `:chain policy [packets:bytes]`", line);
      else if (chains.has(chain.name)) problem(`chain ${chain.name.slice(0, 60)} occurs twice`, line);
      else {
        chains.set(chain.name, chain);
        table.chains.push(chain);
      }
    } else pending.push({ line: number, text: line });
  }
  if (table) {
    problem(`table ${table.name} has no COMMIT: the text is cut off`, "", opened);
    finish();
  }
  return { ruleset, problems };
}

function parseChain(line: string): IptablesChain | undefined {
  const m = /^:(\S+) (ACCEPT|DROP|-)(?: \[(\d+):(\d+)\])?$/.exec(line.trimEnd());
  if (!m?.[1]) return undefined;
  const chain: IptablesChain = { name: m[1], packets: Number(m[3] ?? 0), bytes: Number(m[4] ?? 0), rules: [] };
  if (m[2] === "ACCEPT" || m[2] === "DROP") chain.policy = m[2];
  return chain;
}

function addRule(line: string, chains: Map<string, IptablesChain>): string | undefined {
  const m = /^(?:\[(\d+):(\d+)\] )?(-A (\S+)(?: .*)?)$/.exec(line.trimEnd());
  if (!m?.[3] || !m[4]) return "expected `[packets:bytes] -A chain …`";
  const chain = chains.get(m[4]);
  if (!chain) return `chain ${m[4].slice(0, 60)} is not declared`;
  const rule = parseRule(m[3], (name) => chains.has(name));
  if (typeof rule === "string") return rule;
  chain.rules.push({ ...rule, packets: Number(m[1] ?? 0), bytes: Number(m[2] ?? 0) });
  return undefined;
}

/**
 * Reads `-A chain …` without counters. `isChain` tells the names of user chains from targets. A string is the reason
 * why the line is no rule.
 */
export function parseRule(text: string, isChain: (name: string) => boolean): IptablesRule | string {
  const words = splitWords(text);
  if (!words) return "a quote is not closed";
  const name = words[1]?.text;
  if (words[0]?.text !== "-A" || name === undefined) return "expected `-A chain …`";
  const reader: Reader = { words, at: 2, unsupported: [] };
  const matches: IptablesMatch[] = [];
  let target: IptablesTarget = { kind: "none" };
  while (reader.at < words.length) {
    const not = peek(reader) === "!";
    if (not) reader.at++;
    const word = peek(reader);
    if (word === undefined) return "nothing follows `!`";
    const base = BASE_OPTIONS[word];
    if (base) {
      reader.at++;
      const value = base === "fragment" ? "" : next(reader);
      if (value === undefined) return `${word} has no value`;
      matches.push(base === "fragment" ? { kind: base, not } : { kind: base, not, value });
    } else if (word === "-m" || word === "--match") {
      reader.at++;
      const extension = next(reader);
      if (extension === undefined) return "-m has no name";
      if (not) return "`!` before -m";
      matches.push(parseMatch(reader, extension));
    } else if (word === "-j" || word === "-g" || word === "--jump" || word === "--goto") {
      reader.at++;
      const to = next(reader);
      if (to === undefined) return `${word} has no target`;
      if (target.kind !== "none") return "two targets";
      target = parseTarget(reader, to, word === "-g" || word === "--goto", isChain);
    } else {
      // Words of no extension: kept, and the rule is undecidable.
      reader.unsupported.push(`option ${word.slice(0, 60)}`);
      reader.at++;
    }
  }
  const rule: Omit<IptablesRule, "text"> & { text?: string } = { packets: 0, bytes: 0, matches, target };
  if (reader.unsupported.length > 0) return { ...rule, unsupported: reader.unsupported.join(", "), text };
  return { ...rule, text: printRule({ name }, rule) };
}

interface Reader {
  words: Word[];
  at: number;
  unsupported: string[];
}

type BaseKind = "source" | "destination" | "in-interface" | "out-interface" | "protocol" | "fragment";
const BASE_OPTIONS: Record<string, BaseKind | undefined> = {
  "-s": "source",
  "--source": "source",
  "--src": "source",
  "-d": "destination",
  "--destination": "destination",
  "--dst": "destination",
  "-i": "in-interface",
  "--in-interface": "in-interface",
  "-o": "out-interface",
  "--out-interface": "out-interface",
  "-p": "protocol",
  "--protocol": "protocol",
  "-f": "fragment",
  "--fragment": "fragment",
};

/** The word at hand, when it is bare: a quoted one is never an option. */
function peek(r: Reader): string | undefined {
  const w = r.words[r.at];
  return w && !w.quoted ? w.text : w && " ";
}

function next(r: Reader): string | undefined {
  return r.words[r.at++]?.text;
}

const ENDS = new Set(["-m", "-j", "-g", "--match", "--jump", "--goto", ...Object.keys(BASE_OPTIONS)]);

/** Whether an extension's options end here: at the next extension, or at an option of the rule itself. */
function ends(r: Reader): boolean {
  const w = peek(r);
  if (w !== "!") return w === undefined || ENDS.has(w);
  const after = r.words[r.at + 1];
  return after !== undefined && !after.quoted && ENDS.has(after.text);
}

function parseMatch(r: Reader, name: string): IptablesMatch {
  const start = r.at;
  const kind = MATCH_ALIASES[name] ?? name;
  if (Object.hasOwn(MATCH_OPTIONS, kind)) {
    const fields = readOptions(r, MATCH_OPTIONS[kind as MatchExtension]);
    // The option table of this kind gives exactly the fields of its node.
    if (fields) return { kind, ...fields } as IptablesMatch;
  }
  r.at = start;
  r.unsupported.push(`match ${name.slice(0, 60)}`);
  return { kind: "opaque", name, words: readWords(r) };
}

function parseTarget(r: Reader, name: string, goto: boolean, isChain: (name: string) => boolean): IptablesTarget {
  if (goto) return { kind: "goto", chain: name };
  if (isChain(name)) return { kind: "jump", chain: name };
  const start = r.at;
  if (Object.hasOwn(TARGET_OPTIONS, name)) {
    const fields = readOptions(r, TARGET_OPTIONS[name as TargetExtension]);
    // As above: the table of this target gives the fields of its node.
    if (fields) return { kind: name, ...fields } as IptablesTarget;
  }
  r.at = start;
  r.unsupported.push(`target ${name.slice(0, 60)}`);
  return { kind: "opaque", name, words: readWords(r) };
}

function readWords(r: Reader): Word[] {
  const words: Word[] = [];
  while (!ends(r)) {
    const w = r.words[r.at++];
    if (w) words.push(w);
  }
  return words;
}

/** Options up to the next extension; undefined when one is unknown, comes twice or lacks its value. */
function readOptions(r: Reader, specs: readonly OptionSpec[]): Record<string, Flag | Value | Pair> | undefined {
  const fields: Record<string, Flag | Value | Pair> = {};
  while (!ends(r)) {
    const not = peek(r) === "!";
    if (not) r.at++;
    const word = peek(r);
    const spec = specs.find((s) => s.flag === word || s.aliases?.includes(word ?? ""));
    if (!spec || spec.key in fields) return undefined;
    r.at++;
    if (spec.takes === "nothing") fields[spec.key] = { not };
    else {
      const value = r.words[r.at++];
      if (!value || (value.quoted && spec.takes !== "text")) return undefined;
      if (spec.takes === "pair") {
        const second = r.words[r.at++];
        if (!second || second.quoted) return undefined;
        fields[spec.key] = { not, values: [value.text, second.text] };
      } else fields[spec.key] = { not, value: value.text };
    }
  }
  return fields;
}
