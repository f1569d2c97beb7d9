/** What takes a fault off the rules of iptables, wherever they stand by then. */
import type { Command } from "../host/command/command.ts";
import { findNamespace } from "../host/edit.ts";
import type { HostState } from "../host/state.ts";

/**
 * Agents that are started anew put their rules right, and before what others put in: rules that go are told by what they are
 * and not by number, and those that come go first, should they be there again.
 * @param broken the host that `command` is for
 */
export function byRule(command: Command, broken: HostState): Command[] {
  const { netns, run } = command;
  if (run.tool !== "iptables" || run.kind !== "restore") return [command];
  const { family } = run;
  const all = findNamespace(broken, netns)?.[family === 4 ? "iptables" : "ip6tables"];
  const gone: Command[] = [];
  const tables = run.tables.map(({ table, lines }) => {
    const chains = all?.tables.find((one) => one.name === table)?.chains ?? [];
    const rest = lines.filter((line) => {
      if (line.op !== "delete-number" && line.op !== "insert" && line.op !== "append") return true;
      const { chain } = line;
      const head = `-A ${chain} `;
      const here = chains.find((one) => one.name === chain)?.rules.map(({ text }) => text.slice(head.length)) ?? [];
      const goes = line.op === "delete-number";
      const rule = goes ? here[line.number - 1] : line.rule;
      // One that is there several times is told by its number alone.
      if (rule === undefined || here.filter((one) => one === rule).length !== (goes ? 1 : 0)) return true;
      const change = { op: "delete", chain, rule } as const;
      gone.push({ netns, run: { tool: "iptables", kind: "change", family, table, options: [], change } });
      return !goes;
    });
    return { table, lines: rest };
  });
  return tables.every(({ lines }) => lines.length === 0) ? gone : [...gone, { netns, run: { ...run, tables } }];
}
