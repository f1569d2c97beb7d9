"use client";
import { useEffect, useState } from "react";

/** How long ago, in words that stay true: `just now`, `12 s ago`, `3 min ago`, `2 h ago`, `4 days ago`. */
export function Ago({ at }: { at: number | string }) {
  const [now, setNow] = useState<number>();
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 5000);
    return () => clearInterval(timer);
  }, []);
  const then = new Date(at);
  // What was just fetched may be newer than the last tick. In the server's HTML there is no now.
  const seconds = now === undefined ? undefined : Math.max(0, (now - then.getTime()) / 1000);
  return (
    <time dateTime={then.toISOString()} title={then.toISOString()} className="whitespace-nowrap tabular-nums">
      {seconds === undefined ? "…" : agoText(seconds)}
    </time>
  );
}

function agoText(seconds: number): string {
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${Math.round(seconds)} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86400)} days ago`;
}
