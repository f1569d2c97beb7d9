"use client";
import { ChevronRight } from "lucide-react";
import { Fragment, useEffect, useRef, useState } from "react";
import type { Element, StepEvent } from "../../lib/datapath/event.ts";
import { commandForStep } from "../../lib/traceview/command.ts";
import { elementText, elementWord, lineOf, shortFlow } from "../../lib/traceview/decision.ts";
import { endOfCopy, type Row } from "../../lib/traceview/rows.ts";
import { cn } from "../ui/cn.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { Table, Th } from "../ui/table.tsx";

/** One row a hop: where, what decided, what changed. Opens to every step of the hop. */
export function Timeline(props: {
  label: string;
  rows: readonly Row[];
  step: number;
  fault: number | undefined;
  /** What the verdict holds responsible. */
  element: Element | undefined;
  danger: boolean;
  /** False while it may not be laid out: nothing can be scrolled then. */
  settled: boolean;
  onStep: (step: number) => void;
}) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const body = useRef<HTMLTableSectionElement>(null);
  useEffect(() => {
    const row = body.current?.querySelector<HTMLElement>(`[data-step="${props.step}"]`);
    if (row && props.settled) reveal(row);
  }, [props.step, props.settled]);
  const toggle = (index: number) => {
    const next = new Set(open);
    if (!next.delete(index)) next.add(index);
    setOpen(next);
  };
  return (
    <Table label={props.label} wrapClassName="h-full min-h-0 scroll-pt-9" className="min-w-160 table-fixed">
      <thead>
        <tr>
          <Th className="w-14 pr-0">#</Th>
          <Th className="w-56">Device</Th>
          <Th>Decided by</Th>
          <Th className="w-44">Changed</Th>
        </tr>
      </thead>
      <tbody ref={body}>
        {props.rows.map((row) => {
          const index = row.hop.index;
          const expanded = open.has(index);
          return (
            <Fragment key={index}>
              <HopRow
                row={row}
                selected={index === props.step}
                expanded={expanded}
                fault={index === props.fault}
                element={index === props.fault ? props.element : undefined}
                danger={props.danger}
                onStep={() => props.onStep(index)}
                onToggle={() => toggle(index)}
              />
              {expanded ? <HopEvents row={row} /> : null}
            </Fragment>
          );
        })}
      </tbody>
    </Table>
  );
}

/** Height of the sticky head. */
const HEAD_PX = 36;

/** Scrolls the table alone: `scrollIntoView` would move the page too. */
function reveal(row: HTMLElement) {
  const box = row.closest("section");
  if (!box) return;
  const top = row.offsetTop - HEAD_PX;
  const bottom = row.offsetTop + row.offsetHeight;
  if (box.scrollTop > top) box.scrollTop = top;
  else if (box.scrollTop + box.clientHeight < bottom) box.scrollTop = bottom - box.clientHeight;
}

const CELL = "border-b border-line px-3 py-1 align-baseline";

