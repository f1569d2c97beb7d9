"use client";
import { useCallback, useEffect, useRef, useState } from "react";
import type { ReachEnd, ReachEvent } from "../../lib/api/reach.ts";
import { type ApiFailure, asFailure } from "../../lib/client/error.ts";
import { fetchLines } from "../../lib/client/fetch.ts";
import { useChanges } from "../frame/live.tsx";

export type Pair = Extract<ReachEvent, { kind: "pair" }>;

export interface Reach {
  state: "idle" | "running" | "done" | "stopped" | "failed";
  ends: readonly ReachEnd[];
  /** By row; a row that did not change is the same array. */
  rows: readonly (readonly (Pair | undefined)[])[];
  total: number;
  told: number;
  seconds?: number;
  error?: ApiFailure;
}

const NOTHING: Reach = { state: "idle", ends: [], rows: [], total: 0, told: 0 };
/** Between two paintings of what has come, in ms. */
const PAINT_MS = 120;

interface Asked {
  reach: Reach;
  /** It is made, and the cloud has changed since it was asked for. */
  old: boolean;
  again: () => void;
  stop: () => void;
}

/** Reads the matrix behind a URL while it is made. Another URL, stopping and leaving the page end it on the server, too. */
export function useReach(url: string | undefined): Asked {
  const [reach, setReach] = useState<Reach>(NOTHING);
  const [round, setRound] = useState(0);
  const changes = useChanges();
  const latest = useRef(changes);
  latest.current = changes;
  const [asked, setAsked] = useState(changes);
  const running = useRef<AbortController>(undefined);
  const again = useCallback(() => setRound((now) => now + 1), []);
  const stop = useCallback(() => running.current?.abort("stopped"), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks for the same URL again
  useEffect(() => {
    if (url === undefined) {
      setReach(NOTHING);
      return;
    }
    const abort = new AbortController();
    running.current = abort;
    let now: Reach = { ...NOTHING, state: "running" };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const paint = () => {
      timer = undefined;
      setReach(now);
    };
    const read = async () => {
      setReach(now);
      setAsked(latest.current);
      try {
        for await (const event of fetchLines<ReachEvent>(url, { signal: abort.signal })) {
          now = taken(now, event);
          timer ??= setTimeout(paint, PAINT_MS);
        }
        if (now.state === "running") now = { ...now, state: "stopped" };
      } catch (error) {
        if (abort.signal.aborted && abort.signal.reason !== "stopped") return;
        now = abort.signal.aborted
          ? { ...now, state: "stopped" }
          : { ...now, state: "failed", error: asFailure(error) };
      }
      clearTimeout(timer);
      setReach(now);
    };
    void read();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [url, round]);

  const made = reach.state === "done" || reach.state === "stopped";
  return { reach, old: made && changes !== asked, again, stop };
}

function taken(now: Reach, event: ReachEvent): Reach {
  switch (event.kind) {
    case "start":
      return {
        ...now,
        ends: event.ends,
        total: event.pairs,
        rows: event.ends.map(() => event.ends.map(() => undefined)),
      };
    case "pair": {
      const rows = now.rows.map((row, from) =>
        from === event.from ? row.map((cell, to) => (to === event.to ? event : cell)) : row,
      );
      return { ...now, rows, told: now.told + 1 };
    }
    case "done":
      return { ...now, state: "done", seconds: event.seconds };
    default:
      return event satisfies never;
  }
}
