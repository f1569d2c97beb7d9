"use client";
import { ArrowDown, ArrowUp } from "lucide-react";
import { TraceHere } from "../trace/trace-here.tsx";
import { cn } from "../ui/cn.ts";
import { Table, Td, Th, Tr } from "../ui/table.tsx";
import { useMore } from "../ui/use-more.ts";
import type { Sort } from "./sort.ts";
import type { ListModel } from "./tables.tsx";

/** Rows of a list; a row is selected by its name, which is a button. */
export function ObjectTable(props: {
  model: ListModel;
  selected: string | null;
  onSelect: (id: string) => void;
  sort?: { by: Sort | undefined; onSort: (by: Sort) => void };
  /** Rows that are ticked; without it rows have no boxes. */
  picked?: ReadonlySet<string> | undefined;
  onPick?: (picked: ReadonlySet<string>) => void;
  className?: string;
}) {
  const { columns, title } = props.model;
  const { picked, onPick } = props;
  const rows = useMore(props.model.rows);
  const all = props.model.rows;
  const traced = all.some((row) => row.trace);
  const some = picked !== undefined && all.some((row) => picked.has(row.id));
  const every = some && all.every((row) => picked.has(row.id));
  return (
    <Table label={title} wrapClassName={props.className}>
      <thead>
        <tr>
          {picked ? (
            <Th className="w-9 pr-0">
              <input
                type="checkbox"
                aria-label={`Tick all ${title.toLowerCase()}`}
                checked={every}
                ref={(box) => {
                  if (box) box.indeterminate = some && !every;
                }}
                onChange={() => onPick?.(new Set(every ? [] : all.map((row) => row.id)))}
                className={BOX}
              />
            </Th>
          ) : null}
          {columns.map((column) => (
            <Head key={column} column={column} sort={props.sort} />
          ))}
          {traced ? (
            <Th className="w-16">
              <span className="sr-only">Trace</span>
            </Th>
          ) : null}
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
            {picked ? (
              <Td className="w-9 pr-0">
                <input
                  type="checkbox"
                  aria-label={`Tick ${row.name}`}
                  checked={picked.has(row.id)}
                  onClick={(event) => event.stopPropagation()}
                  onChange={(event) => {
                    const next = new Set(picked);
                    if (event.target.checked) next.add(row.id);
                    else next.delete(row.id);
                    onPick?.(next);
                  }}
                  className={BOX}
                />
              </Td>
            ) : null}
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
                {cell.show ??
                  (cell.text === "" ? (
                    <span className="text-faint">–</span>
                  ) : cell.mono ? (
                    cell.text
                  ) : (
                    <span className="block max-w-80 truncate" title={cell.text}>
                      {cell.text}
                    </span>
                  ))}
              </Td>
            ))}
            {traced ? (
              <Td className="py-0 text-right" onClick={(event) => event.stopPropagation()}>
                {row.trace ? <TraceHere {...row.trace} name={row.name} /> : null}
              </Td>
            ) : null}
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

const BOX = "block size-4 cursor-pointer accent-accent";

/** A column's head: it sorts by the column, and back. */
function Head({
  column,
  sort,
}: {
  column: string;
  sort: { by: Sort | undefined; onSort: (by: Sort) => void } | undefined;
}) {
  if (!sort) return <Th>{column}</Th>;
  const down = sort.by?.column === column ? sort.by.down : undefined;
  const Mark = down ? ArrowDown : ArrowUp;
  return (
    <Th aria-sort={down === undefined ? undefined : down ? "descending" : "ascending"}>
      <button
        type="button"
        onClick={() => sort.onSort({ column, down: down === false })}
        className="group/head inline-flex items-center gap-1 rounded hover:text-ink"
      >
        {column}
        <Mark aria-hidden className={cn("size-3", down === undefined && "opacity-0 group-hover/head:opacity-60")} />
      </button>
    </Th>
  );
}
