/** The filter box above flows, rules and entries: words that must all be found; `field=value` asks a field, `-word` excludes. */
import type { FlowTable } from "../api/http.ts";
import { flowText } from "./flow-text.ts";

export interface Term {
  not: boolean;
  /** Absent for free text. */
  field?: string;
  value: string;
}

export function parseFilter(text: string): Term[] {
  return text
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .flatMap(pieces)
    .flatMap((word): Term[] => {
      const not = /^[-!]./.test(word);
      const bare = not ? word.slice(1) : word;
      if (bare === "") return [];
      const pair = /^([a-z_][\w.-]*)=(.+)$/.exec(bare);
      return pair?.[1] && pair[2] ? [{ not, field: pair[1], value: pair[2] }] : [{ not, value: bare }];
    });
}

/** A match as ovs-ofctl writes it, `table=60,icmp,nw_dst=10.0.0.3`, is as many words, in any order; its actions are one. */
function pieces(word: string): string[] {
  if (!/^[^-!(][^(]*$/.test(word) || !word.includes("=")) return [word];
  const [fields = "", actions] = word.split(/(?:^|,)(?=actions=)/);
  return [...fields.split(","), actions ?? ""].filter((piece) => piece !== "");
}

type FlowEntry = FlowTable["flows"][number];

/** Fields of the flow itself (table, its number or name; priority; cookie), else of its match; free text also finds woven-in names. */
export function flowMatches(
  terms: readonly Term[],
  table: Pick<FlowTable, "table" | "name">,
  flow: FlowEntry,
): boolean {
  return terms.every((term) => hasTerm(term, table, flow) !== term.not);
}

function hasTerm({ field, value }: Term, table: Pick<FlowTable, "table" | "name">, flow: FlowEntry): boolean {
  switch (field) {
    case undefined:
      return (
        flowText(table.table, flow).toLowerCase().includes(value) ||
        (table.name?.toLowerCase().includes(value) ?? false) ||
        flow.hints.some((hint) => hint.name.toLowerCase().includes(value))
      );
    case "table":
      return String(table.table) === value || table.name?.toLowerCase() === value;
    case "priority":
      return String(flow.priority) === value;
    case "cookie":
      return flow.cookie === value;
    case "actions":
      return flow.actions.toLowerCase().includes(value);
    case "n_packets":
      return String(flow.packets) === value;
    default:
      return flow.match
        .toLowerCase()
        .split(",")
        .some((part) => part === `${field}=${value}` || part.startsWith(`${field}=${value}/`));
  }
}

/** For lines of text: every term must be (or not be) a part of the line; `field=value` is taken as it stands. */
export function lineMatches(terms: readonly Term[], line: string): boolean {
  const low = line.toLowerCase();
  return terms.every((term) => low.includes(term.field ? `${term.field}=${term.value}` : term.value) !== term.not);
}
