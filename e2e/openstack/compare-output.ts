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
  const left = [...actual];
  const missing = recorded.filter((row) => {
    const found = left.findIndex((other) =>
      header.every((column, index) => sameCell(column, row[index] ?? "", other[index] ?? "")),
    );
    if (found >= 0) left.splice(found, 1);
    return found < 0;
  });
  const extra = whole || missing.length > 0 ? left : [];
  return [
    ...missing.map((row) => `lacks the row ${row.join(" | ")}`),
    ...extra.map((row) => `has the row ${row.join(" | ")}`),
  ];
}

/** Lists within a cell are sets: the client prints them in the order in which they came. */
function sameCell(label: string, recorded: string, actual: string): boolean {
  return (
    label in VOLATILE || BEYOND.has(label) || matches(recorded, actual) || matches(sorted(recorded), sorted(actual))
  );
}

function sorted(cell: string): string {
  return cell.split(/\n|, /).sort().join("\n");
}

function show(text: string): string {
  return JSON.stringify(text.length > 400 ? `${text.slice(0, 400)}…` : text);
}
