"use client";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";

/** How long the packet takes from one hop to the next, in ms. */
export const HOP_MS = 620;

export interface Player {
  playing: boolean;
  toggle: () => void;
  stop: () => void;
}

/** Steps from hop to hop until the last one. Started at the end, it begins anew. */
export function usePlayer(step: number, count: number, onStep: (step: number) => void): Player {
  const [playing, setPlaying] = useState(false);
  // The step lives in the URL and arrives a moment later: until then, being at the end is no reason to stop.
  const rewinding = useRef(false);
  useEffect(() => {
    if (!playing) return;
    if (step >= count - 1) {
      if (!rewinding.current) setPlaying(false);
      return;
    }
    rewinding.current = false;
    const timer = setTimeout(() => onStep(step + 1), HOP_MS);
    return () => clearTimeout(timer);
  }, [playing, step, count, onStep]);
  return {
    playing,
    stop: () => setPlaying(false),
    toggle: () => {
      rewinding.current = !playing && step >= count - 1;
      if (rewinding.current) onStep(0);
      setPlaying(!playing && count > 1);
    },
  };
}

const QUERY = "(prefers-reduced-motion: reduce)";

export function useReducedMotion(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = window.matchMedia(QUERY);
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    () => window.matchMedia(QUERY).matches,
    () => false,
  );
}
