/** Prints `iptables` commands, and the input of `iptables-restore`. */
import { splitWords } from "../../../net/iptables/words.ts";
import type { IptablesCommand, RestoreLine, RestoreTable, TableChange } from "./command.ts";

const LETTERS = {
  append: "-A",
  delete: "-D",
  check: "-C",
  insert: "-I",
  replace: "-R",
  "delete-number": "-D",
  "new-chain": "-N",
  "delete-chain": "-X",
  flush: "-F",
  zero: "-Z",
  rename: "-E",
  policy: "-P",
} as const;

export function printIptables(command: IptablesCommand): { words: string[]; input?: string } {
  const program = command.family === 6 ? "ip6tables" : "iptables";
  if (command.kind === "restore") {
    const words = [`${program}-restore`, ...(command.noflush ? ["-n"] : []), ...command.options];
    return { words, input: command.tables.map(printTable).join("") };
  }
  const table = command.table === undefined ? [] : ["-t", command.table];
  const change = printChange(command.change, (rule) => (splitWords(rule) ?? []).map((word) => word.text));
  return { words: [program, ...command.options, ...table, ...change] };
}

function printChange(change: TableChange, rule: (text: string) => string[]): string[] {
  const letter = change.op === "query" ? "" : LETTERS[change.op];
  switch (change.op) {
    case "append":
    case "delete":
    case "check":
      return [letter, change.chain, ...rule(change.rule)];
    case "insert":
    case "replace":
      return [letter, change.chain, String(change.number), ...rule(change.rule)];
    case "delete-number":
      return [letter, change.chain, String(change.number)];
    case "new-chain":
      return [letter, change.chain];
    case "delete-chain":
    case "flush":
      return change.chain === undefined ? [letter] : [letter, change.chain];
    case "zero":
      return [letter, change.chain, change.number].flatMap((word) => (word === undefined ? [] : String(word)));
    case "rename":
      return [letter, change.chain, change.to];
    case "policy":
      return [letter, change.chain, change.policy];
    case "query":
      return [...change.words];
  }
}

function printTable({ table, lines }: RestoreTable): string {
  return [`*${table}`, ...lines.map(printLine), "COMMIT", ""].join("\n");
}

function printLine(line: RestoreLine): string {
  if (line.op === "chain") return `:${line.chain} ${line.policy ?? "-"} [${line.packets}:${line.bytes}]`;
  const counters = line.counters ? `[${line.counters.packets}:${line.counters.bytes}] ` : "";
  return counters + printChange(line, (rule) => (rule === "" ? [] : [rule])).join(" ");
}
