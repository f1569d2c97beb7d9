"use client";
import { useRouter } from "next/navigation";
import { type KeyboardEvent, type MouseEvent, memo, useCallback, useRef, useState } from "react";
import type { ReachEnd } from "../../lib/api/reach.ts";
import type { Outcome } from "../../lib/datapath/event.ts";
import { shortCode } from "../../lib/traceview/short-code.ts";
import { OUTCOMES } from "../trace/outcome.tsx";
import { cn } from "../ui/cn.ts";
import type { Pair, Reach } from "./use-reach.ts";

const CELLS: Record<Outcome, string> = {
  delivered: "bg-ok-soft text-ok",
  exited: "bg-accent-soft text-accent",
  dropped: "bg-danger-soft text-danger",
  unknown: "bg-warn-soft text-warn",
};

interface Place {
  row: number;
  column: number;
}

/**
 * From rows to columns, a cell a pair. One cell is a stop for Tab; arrows go from there. A cell is a link: it opens, also
 * in another tab, the pair's trace.
 */
export function Matrix(props: {
  reach: Reach;
  /** Places in `ends` of the rows and columns that are shown. */
  rows: readonly number[];
  columns: readonly number[];
  shown: (pair: Pair) => boolean;
  href: (pair: Pair) => string;
}) {
  const { reach, rows, columns, shown, href } = props;
  const router = useRouter();
  const table = useRef<HTMLTableElement>(null);
  const [at, setAt] = useState<Place>({ row: 0, column: 1 });
  const [told, setTold] = useState<Pair>();

  const pairAt = useCallback(
    (target: EventTarget): Pair | undefined => {
      const cell = target instanceof Element ? target.closest<HTMLElement>("[data-from]") : null;
      const { from, to } = cell?.dataset ?? {};
      return from === undefined || to === undefined ? undefined : reach.rows[Number(from)]?.[Number(to)];
    },
    [reach.rows],
  );
  const onKey = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = step(at, { row: rows.length - 1, column: columns.length - 1 });
    setAt(next);
    table.current?.querySelector<HTMLElement>(`[data-place="${next.row} ${next.column}"]`)?.focus();
  };
  const onClick = (event: MouseEvent) => {
    const pair = pairAt(event.target);
    if (!pair || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    router.push(href(pair));
  };
  const name = (index: number | undefined) => (index === undefined ? "" : (reach.ends[index]?.name ?? ""));
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-line bg-surface">
      <section className="min-h-0 flex-1 overflow-auto pb-14" aria-label="Reachability">
        <table
          ref={table}
          aria-label="Reachability, from rows to columns"
          className="border-separate border-spacing-0 text-xs"
          onKeyDown={onKey}
          onClick={onClick}
          onMouseOver={(event) => setTold(pairAt(event.target))}
          onMouseLeave={() => setTold(undefined)}
          onFocus={(event) => {
            setTold(pairAt(event.target));
            const [row, column] = (event.target.dataset.place ?? "").split(" ");
            if (row !== undefined && column !== undefined) setAt({ row: Number(row), column: Number(column) });
          }}
          onBlur={() => setTold(undefined)}
        >
          <thead>
            <tr>
              <th
                scope="col"
                className="sticky top-0 left-0 z-30 border-r border-b border-line bg-surface px-3 pb-2 text-left align-bottom font-normal text-muted"
              >
                From <span aria-hidden>↓</span> to <span aria-hidden>→</span>
              </th>
              {columns.map((to) => (
                <th
                  key={to}
                  scope="col"
                  title={reach.ends[to]?.detail}
                  className={cn(
                    "sticky top-0 z-20 h-28 w-10 min-w-10 border-b border-line bg-surface pt-2 pb-2 align-bottom font-medium",
                    told?.to === to && "text-accent",
                  )}
                >
                  <span className="inline-block max-h-24 rotate-180 truncate text-left [writing-mode:vertical-rl]">
                    {name(to)}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((from, row) => (
              <Row
                key={from}
                from={from}
                row={row}
                end={reach.ends[from]}
                cells={reach.rows[from] ?? []}
                columns={columns}
                ends={reach.ends}
                stop={
                  at.row === row || (row === 0 && at.row >= rows.length) ? Math.min(at.column, columns.length - 1) : -1
                }
                lit={told?.from === from}
                shown={shown}
                href={href}
              />
            ))}
          </tbody>
        </table>
      </section>
      <p aria-hidden className="flex h-10 shrink-0 items-center gap-2 border-t border-line px-3 text-xs">
        {told ? (
          <>
            <span className="shrink-0 font-medium">
              {name(told.from)} → {name(told.to)}
            </span>
            <span className="truncate text-muted">
              {told.code}: {told.summary}
            </span>
          </>
        ) : (
          <span className="truncate text-muted">
            Point at a cell to read how it ended; open it to follow the packet.
          </span>
        )}
      </p>
    </div>
  );
}

const clamp = (value: number, most: number) => Math.max(0, Math.min(most, value));
const STEPS: Partial<Record<string, (at: Place, last: Place) => Place>> = {
  ArrowLeft: (at, last) => ({ row: clamp(at.row, last.row), column: clamp(at.column - 1, last.column) }),
  ArrowRight: (at, last) => ({ row: clamp(at.row, last.row), column: clamp(at.column + 1, last.column) }),
  ArrowUp: (at, last) => ({ row: clamp(at.row - 1, last.row), column: clamp(at.column, last.column) }),
  ArrowDown: (at, last) => ({ row: clamp(at.row + 1, last.row), column: clamp(at.column, last.column) }),
  Home: (at) => ({ ...at, column: 0 }),
  End: (at, last) => ({ ...at, column: last.column }),
};

/** Painted anew only when something of it changed: a matrix has thousands of cells, and they come row by row. */
const Row = memo(function Row(props: {
  from: number;
  row: number;
  end: ReachEnd | undefined;
  ends: readonly ReachEnd[];
  cells: readonly (Pair | undefined)[];
  columns: readonly number[];
  /** Column that Tab stops at; -1: none. */
  stop: number;
  lit: boolean;
  shown: (pair: Pair) => boolean;
  href: (pair: Pair) => string;
}) {
  const { from, row, end, cells, columns, stop } = props;
  return (
    <tr>
      <th
        scope="row"
        title={end?.detail}
        className={cn(
          "sticky left-0 z-10 h-9 max-w-52 min-w-28 truncate border-r border-b border-line bg-surface px-3 text-left font-medium max-md:max-w-32",
          props.lit && "text-accent",
        )}
      >
        {end?.name}
      </th>
      {columns.map((to, column) => {
        const place = { "data-place": `${row} ${column}`, tabIndex: column === stop ? 0 : -1 };
        const pair = cells[to];
        const names = `${end?.name} to ${props.ends[to]?.name}`;
        return (
          <td key={to} className="h-9 w-10 min-w-10 border-b border-line p-px text-center">
            {from === to ? (
              <span {...place} className="grid h-8 place-items-center bg-sunken text-faint" title="Itself">
                <span aria-hidden>·</span>
                <span className="sr-only">itself</span>
              </span>
            ) : pair === undefined ? (
              <span {...place} className="shimmer block h-8 rounded-sm">
                <span className="sr-only">not known yet</span>
              </span>
            ) : (
              <Cell pair={pair} place={place} names={names} quiet={!props.shown(pair)} href={props.href(pair)} />
            )}
          </td>
        );
      })}
    </tr>
  );
});

function Cell(props: {
  pair: Pair;
  place: { "data-place": string; tabIndex: number };
  names: string;
  /** Left out by the filter: there, and not in the way. */
  quiet: boolean;
  href: string;
}) {
  const { pair, quiet } = props;
  const { word, icon: Icon } = OUTCOMES[pair.outcome];
  return (
    <a
      {...props.place}
      data-from={pair.from}
      data-to={pair.to}
      href={props.href}
      className={cn(
        "relative flex h-8 flex-col items-center justify-center rounded-sm leading-none hover:ring-1 hover:ring-current focus-visible:outline-offset-0",
        quiet ? "bg-sunken text-muted" : CELLS[pair.outcome],
      )}
    >
      {/* As text, not as a label: that would have to hold the short code as it is seen. */}
      <span className="sr-only">{`${props.names}: ${word}, ${pair.code}`}</span>
      <Icon aria-hidden className="size-3.5" />
      <span aria-hidden className="pt-0.5 font-mono text-[10px]">
        {shortCode(pair.code)}
      </span>
    </a>
  );
}
