"use client";
import { useCallback, useEffect, useRef, useState } from "react";
import { REMEMBER_HEADER } from "../../lib/api/reach.ts";
import { type ApiFailure, asFailure } from "../../lib/client/error.ts";
import { fetchLines } from "../../lib/client/fetch.ts";
import type { TraceEvent } from "../../lib/datapath/event.ts";
import { useChanges } from "../frame/live.tsx";

export type TraceRun =
  | { state: "idle"; events: TraceEvent[] }
  | { state: "running"; events: TraceEvent[] }
  | { state: "done"; events: TraceEvent[] }
  /** The stream ended before its verdict. */
  | { state: "cut"; events: TraceEvent[] }
  | { state: "failed"; events: TraceEvent[]; error: ApiFailure };

const NOTHING: TraceEvent[] = [];
/** Somebody looks at it: it goes into the history. */
const REMEMBER = { [REMEMBER_HEADER]: "1" };

/**
 * Runs the trace behind a URL and keeps its events as they arrive, painted at most once a frame. Another URL, a re-run and
 * leaving the page abort the request, and so the walk on the server. `old`: the cloud has changed since it was asked for.
 */
export function useTrace(url: string | undefined): { run: TraceRun; old: boolean; again: () => void } {
  const [run, setRun] = useState<TraceRun>({
    state: url === undefined ? "idle" : "running",
    events: NOTHING,
  });
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((now) => now + 1), []);
  const paint = useRef(0);
  const changes = useChanges();
  const latest = useRef(changes);
  latest.current = changes;
  const [asked, setAsked] = useState(changes);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks for the same URL again
  useEffect(() => {
    if (url === undefined) {
      setRun({ state: "idle", events: NOTHING });
      return;
    }
    const abort = new AbortController();
    const events: TraceEvent[] = [];
    const show = () => {
      paint.current = 0;
      setRun({ state: "running", events: [...events] });
    };
    const read = async () => {
      setRun({ state: "running", events: NOTHING });
      setAsked(latest.current);
      try {
        for await (const event of fetchLines<TraceEvent>(url, { signal: abort.signal, headers: REMEMBER })) {
          events.push(event);
          if (paint.current === 0) paint.current = requestAnimationFrame(show);
        }
        cancelAnimationFrame(paint.current);
        paint.current = 0;
        if (!abort.signal.aborted) setRun({ state: events.at(-1)?.kind === "verdict" ? "done" : "cut", events });
      } catch (error) {
        cancelAnimationFrame(paint.current);
        paint.current = 0;
        if (abort.signal.aborted) return;
        // Once hops have come, what failed is the stream and not the question.
        setRun(events.length > 0 ? { state: "cut", events } : { state: "failed", events, error: asFailure(error) });
      }
    };
    void read();
    return () => {
      abort.abort();
      cancelAnimationFrame(paint.current);
      paint.current = 0;
    };
  }, [url, round]);

  return { run, old: run.state === "done" && changes !== asked, again };
}
