import { matches } from "./normal.ts";
import { readOutput } from "./table.ts";
import { BEYOND, VOLATILE } from "./volatile.ts";

type Row = readonly string[];

/** `whole`: the same rows, no more. `with others`: others' objects may be listed, too. `shape`: the same columns or fields. */
export type Comparison = "whole" | "with others" | "shape";

/** @returns in words, where what a command printed differs from what was recorded; empty when it does not */
export function outputDifferences(recorded: string, actual: string, how: Comparison): string[] {
  const wanted = readOutput(recorded);
  const got = readOutput(actual);
  if (wanted.kind === "text" || got.kind === "text") {
    const [a, b] = [recorded.trim(), actual.trim()];
    return how === "shape" || matches(a, b) ? [] : [`printed ${show(b)}, not ${show(a)}`];
  }
  if (wanted.header.join() !== got.header.join())
    return [`has the columns ${got.header.join(", ")}, not ${wanted.header.join(", ")}`];
  if (wanted.header.join() === "Field,Value") return fieldDifferences(wanted.rows, got.rows, how);
  return how === "shape" ? [] : rowDifferences(wanted.header, wanted.rows, got.rows, how === "whole");
}

function fieldDifferences(recorded: readonly Row[], actual: readonly Row[], how: Comparison): string[] {
  const got = new Map(actual.map(([field = "", value = ""]) => [field, value]));
  const wanted = new Map(recorded.map(([field = "", value = ""]) => [field, value]));
  return [
    ...[...wanted.keys()].filter((field) => !got.has(field)).map((field) => `${field} is missing`),
    ...[...got.keys()]
      .filter((field) => !wanted.has(field) && !BEYOND.has(field))
      .map((field) => `${field} should not be there`),
    ...[...wanted].flatMap(([field, value]) => {
      const other = got.get(field);
      return other === undefined || how === "shape" || sameCell(field, value, other)
        ? []
        : [`${field} is ${show(other)}, not ${show(value)}`];
    }),
  ];
}

function rowDifferences(header: Row, recorded: readonly Row[], actual: readonly Row[], whole: boolean): string[] {
  const same = (row: Row, other: Row) =>
    header.every((column, index) => sameCell(column, row[index] ?? "", other[index] ?? ""));
  const taken = paired(recorded, actual, same);
  const missing = recorded.filter((_row, index) => ![...taken.values()].includes(index));
  const left = actual.filter((_row, index) => !taken.has(index));
  const extra = whole || missing.length > 0 ? left : [];
  return [
    ...missing.map((row) => `lacks the row ${row.join(" | ")}`),
    ...extra.map((row) => `has the row ${row.join(" | ")}`),
  ];
}

/**
 * A row with placeholders may match several: the first would take what another one needs. So a row that finds its like taken asks who
 * took it for another (Kuhn's augmenting paths).
 * @returns for rows of `actual`, by index, which of `recorded` they match
 */
function paired(recorded: readonly Row[], actual: readonly Row[], same: (a: Row, b: Row) => boolean) {
  const taken = new Map<number, number>();
  const place = (index: number, tried: Set<number>): boolean =>
    actual.some((other, candidate) => {
      const row = recorded[index];
      if (row === undefined || tried.has(candidate) || !same(row, other)) return false;
      tried.add(candidate);
      const owner = taken.get(candidate);
      if (owner !== undefined && !place(owner, tried)) return false;
      taken.set(candidate, index);
      return true;
    });
  for (const index of recorded.keys()) place(index, new Set());
  return taken;
}

/** Lists within a cell are sets: the client prints them in the order in which they came. */
function sameCell(label: string, recorded: string, actual: string): boolean {
  if (label in VOLATILE || BEYOND.has(label)) return true;
  const [a, b] = [steady(recorded), steady(actual)];
  return matches(a, b) || matches(sorted(a), sorted(b));
}

function sorted(cell: string): string {
  return cell
    .replaceAll(/[[\]{}]/g, "")
    .split(/\n|, /)
    .sort()
    .join("\n");
}

/** Of a port that is told within another object, the status is as volatile as elsewhere. */
function steady(cell: string): string {
  return cell.replaceAll(/\bstatus('?[=:] ?)'(?:ACTIVE|DOWN|BUILD)'/g, "status$1'…'");
}

function show(text: string): string {
  return JSON.stringify(text.length > 400 ? `${text.slice(0, 400)}…` : text);
}
