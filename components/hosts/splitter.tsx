"use client";
import { type KeyboardEvent, type PointerEvent, useEffect, useState } from "react";

const KEY = "underlay.panel-width";
const MIN = 340;
const STEP = 32;

/** Width of the details panel: dragged or moved by arrow keys, kept for the next visit. */
export function usePanelWidth(initial = 500): [number, (width: number) => void] {
  const [width, setWidth] = useState(initial);
  useEffect(() => {
    const kept = Number(localStorage.getItem(KEY));
    if (kept >= MIN) setWidth(kept);
  }, []);
  const keep = (next: number) => {
    const clamped = Math.round(Math.min(Math.max(next, MIN), window.innerWidth * 0.75));
    setWidth(clamped);
    localStorage.setItem(KEY, String(clamped));
  };
  return [width, keep];
}

export function Splitter({ width, onWidth }: { width: number; onWidth: (width: number) => void }) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    onWidth(width + (event.key === "ArrowLeft" ? STEP : -STEP));
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    const start = { x: event.clientX, width };
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const move = (next: globalThis.PointerEvent) => onWidth(start.width + start.x - next.clientX);
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", () => handle.removeEventListener("pointermove", move), { once: true });
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that can be moved is not a thematic break
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the details"
      aria-valuenow={width}
      aria-valuemin={MIN}
      aria-valuemax={1600}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      className="absolute inset-y-0 -left-1 z-20 w-2 cursor-col-resize touch-none hover:bg-accent/30 focus-visible:bg-accent/40"
    />
  );
}
