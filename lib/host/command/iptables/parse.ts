/** Reads `iptables` command lines (iptables/xshared.c do_parse) and the input of `iptables-restore`. */
import type { Word } from "../../../net/iptables/ast.ts";
import { printWord, quoteText, splitWords } from "../../../net/iptables/words.ts";
import { CommandError } from "../command.ts";
import { type IptablesCommand, isTableName, type RestoreLine, type RestoreTable, type TableChange } from "./command.ts";
import { TARGETS } from "./extensions.ts";

export const VERSION = "v1.8.9 (nf_tables)";

/** Names of the programs, by what they do. */
export function familyOf(program: string): 4 | 6 {
  return program.startsWith("ip6") ? 6 : 4;
}

export function usage(program: string, reason: string): CommandError {
  const hint = `Try \`${program} -h' or '${program} --help' for more information.`;
  // xtables_error alone says who speaks.
  const who = reason.startsWith("Bad argument") ? "" : `${program} ${VERSION}: `;
  return new CommandError(`${who}${reason}\n${hint}`, 2);
}

/** Commands by their letters and long names. */
const OPERATIONS: Readonly<Record<string, string | undefined>> = {
  "-A": "append",
  "--append": "append",
  "-D": "delete",
  "--delete": "delete",
  "-C": "check",
  "--check": "check",
  "-I": "insert",
  "--insert": "insert",
  "-R": "replace",
  "--replace": "replace",
  "-N": "new-chain",
  "--new-chain": "new-chain",
  "--new": "new-chain",
  "-X": "delete-chain",
  "--delete-chain": "delete-chain",
  "-F": "flush",
  "--flush": "flush",
  "-Z": "zero",
  "--zero": "zero",
  "-P": "policy",
  "--policy": "policy",
  "-E": "rename",
  "--rename-chain": "rename",
  "-S": "query",
  "--list-rules": "query",
  "-L": "query",
  "--list": "query",
};

/** Options of the program itself; those with a value take the next word where it is a number. */
const OWN = new Set([
  "-w",
  "--wait",
  "-n",
  "--numeric",
  "-v",
  "--verbose",
  "-x",
  "--exact",
  "--line-numbers",
  "-4",
  "-6",
]);

export function parseIptables(program: string, words: readonly string[]): IptablesCommand {
  const options: string[] = [];
  const rest: string[] = [];
  let table: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === "-t" || word === "--table") table = words[++i];
    else if (rest.length === 0 && OWN.has(word)) {
      options.push(word);
      if (/^(-w|--wait)$/.test(word) && /^\d+$/.test(words[i + 1] ?? "")) options.push(words[++i] as string);
    } else rest.push(word);
  }
  if (table !== undefined && !isTableName(table))
    throw new CommandError(
      `${program} ${VERSION}: table '${table}' does not exist\nPerhaps ${program} or your kernel needs to be upgraded.`,
      3,
    );
  const change = parseChange(
    program,
    rest.map((text) => ({ text, quoted: false })),
  );
  return {
    tool: "iptables",
    kind: "change",
    family: familyOf(program),
    ...(table !== undefined && { table }),
    options,
    change,
  };
}

/** One change; a word is a value here even when it stands in quotes. */
function parseChange(program: string, words: readonly Word[]): TableChange {
  const first = words[0]?.text;
  if (first === undefined) throw usage(program, "no command specified");
  // The rule may come before its command: -t nat -s 1.2.3.4 -A …
  const at = words.findIndex(({ text, quoted }) => !quoted && OPERATIONS[text] !== undefined);
  const op = OPERATIONS[words[at]?.text ?? ""];
  if (op === undefined)
    throw usage(program, first.startsWith("-") ? `unknown option "${first}"` : `Bad argument \`${first}'`);
  if (op === "query") return { op, words: words.map((word) => word.text) };
  const args = words.slice(at + 1);
  const chain = args[0] && !isOption(args[0]) ? args[0].text : undefined;
  const before = words.slice(0, at);
  const beyond = (count: number) => {
    const word = args[count];
    if (word && !isOption(word)) throw usage(program, `Bad argument \`${word.text}'`);
  };
  const number = args[1] && /^\d+$/.test(args[1].text) ? Number(args[1].text) : undefined;
  if (op === "delete-chain" || op === "flush" || op === "zero") {
    beyond(op === "zero" ? 2 : 1);
    if (chain === undefined) return { op };
    return op === "zero" && number !== undefined ? { op, chain, number } : { op, chain };
  }
  if (chain === undefined) throw usage(program, `option "${words[at]?.text}" requires an argument`);
  const rule = (from: number) => specification([...before, ...args.slice(from)]);
  switch (op) {
    case "append":
    case "check":
      return { op, chain, rule: rule(1) };
    case "delete":
      return number !== undefined ? { op: "delete-number", chain, number } : { op, chain, rule: rule(1) };
    case "insert":
      return { op, chain, number: number ?? 1, rule: rule(number === undefined ? 1 : 2) };
    case "replace":
      if (number === undefined) throw usage(program, "-R requires a rule number");
      return { op, chain, number, rule: rule(2) };
    case "rename": {
      const to = args[1]?.text;
      if (to === undefined) throw usage(program, "-E requires old-chain-name and new-chain-name");
      checkChainName(program, to);
      return { op, chain, to };
    }
    case "policy": {
      const policy = args[1]?.text;
      if (policy === undefined) throw usage(program, "-P requires a chain and a policy");
      if (policy !== "ACCEPT" && policy !== "DROP")
        throw new CommandError(`${program}: Bad policy name. Run \`dmesg' for more information.`);
      return { op, chain, policy };
    }
    default:
      beyond(1);
      checkChainName(program, chain);
      return { op: "new-chain", chain };
  }
}

