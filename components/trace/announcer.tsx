"use client";
import { useEffect, useState } from "react";
import type { TraceView } from "../../lib/traceview/view.ts";
import type { TraceRun } from "./use-trace.ts";

/** Between two announcements of hops, in ms: a screen reader should not be flooded. */
const QUIET_MS = 700;

/** Tells a screen reader how far the trace is, sparsely, and how it ended. */
export function Announcer({ view, state }: { view: TraceView; state: TraceRun["state"] }) {
  const [said, setSaid] = useState("");
  const hops = view.legs.reduce((sum, leg) => sum + leg.rows.length, 0);
  const { verdict } = view;
  useEffect(() => {
    if (state === "running") {
      const timer = setTimeout(() => setSaid(hops === 0 ? "Tracing" : `${hops} hops so far`), QUIET_MS);
      return () => clearTimeout(timer);
    }
    setSaid(
      verdict ? `${verdict.outcome}, ${hops} hops. ${verdict.summary}` : state === "cut" ? "The trace broke off." : "",
    );
    return undefined;
  }, [state, hops, verdict]);
  return (
    <div role="status" aria-live="polite" className="sr-only">
      {said}
    </div>
  );
}
