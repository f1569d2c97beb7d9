/**
 * The statements of the hot paths, as text that both databases read: built once, prepared once, however many values a
 * question has. Everything else goes through Kysely's builder.
 */
import { CompiledQuery } from "kysely";
import type { Dialect } from "./migrations.ts";
import type { Reader } from "./store.ts";

type Value = string | number | null;

/** A condition or a statement, with `?` for its parameters. */
export interface Fragment {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

/** Runs a statement at once, where the database is in this process: the way through Kysely takes five times as long. */
export type Execute = (sql: string, parameters: readonly unknown[]) => { rows: unknown[]; changed: number };

/** @param text with `?` for parameters, and none in literals */
export async function run<Row>(
  reader: Reader,
  text: string,
  parameters: readonly unknown[],
): Promise<{ rows: Row[]; changed: number }> {
  // What a text selects is what its caller says.
  if (reader.execute) return reader.execute(text, parameters) as { rows: Row[]; changed: number };
  const numbered = reader.dialect === "postgres" ? numberParameters(text) : text;
  const result = await reader.db.executeQuery<Row>(CompiledQuery.raw(numbered, [...parameters]));
  return { rows: result.rows, changed: Number(result.numAffectedRows ?? 0) };
}

/** `column` is one of `values`, all of them in one parameter. */
export function anyOf(dialect: Dialect, column: string, type: "text" | "bigint", values: readonly Value[]): Fragment {
  if (values.length === 1) return { text: `${column} = ?`, parameters: values };
  return dialect === "postgres"
    ? { text: `${column} = any(?::${type}[])`, parameters: [values] }
    : { text: `${column} in (select value from json_each(?))`, parameters: [JSON.stringify(values)] };
}

/** `(?, ?), (?, ?)` */
export function rowsOf(rows: number, columns: number): string {
  const row = `(${Array(columns).fill("?").join(", ")})`;
  return Array(rows).fill(row).join(", ");
}

/**
 * Texts that are stored beside objects, and those that are looked for: PostgreSQL's cannot hold U+0000, which is no part of
 * any name that one could type.
 */
export const storable = (text: string) => (text.includes("\0") ? text.replaceAll("\0", "\u{fffd}") : text);

const numbered = new Map<string, string>();

/** `?` to `$1`, `$2`, … */
function numberParameters(text: string): string {
  const known = numbered.get(text);
  if (known !== undefined) return known;
  let n = 0;
  const result = text.replaceAll("?", () => `$${++n}`);
  numbered.set(text, result); // As many as there are statements in the code: values are never part of them.
  return result;
}
