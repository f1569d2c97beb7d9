"use client";
import { startTransition, useEffect, useState } from "react";
import { cn } from "../ui/cn.ts";
import { Table, Td, Th, Tr } from "../ui/table.tsx";
import type { ListModel, Row } from "./tables.tsx";

/** Rows of a list; a row is selected by its name, which is a button. */
export function ObjectTable(props: {
  model: ListModel;
  selected: string | null;
  onSelect: (id: string) => void;
  className?: string;
}) {
  const { columns, title } = props.model;
  const rows = useMore(props.model.rows);
  return (
    <Table label={title} wrapClassName={props.className}>
      <thead>
        <tr>
          {columns.map((column) => (
            <Th key={column}>{column}</Th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Tr
            key={row.id}
            selected={row.id === props.selected}
            onClick={() => props.onSelect(row.id)}
            className="cursor-pointer"
          >
            <Td>
              <button
                type="button"
                aria-pressed={row.id === props.selected}
                className="max-w-80 truncate text-left font-medium"
                onClick={(event) => {
                  event.stopPropagation();
                  props.onSelect(row.id);
                }}
              >
                {row.name}
              </button>
            </Td>
            {row.cells.map((cell, index) => (
              <Td
                key={columns[index + 1]}
                className={cn(cell.mono && "font-mono text-xs", "whitespace-nowrap text-muted")}
              >
                {cell.show ?? (cell.text || <span className="text-faint">–</span>)}
              </Td>
            ))}
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

/** Thousands of rows would hold the first paint up: the first screens come with it, the rest right after, without blocking. */
const AT_ONCE = 120;

function useMore(rows: readonly Row[]): readonly Row[] {
  const [all, setAll] = useState(false);
  useEffect(() => startTransition(() => setAll(true)), []);
  return all || rows.length <= AT_ONCE ? rows : rows.slice(0, AT_ONCE);
}