/** XT_EXTENSION_MAXNAMELEN, less its end. */
const LONGEST_CHAIN = 28;

/** iptables/xshared.c assert_valid_chain_name */
function checkChainName(program: string, name: string): void {
  if (name.length > LONGEST_CHAIN)
    throw usage(program, `chain name \`${name}' too long (must be under ${LONGEST_CHAIN + 1} chars)`);
  if (TARGETS.has(name)) throw usage(program, "chain name may not clash with target name");
  if (/[^\x21-\x7e]/.test(name)) throw usage(program, `Invalid chain name \`${name}'`);
}

function isOption({ text, quoted }: Word): boolean {
  return !quoted && (text.startsWith("-") || text === "!");
}

/** Words with quotes where they are needed: what was quoted without need loses them. */
function specification(words: readonly Word[]): string {
  return words
    .map(({ text, quoted }) => {
      if (quoted) return printWord({ text, quoted });
      return text === "" || /[\s"\\']/.test(text) ? quoteText(text) : text;
    })
    .join(" ");
}

export function parseRestore(program: string, words: readonly string[], input: string): IptablesCommand {
  const noflush = words.some((word) => word === "-n" || word === "--noflush");
  const options = words.filter((word) => word !== "-n" && word !== "--noflush");
  const tables: { table: RestoreTable["table"]; lines: RestoreLine[] }[] = [];
  let open: (typeof tables)[number] | undefined;
  let number = 0;
  for (const raw of input.split("\n")) {
    number++;
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("*")) {
      const table = line.slice(1);
      if (!isTableName(table))
        throw new CommandError(
          `${program} ${VERSION}: table '${table}' does not exist\nError occurred at line: ${number}`,
          3,
        );
      open = { table, lines: [] };
      tables.push(open);
    } else if (!open) throw new CommandError(`${program}: line ${number} failed`);
    else if (line === "COMMIT") open = undefined;
    else open.lines.push(parseRestoreLine(program, line, number));
  }
  if (open) throw new CommandError(`${program}: COMMIT expected at line ${number}`);
  return { tool: "iptables", kind: "restore", family: familyOf(program), noflush, options, tables };
}

function parseRestoreLine(program: string, line: string, number: number): RestoreLine {
  if (line.startsWith(":")) {
    const m = /^:(\S+)\s+(\S+)(?:\s+\[(\d+):(\d+)\])?$/.exec(line);
    if (!m || (m[2] !== "-" && m[2] !== "ACCEPT" && m[2] !== "DROP"))
      throw new CommandError(`${program}: line ${number} failed`);
    const chain = { op: "chain" as const, chain: m[1] as string, packets: Number(m[3] ?? 0), bytes: Number(m[4] ?? 0) };
    return m[2] === "-" ? chain : { ...chain, policy: m[2] };
  }
  const m = /^(?:\[(\d+):(\d+)\]\s+)?(.*)$/.exec(line);
  const words = splitWords(m?.[3] ?? "");
  if (!words) throw new CommandError(`${program}: line ${number} failed: a quote is not closed`);
  if (words[0] && !words[0].text.startsWith("-"))
    throw new CommandError(
      `Bad argument \`${words[0].text}'\nError occurred at line: ${number}\nTry \`${program} -h' or '${program} --help' for more information.`,
      2,
    );
  const change = parseChange(program, words);
  return m?.[1] === undefined ? change : { ...change, counters: { packets: Number(m[1]), bytes: Number(m[2]) } };
}
