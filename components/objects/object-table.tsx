"use client";
import { cn } from "../ui/cn.ts";
import { Table, Td, Th, Tr } from "../ui/table.tsx";
import type { ListModel } from "./tables.tsx";

/** Rows of a list; a row is selected by its name, which is a button. */
export function ObjectTable(props: {
  model: ListModel;
  selected: string | null;
  onSelect: (id: string) => void;
  className?: string;
}) {
  const { columns, rows, title } = props.model;
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
