/** `ovs-vsctl --format=json list TABLE`: OVSDB values as RFC 7047 section 5.1 writes them. */
import type { Note } from "../gaps.ts";
import { isObject, message } from "./json.ts";

/** uuids are texts; a set is a list, a map a record. An optional column is an empty set, or its one value. */
export type OvsdbValue = string | number | boolean | OvsdbValue[] | { [key: string]: OvsdbValue };

export class OvsdbRow {
  readonly #columns: ReadonlyMap<string, OvsdbValue>;

  constructor(columns: ReadonlyMap<string, OvsdbValue>) {
    this.#columns = columns;
  }

  text(column: string): string | undefined {
    const value = this.#one(column);
    return typeof value === "string" ? value : undefined;
  }

  number(column: string): number | undefined {
    const value = this.#one(column);
    return typeof value === "number" ? value : undefined;
  }

  list(column: string): OvsdbValue[] {
    const value = this.#columns.get(column);
    if (value === undefined) return [];
    return Array.isArray(value) ? value : [value];
  }

  texts(column: string): string[] {
    return this.list(column).filter((v) => typeof v === "string");
  }

  numbers(column: string): number[] {
    return this.list(column).filter((v) => typeof v === "number");
  }

  map(column: string): Record<string, string> {
    const value = this.#columns.get(column);
    if (value === undefined || typeof value !== "object" || Array.isArray(value)) return {};
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, String(v)]));
  }

  #one(column: string): OvsdbValue | undefined {
    const value = this.#columns.get(column);
    return Array.isArray(value) ? value[0] : value;
  }
}

/**
 * Rows of a table; undefined when the table as a whole could not be read, or lacks a column without which it means
 * nothing. Any other column that we read may be missing, and is noted. A row that is damaged is noted and left out.
 */
export function parseOvsdbTable(
  text: string,
  columns: { needed: readonly string[]; read: readonly string[] },
  note: Note,
): OvsdbRow[] | undefined {
  let table: unknown;
  try {
    table = JSON.parse(text);
  } catch (error) {
    note(
      `not valid JSON (${message(error)}); the columns' names are at its end, so nothing of it can be read`,
      1,
      text.slice(0, 200),
    );
    return undefined;
  }
  const headings = isObject(table) ? table.headings : undefined;
  const data = isObject(table) ? table.data : undefined;
  if (!Array.isArray(headings) || !headings.every((h) => typeof h === "string") || !Array.isArray(data)) {
    note("not a table: headings and data were expected", 1, text);
    return undefined;
  }
  const missing = [...columns.needed, ...columns.read].filter((column) => !headings.includes(column));
  if (missing.length > 0) note(`column ${missing.join(", ")} is missing`, 1, headings.join(", "));
  if (missing.some((column) => columns.needed.includes(column))) return undefined;
  const rows: OvsdbRow[] = [];
  for (const cells of data) {
    if (!Array.isArray(cells) || cells.length !== headings.length) {
      note("a row has not one cell for each column", undefined, JSON.stringify(cells));
      continue;
    }
    const row = new Map<string, OvsdbValue>();
    for (const [i, heading] of headings.entries()) {
      const value = decode(cells[i]);
      if (value === undefined) note(`column ${heading}: not an OVSDB value`, undefined, JSON.stringify(cells[i]));
      else row.set(heading, value);
    }
    rows.push(new OvsdbRow(row));
  }
  return rows;
}

function decode(cell: unknown): OvsdbValue | undefined {
  if (typeof cell === "string" || typeof cell === "number" || typeof cell === "boolean") return cell;
  if (!Array.isArray(cell) || cell.length !== 2) return undefined;
  const [kind, value] = cell;
  if ((kind === "uuid" || kind === "named-uuid") && typeof value === "string") return value;
  if (kind === "set" && Array.isArray(value)) return all(value.map(decode));
  if (kind === "map" && Array.isArray(value)) {
    const out: [string, OvsdbValue][] = [];
    for (const pair of value) {
      if (!Array.isArray(pair) || pair.length !== 2) return undefined;
      const key = decode(pair[0]);
      const content = decode(pair[1]);
      if (key === undefined || content === undefined) return undefined;
      out.push([String(key), content]);
    }
    return Object.fromEntries(out);
  }
  return undefined;
}

function all(values: (OvsdbValue | undefined)[]): OvsdbValue[] | undefined {
  return values.every((v) => v !== undefined) ? (values as OvsdbValue[]) : undefined;
}
