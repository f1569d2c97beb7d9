"use client";
import type { KeyboardEvent, ReactNode } from "react";
import { cn } from "../ui/cn.ts";

/** An element of a picture that can be reached, named, lit and selected: by pointer, keyboard and assistive technology alike. */
export function Target(props: {
  id: string;
  /** The whole of what the drawing says, as one phrase. */
  label: string;
  selected?: boolean;
  /** Opened or closed, for what unfolds. */
  expanded?: boolean;
  dimmed?: boolean;
  onSelect: () => void;
  onHover?: (id: string | null) => void;
  children: ReactNode;
  className?: string;
}) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    props.onSelect();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button of its own
    <g
      data-id={props.id}
      role="button"
      tabIndex={0}
      aria-label={props.label}
      aria-pressed={props.expanded === undefined ? (props.selected ?? false) : undefined}
      aria-expanded={props.expanded}
      onClick={props.onSelect}
      onKeyDown={onKeyDown}
      onPointerEnter={() => props.onHover?.(props.id)}
      onPointerLeave={() => props.onHover?.(null)}
      onFocus={() => props.onHover?.(props.id)}
      onBlur={() => props.onHover?.(null)}
      className={cn(
        "group/target cursor-pointer transition-opacity duration-150 focus:outline-none",
        props.dimmed && "opacity-45",
        props.className,
      )}
    >
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing inside takes the focus; the name says it all, once */}
      <g aria-hidden="true">{props.children}</g>
    </g>
  );
}

/** The ring that a focused or selected target shows around its box. Put it first or last among the children. */
export function TargetRing(props: {
  x: number;
  y: number;
  width: number;
  height: number;
  radius: number;
  selected?: boolean;
}) {
  const { x, y, width, height, radius } = props;
  return (
    <rect
      aria-hidden
      x={x - 3}
      y={y - 3}
      width={width + 6}
      height={height + 6}
      rx={radius + 3}
      className={cn(
        "pointer-events-none fill-none stroke-accent stroke-2 group-focus-visible/target:opacity-100",
        props.selected ? "opacity-100" : "opacity-0",
      )}
    />
  );
}
