"use client";
import { type KeyboardEvent, type PointerEvent, useEffect, useState } from "react";

const KEY = "underlay.console-height";
const MIN = 160;
const STEP = 32;

/** Height of the console: dragged or moved by arrow keys, kept for the next visit. */
export function useConsoleHeight(): [number, (height: number) => void] {
  const [height, setHeight] = useState(300);
  useEffect(() => {
    const kept = Number(localStorage.getItem(KEY));
    if (kept >= MIN) setHeight(kept);
  }, []);
  const keep = (next: number) => {
    const clamped = Math.round(Math.min(Math.max(next, MIN), window.innerHeight * 0.7));
    setHeight(clamped);
    localStorage.setItem(KEY, String(clamped));
  };
  return [height, keep];
}

export function HeightHandle({ height, onHeight }: { height: number; onHeight: (height: number) => void }) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    onHeight(height + (event.key === "ArrowUp" ? STEP : -STEP));
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    const start = { y: event.clientY, height };
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const move = (next: globalThis.PointerEvent) => onHeight(start.height + start.y - next.clientY);
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", () => handle.removeEventListener("pointermove", move), { once: true });
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that can be moved is not a thematic break
    <div
      role="separator"
      aria-orientation="horizontal"
      aria-label="Height of the console"
      aria-valuenow={height}
      aria-valuemin={MIN}
      aria-valuemax={1600}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      className="absolute inset-x-0 -top-1 z-20 h-2 cursor-row-resize touch-none hover:bg-accent/30 focus-visible:bg-accent/40"
    />
  );
}