function HopRow(props: {
  row: Row;
  selected: boolean;
  expanded: boolean;
  fault: boolean;
  element: Element | undefined;
  danger: boolean;
  onStep: () => void;
  onToggle: () => void;
}) {
  const { row, fault, danger } = props;
  const { hop } = row;
  const decision = props.element ? { by: elementWord(props.element), text: elementText(props.element) } : row.decision;
  const faultInk = fault && (danger ? "text-danger" : "text-warn");
  return (
    <tr
      data-step={hop.index}
      aria-current={props.selected ? "step" : undefined}
      onClick={props.onStep}
      className={cn(
        "cursor-pointer text-xs hover:bg-hover",
        props.selected && "bg-accent-soft hover:bg-accent-soft",
        fault && (danger ? "bg-danger-soft hover:bg-danger-soft" : "bg-warn-soft hover:bg-warn-soft"),
      )}
    >
      <td className={cn(CELL, "pr-0 whitespace-nowrap")}>
        <button
          type="button"
          aria-label={`Steps of hop ${row.number}`}
          aria-expanded={props.expanded}
          onClick={(event) => {
            event.stopPropagation();
            props.onToggle();
          }}
          className="mr-1 -ml-1.5 inline-grid size-5 place-items-center rounded align-middle text-faint hover:bg-line hover:text-ink"
        >
          <ChevronRight aria-hidden className={cn("size-3.5 transition-transform", props.expanded && "rotate-90")} />
        </button>
        <span className="text-muted tabular-nums">{row.number}</span>
      </td>
      <td className={cn(CELL, "truncate")}>
        <button
          type="button"
          onClick={props.onStep}
          title={hop.netns === "root" ? undefined : hop.netns}
          className="max-w-full truncate rounded text-left font-mono"
        >
          <span className="text-muted">{hop.host} · </span>
          {hop.netns.startsWith("guest:") ? hop.netns.slice("guest:".length) : hop.device}
        </button>
      </td>
      <td className={cn(CELL, "truncate font-mono", faultInk)} title={decision?.text}>
        {decision ? (
          <>
            <span className={cn("mr-1 font-sans text-muted", faultInk)}>{decision.by}</span> {decision.text}
          </>
        ) : null}
      </td>
      <td className={cn(CELL, "truncate font-mono text-accent")} title={row.changes.join(", ")}>
        {row.changes.join(" · ")}
      </td>
    </tr>
  );
}

/** Every step of a hop in order, and the copies that it made. */
function HopEvents({ row }: { row: Row }) {
  return (
    <tr>
      <td colSpan={4} className="border-b border-line bg-bg py-2 pr-3 pl-11">
        <ol className="flex flex-col">
          {shownEvents(row.hop.events).map((event) => (
            <EventLine key={event.seq} event={event} />
          ))}
        </ol>
        {row.copies.length > 0 ? (
          <div className="pt-2">
            <p className="text-xs font-medium text-muted">
              {row.copies.length} more {row.copies.length === 1 ? "copy" : "copies"} of this frame
            </p>
            <ul className="columns-2 pt-1 font-mono text-xs leading-5">
              {row.copies.map((copy) => {
                const end = endOfCopy(copy);
                return (
                  <li key={copy.branch} className="truncate">
                    {end.place} <span className="font-sans text-muted">{end.outcome}</span>
                  </li>
                );
              })}
            </ul>
          </div>
        ) : null}
      </td>
    </tr>
  );
}

/** A flow says what it does; its actions are listed only where they tell more than its own text. */
function shownEvents(events: readonly StepEvent[]): StepEvent[] {
  let flow = "";
  return events.filter((event) => {
    if (event.kind === "flow") flow = event.text;
    return event.kind !== "action" || !flow.includes(event.text);
  });
}

function EventLine({ event }: { event: StepEvent }) {
  const line = lineOf(event);
  const command = commandForStep(event);
  const whole = "text" in event && event.text ? event.text : undefined;
  const text = event.kind === "flow" ? `priority=${event.priority} ${shortFlow(event.text)}` : (whole ?? line.text);
  return (
    <li className="group/line grid grid-cols-[5.5rem_minmax(0,1fr)_auto] items-baseline gap-2 text-xs leading-6">
      <span className="text-muted">{line.by}</span>
      <span className="min-w-0 font-mono break-words" title={whole}>
        {event.kind === "flow" ? (
          <span className="text-muted">{`${event.bridge} ${event.tableName ?? "table"} ${event.table}, `}</span>
        ) : null}
        {event.kind === "rule" ? <span className="text-muted">{`${event.table} ${event.hook}, `}</span> : null}
        {text}
        {event.resource ? (
          <span className="ml-2 font-sans text-muted">{`${event.resource.type.replaceAll("_", " ")} ${event.resource.name ?? event.resource.id.slice(0, 8)}`}</span>
        ) : null}
      </span>
      {command ? (
        <CopyButton
          text={command}
          label={`Copy: ${command.split("\n")[0]}`}
          size="icon"
          className="size-6 opacity-0 group-hover/line:opacity-100 focus-visible:opacity-100"
        />
      ) : null}
    </li>
  );
}
