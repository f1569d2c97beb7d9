/** Which objects of a kind are meant, as a condition in SQL. */
import type { Dialect } from "./migrations.ts";
import { anyOf, type Fragment, storable } from "./statement.ts";

export interface Where {
  /** Objects of these projects; those of no project are none of them. */
  readonly projectIds?: readonly string[];
  readonly ids?: readonly string[];
  /** Key name → any of these values. Several keys must all hold. A name that the collection does not declare throws. */
  readonly keys?: Readonly<Record<string, string | readonly string[]>>;
}

export type ValueTable = "object_keys" | "claims";

/** @param tableOf where a field's values stand; throws for a field that the kind does not have */
export function condition(
  dialect: Dialect,
  kind: string,
  where: Where,
  tableOf: (field: string) => ValueTable,
): Fragment {
  const parts: Fragment[] = [];
  const any = (column: string, values: readonly string[]) => anyOf(dialect, column, "text", values.map(storable));
  for (const [field, value] of Object.entries(where.keys ?? {})) {
    const values = any("value", typeof value === "string" ? [value] : value);
    parts.push({
      text: `seq in (select object from ${tableOf(field)} where kind = ? and field = ? and ${values.text})`,
      parameters: [kind, field, ...values.parameters],
    });
  }
  // A key's values are of one kind already: without the condition SQLite begins with them, not with all objects.
  if (parts.length === 0) parts.push({ text: "kind = ?", parameters: [kind] });
  if (where.projectIds) parts.push(any("project_id", where.projectIds));
  if (where.ids) parts.push(any("id", where.ids));
  return {
    text: parts.map((part) => part.text).join(" and "),
    parameters: parts.flatMap((part) => part.parameters),
  };
}
