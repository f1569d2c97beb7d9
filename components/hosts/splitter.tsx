"use client";
import { type KeyboardEvent, type PointerEvent, useEffect, useState } from "react";
import { cn } from "../ui/cn.ts";

/** An edge that can be moved: that of a pane at the right, or below. Towards the picture is larger. */
interface Edge {
  /** Where its size is kept. */
  key: string;
  label: string;
  /** Of the line itself. */
  orientation: "horizontal" | "vertical";
  initial: number;
  min: number;
  /** At most, of the window. */
  share: number;
}

export const PANEL_WIDTH: Edge = {
  key: "underlay.panel-width",
  label: "Width of the details",
  orientation: "vertical",
  initial: 500,
  min: 340,
  share: 0.75,
};

export const CONSOLE_HEIGHT: Edge = {
  key: "underlay.console-height",
  label: "Height of the console",
  orientation: "horizontal",
  initial: 300,
  min: 160,
  share: 0.7,
};

const STEP = 32;

/** What differs between the two directions. */
const WAYS = {
  vertical: {
    larger: "ArrowLeft",
    smaller: "ArrowRight",
    at: (event: { clientX: number }) => event.clientX,
    window: () => window.innerWidth,
    className: "inset-y-0 -left-1 w-2 cursor-col-resize",
  },
  horizontal: {
    larger: "ArrowUp",
    smaller: "ArrowDown",
    at: (event: { clientY: number }) => event.clientY,
    window: () => window.innerHeight,
    className: "inset-x-0 -top-1 h-2 cursor-row-resize",
  },
} as const;

/** Its size in pixels: dragged or moved by arrow keys, kept for the next visit. */
export function useEdge(edge: Edge): [number, (size: number) => void] {
  const { key, min, share } = edge;
  const [size, setSize] = useState(edge.initial);
  useEffect(() => {
    const kept = Number(localStorage.getItem(key));
    if (kept >= min) setSize(kept);
  }, [key, min]);
  const keep = (next: number) => {
    const clamped = Math.round(Math.min(Math.max(next, min), WAYS[edge.orientation].window() * share));
    setSize(clamped);
    localStorage.setItem(key, String(clamped));
  };
  return [size, keep];
}

export function Splitter({ edge, size, onSize }: { edge: Edge; size: number; onSize: (size: number) => void }) {
  const way = WAYS[edge.orientation];
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== way.larger && event.key !== way.smaller) return;
    event.preventDefault();
    onSize(size + (event.key === way.larger ? STEP : -STEP));
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    const start = { at: way.at(event), size };
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const move = (next: globalThis.PointerEvent) => onSize(start.size + start.at - way.at(next));
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", () => handle.removeEventListener("pointermove", move), { once: true });
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that can be moved is not a thematic break
    <div
      role="separator"
      aria-orientation={edge.orientation}
      aria-label={edge.label}
      aria-valuenow={size}
      aria-valuemin={edge.min}
      aria-valuemax={1600}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      className={cn("absolute z-20 touch-none hover:bg-accent/30 focus-visible:bg-accent/40", way.className)}
    />
  );
}
