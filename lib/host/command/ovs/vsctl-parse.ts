/** Reads `ovs-vsctl` command lines (lib/db-ctl-base.c ctl_parse_commands, parse_column_names). */
import { CommandError } from "../command.ts";
import { type ColumnSetting, QUERIES, type VsctlCommand, type VsctlStep, type VsctlTable } from "./vsctl-command.ts";

const TABLES: readonly string[] = ["Bridge", "Port", "Interface", "Open_vSwitch"] satisfies VsctlTable[];

/** Commands that are read here, with the least and most arguments that follow. */
const ARITY: Readonly<Record<string, readonly [number, number] | undefined>> = {
  "add-br": [1, 3],
  "del-br": [1, 1],
  "add-port": [2, Number.POSITIVE_INFINITY],
  "add-bond": [4, Number.POSITIVE_INFINITY],
  "del-port": [1, 2],
  set: [3, Number.POSITIVE_INFINITY],
  add: [4, Number.POSITIVE_INFINITY],
  remove: [4, Number.POSITIVE_INFINITY],
  clear: [3, Number.POSITIVE_INFINITY],
  "set-fail-mode": [2, 2],
  "del-fail-mode": [1, 1],
  "set-controller": [1, Number.POSITIVE_INFINITY],
  "del-controller": [1, 1],
};

/** Options of single commands; all others belong to ovs-vsctl itself. */
const STEP_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  "--may-exist": ["add-br", "add-port", "add-bond"],
  "--if-exists": ["del-br", "del-port", "set", "add", "remove", "clear", "get", "list"],
  "--with-iface": ["del-port"],
  "--fake-iface": ["add-bond"],
};

/** Options of ovs-vsctl that take the next word. */
const VALUED = new Set(["-t", "--timeout", "--db", "-f", "--format", "-d", "--data"]);

export function parseVsctl(words: readonly string[]): VsctlCommand {
  const [head = [], ...rest] = split(words);
  const options: string[] = [];
  let at = 0;
  while (at < head.length) {
    const word = head[at] as string;
    if (!word.startsWith("-") || word in STEP_OPTIONS) break;
    options.push(word);
    at++;
    if (VALUED.has(word) && at < head.length) options.push(head[at++] as string);
  }
  const first = head.slice(at);
  const pieces = first.length > 0 ? [first, ...rest] : rest;
  if (pieces.length === 0) throw new CommandError("ovs-vsctl: missing command name (use --help for help)");
  return { tool: "ovs-vsctl", options, steps: pieces.map(parseStep) };
}

/** Cuts at `--`. */
function split(words: readonly string[]): string[][] {
  const out: string[][] = [[]];
  for (const word of words) {
    if (word === "--") out.push([]);
    else out.at(-1)?.push(word);
  }
  return out.filter((piece, i) => i === 0 || piece.length > 0);
}

function parseStep(words: readonly string[]): VsctlStep {
  const at = words.findIndex((word) => !word.startsWith("-"));
  if (at < 0) throw new CommandError("ovs-vsctl: missing command name (use --help for help)");
  const options = words.slice(0, at);
  const name = words[at] as string;
  const args = words.slice(at + 1);
  if (QUERIES.includes(name)) return { kind: "query", options, words: words.slice(at) };
  const arity = ARITY[name];
  if (!arity) throw new CommandError(`ovs-vsctl: unknown command '${name}'; use --help for help`);
  for (const option of options)
    if (!STEP_OPTIONS[option]?.includes(name))
      throw new CommandError(`ovs-vsctl: '${name}' command has no '${option}' option`);
  if (args.length < arity[0])
    throw new CommandError(`ovs-vsctl: '${name}' command requires at least ${arity[0]} arguments`);
  if (args.length > arity[1])
    throw new CommandError(`ovs-vsctl: '${name}' command takes at most ${arity[1]} arguments`);
  return build(name, args, { mayExist: options.includes("--may-exist"), ifExists: options.includes("--if-exists") });
}

function build(
  name: string,
  args: readonly string[],
  { mayExist, ifExists }: { mayExist: boolean; ifExists: boolean },
): VsctlStep {
  const [first = "", second = "", third = "", ...rest] = args;
  switch (name) {
    case "add-br":
      if (args.length > 1) throw new CommandError("ovs-vsctl: fake bridges are not supported here");
      return { kind: "add-br", mayExist, bridge: first };
    case "del-br":
      return { kind: "del-br", ifExists, bridge: first };
    case "add-port":
      return { kind: "add-port", mayExist, bridge: first, port: second, settings: args.slice(2).map(parseSetting) };
    case "add-bond": {
      const more = args.slice(2);
      const cut = more.findIndex((word) => word.includes("="));
      const interfaces = cut < 0 ? more : more.slice(0, cut);
      const settings = cut < 0 ? [] : more.slice(cut).map(parseSetting);
      return { kind: "add-bond", mayExist, bridge: first, port: second, interfaces, settings };
    }
    case "del-port":
      return args.length === 2
        ? { kind: "del-port", ifExists, bridge: first, port: second }
        : { kind: "del-port", ifExists, port: first };
    case "set":
      return {
        kind: "set",
        ifExists,
        table: tableOf(first),
        record: second,
        settings: args.slice(2).map(parseSetting),
      };
    case "add":
    case "remove":
      return { kind: name, ifExists, table: tableOf(first), record: second, column: third, values: rest };
    case "clear":
      return { kind: "clear", ifExists, table: tableOf(first), record: second, columns: args.slice(2) };
    case "set-fail-mode":
      if (second !== "standalone" && second !== "secure")
        throw new CommandError('ovs-vsctl: fail-mode must be "standalone" or "secure"');
      return { kind: "set-fail-mode", bridge: first, mode: second };
    case "set-controller":
      return { kind: "set-controller", bridge: first, targets: args.slice(1) };
    case "del-controller":
      return { kind: "del-controller", bridge: first };
    default:
      return { kind: "del-fail-mode", bridge: first };
  }
}

/** A table by its name, in any case, `-` for `_`, or the beginning of it (db-ctl-base.c get_table). */
function tableOf(text: string): VsctlTable {
  const plain = (name: string) => name.toLowerCase().replaceAll("-", "_");
  const exact = TABLES.filter((table) => plain(table) === plain(text));
  const found = exact.length > 0 ? exact : TABLES.filter((table) => plain(table).startsWith(plain(text)));
  if (found.length !== 1) throw new CommandError(`ovs-vsctl: unknown table "${text}"`);
  // TABLES holds just these.
  return found[0] as VsctlTable;
}

/** The key may be quoted, the value is the rest of the word. */
function parseSetting(text: string): ColumnSetting {
  const m = /^([A-Za-z_][A-Za-z0-9_-]*)(?::("(?:[^"\\]|\\.)*"|[^=]*))?=(.*)$/s.exec(text);
  if (!m) throw new CommandError(`ovs-vsctl: ${text}: argument does not end in "=" followed by a value.`);
  const setting = { column: m[1] as string, value: m[3] as string };
  return m[2] === undefined ? setting : { ...setting, key: m[2] };
}
