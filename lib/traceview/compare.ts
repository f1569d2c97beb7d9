/** Two runs of a trace, hop by hop: what is the same, what is not, and where they part. */
import type { StepEvent, TraceEvent } from "../datapath/event.ts";
import { shortFlow, shortRule } from "./decision.ts";
import type { Row } from "./rows.ts";
import { type ShownLeg, viewOf } from "./view.ts";

export interface ComparedRow {
  /** `before`: the earlier run alone has it; `after`: the later one alone; `changed`: both, but it did something else. */
  how: "same" | "changed" | "before" | "after";
  before?: Row;
  after?: Row;
}

export interface ComparedLeg {
  id: string;
  name: string;
  rows: ComparedRow[];
  /** Index of the first row that is not the same. */
  first?: number;
}

/** Legs in the order of the later run; those that the earlier one alone had come where they were. */
export function compareTraces(before: readonly TraceEvent[], after: readonly TraceEvent[]): ComparedLeg[] {
  const [old, now] = [viewOf(before).legs, viewOf(after).legs];
  const ids = merged(
    old.map((leg) => leg.id),
    now.map((leg) => leg.id),
  );
  return ids.map((id) => compareLeg(id, find(old, id), find(now, id)));
}

function find(legs: readonly ShownLeg[], id: string): ShownLeg | undefined {
  return legs.find((leg) => leg.id === id);
}

function compareLeg(id: string, old: ShownLeg | undefined, now: ShownLeg | undefined): ComparedLeg {
  const rows = align(old?.rows ?? [], now?.rows ?? []);
  const first = rows.findIndex((row) => row.how !== "same");
  return { id, name: now?.name ?? old?.name ?? id, rows, ...(first < 0 ? {} : { first }) };
}

/** Longest common way through the same places. */
function align(old: readonly Row[], now: readonly Row[]): ComparedRow[] {
  const [a, b] = [old.map(placeOf), now.map(placeOf)];
  const length: number[][] = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number) => length[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) {
      const row = length[i];
      if (row) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  const rows: ComparedRow[] = [];
  for (let i = 0, j = 0; i < old.length || j < now.length; ) {
    const [before, after] = [old[i], now[j]];
    if (before && after && a[i] === b[j]) {
      rows.push({ how: didTheSame(before, after) ? "same" : "changed", before, after });
      i++;
      j++;
    } else if (before && (!after || at(i + 1, j) >= at(i, j + 1))) {
      rows.push({ how: "before", before });
      i++;
    } else if (after) {
      rows.push({ how: "after", after });
      j++;
    }
  }
  return rows;
}

function placeOf({ hop }: Row): string {
  return JSON.stringify([hop.host, hop.netns, hop.device, hop.kind]);
}

function didTheSame(a: Row, b: Row): boolean {
  return (
    a.copies.length === b.copies.length &&
    JSON.stringify(a.hop.events.map(essence)) === JSON.stringify(b.hop.events.map(essence))
  );
}

/** Without its number, and without counters, which every packet changes. */
function essence({ seq: _, ...event }: StepEvent): unknown {
  if (event.kind === "flow") return { ...event, text: shortFlow(event.text) };
  if (event.kind === "rule") return { ...event, text: shortRule(event.text) };
  if (event.kind === "drop" && event.element.type === "flow")
    return { ...event, element: { ...event.element, text: shortFlow(event.element.text) } };
  return event;
}

/** Both lists' words, each once: the second's order, the first's own ones after what they followed. */
function merged(old: readonly string[], now: readonly string[]): string[] {
  const out = [...now];
  old.forEach((id, i) => {
    if (out.includes(id)) return;
    const previous = old[i - 1];
    out.splice(previous === undefined ? 0 : out.indexOf(previous) + 1, 0, id);
  });
  return out;
}
