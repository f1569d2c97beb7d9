"use client";
import { Box, Cable, Globe, type LucideIcon, Network, Router, Server } from "lucide-react";
import { type KeyboardEvent, type Ref, useEffect, useId, useRef, useState } from "react";
import type { TraceEnd } from "../../lib/api/http.ts";
import { matchEnds } from "../../lib/traceview/match.ts";
import { cn } from "../ui/cn.ts";

const ICONS: Record<TraceEnd["kind"], LucideIcon> = {
  instance: Box,
  router: Router,
  dhcp: Network,
  floatingip: Globe,
  host: Server,
  port: Cable,
};

/**
 * A box for one end of a trace: lists what the cloud has, and takes any other text too. `value` is what a trace is asked
 * for; the text shown is its label where there is one. The pattern is WAI-ARIA's editable combobox with a list.
 */
export function EndCombo(props: {
  label: string;
  placeholder: string;
  value: string;
  ends: readonly TraceEnd[] | undefined;
  /** The end behind `value`, where it is one of the cloud's. */
  known: TraceEnd | undefined;
  disabled?: boolean;
  invalid?: string | undefined;
  onChange: (value: string) => void;
  /** An entry was chosen, or Enter pressed on a finished text. */
  onCommit: (value: string) => void;
  inputRef?: Ref<HTMLInputElement>;
  align?: "left" | "right";
}) {
  const { ends = [], known, value, onChange, onCommit } = props;
  const id = useId();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState<string | null>(null);
  const [active, setActive] = useState(-1);
  const list = useRef<HTMLDivElement>(null);
  const shown = text ?? known?.label ?? value;
  const found = open ? matchEnds(ends, text ?? "") : [];

  useEffect(() => {
    list.current?.querySelector(`[data-index="${active}"]`)?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const close = () => {
    setOpen(false);
    setText(null);
    setActive(-1);
  };
  const choose = (end: TraceEnd) => {
    onChange(end.value);
    close();
    onCommit(end.value);
  };
  const type = (next: string) => {
    setText(next);
    setOpen(true);
    setActive(-1);
    const exact = ends.find((end) => end.label.toLowerCase() === next.trim().toLowerCase());
    onChange(exact?.value ?? next.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive(found.length === 0 ? -1 : (active + step + found.length) % found.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const end = found[active];
      if (end) return choose(end);
      close();
      onCommit(value);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      close();
    } else if (event.key === "Tab") close();
  };

  return (
    <div className="relative min-w-0 flex-1 max-md:basis-[calc(100%-3rem)]">
      <label htmlFor={id} className="sr-only">
        {props.label}
      </label>
      <span aria-hidden className="pointer-events-none absolute top-1.5 left-3 text-2xs text-faint">
        {props.label}
      </span>
      <input
        ref={props.inputRef}
        id={id}
        role="combobox"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
        aria-invalid={props.invalid !== undefined || undefined}
        aria-describedby={props.invalid !== undefined ? `${id}-error` : undefined}
        autoComplete="off"
        spellCheck={false}
        disabled={props.disabled}
        placeholder={props.disabled ? "not needed for DHCP" : props.placeholder}
        value={props.disabled ? "" : shown}
        onChange={(event) => type(event.target.value)}
        onFocus={(event) => event.target.select()}
        onClick={() => setOpen(true)}
        onBlur={close}
        onKeyDown={onKeyDown}
        className={cn(
          "h-12 w-full rounded-lg border border-line bg-surface px-3 pt-4.5 pb-1 text-base font-medium text-ink",
          "placeholder:font-normal placeholder:text-faint hover:border-line-strong aria-invalid:border-danger disabled:opacity-60",
        )}
      />
      {known && text === null && !props.disabled ? (
        <span className="pointer-events-none absolute top-10 right-3 hidden max-w-[66%] -translate-y-full truncate bg-surface pl-2 xl:block font-mono text-2xs text-muted">
          {known.detail}
        </span>
      ) : null}
      {props.invalid !== undefined ? (
        <p id={`${id}-error`} role="alert" className="pt-1 pl-1 text-xs text-danger">
          {props.invalid}
        </p>
      ) : null}
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={props.label}
        hidden={!open || found.length === 0}
        className={cn(
          "absolute z-40 mt-1 max-h-96 w-full min-w-[min(24rem,calc(100vw-6rem))] overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-float",
          props.align === "right" && "right-0",
        )}
      >
        {found.map((end, index) => (
          <EndOption
            key={`${end.kind} ${end.value}`}
            id={`${id}-${index}`}
            index={index}
            end={end}
            active={index === active}
            first={end.kind !== found[index - 1]?.kind}
            onChoose={() => choose(end)}
          />
        ))}
      </div>
    </div>
  );
}

function EndOption(props: {
  id: string;
  index: number;
  end: TraceEnd;
  active: boolean;
  first: boolean;
  onChoose: () => void;
}) {
  const Icon = ICONS[props.end.kind];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the box has the focus, and its keys choose the active option
    <div
      id={props.id}
      role="option"
      data-index={props.index}
      aria-selected={props.active}
      tabIndex={-1}
      // The press must not take the focus from the box before the click arrives.
      onPointerDown={(event) => event.preventDefault()}
      onClick={props.onChoose}
      className={cn(
        "flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2 text-sm hover:bg-hover aria-selected:bg-accent-soft",
        props.first &&
          props.index > 0 &&
          "mt-1.5 before:absolute before:right-2 before:left-2 before:-mt-10.5 before:h-px before:bg-line",
      )}
    >
      <Icon aria-hidden className="size-4 shrink-0 text-faint" />
      <span className="max-w-[70%] shrink-0 truncate font-medium">{props.end.label}</span>
      <span className="min-w-0 flex-1 truncate text-right font-mono text-2xs text-muted">{props.end.detail}</span>
    </div>
  );
}
