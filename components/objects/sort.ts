import type { ListModel, Row } from "./tables.tsx";

export interface Sort {
  column: string;
  down: boolean;
}

/** As it stands in an address: `-Status` is downwards. Columns that are not there sort by nothing. */
export function parseSort(text: string | null, columns: readonly string[]): Sort | undefined {
  const down = text?.startsWith("-") ?? false;
  const column = down ? text?.slice(1) : text;
  return column && columns.includes(column) ? { column, down } : undefined;
}

export const printSort = ({ column, down }: Sort): string => (down ? `-${column}` : column);

/** By what the cells say, numbers in it as numbers; what has nothing there comes last. */
export function sorted({ columns, rows }: Pick<ListModel, "columns" | "rows">, sort: Sort | undefined): Row[] {
  if (!sort) return rows;
  const at = columns.indexOf(sort.column);
  const textOf = (row: Row) => (at <= 0 ? row.name : (row.cells[at - 1]?.text ?? ""));
  const order = new Intl.Collator("en", { numeric: true });
  return rows.toSorted((a, b) => {
    const [left, right] = [textOf(a), textOf(b)];
    if (left === "" || right === "") return Number(left === "") - Number(right === "");
    return sort.down ? order.compare(right, left) : order.compare(left, right);
  });
}
