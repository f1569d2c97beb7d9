"use client";
import { useEffect, useState } from "react";
import { shortCode } from "../../lib/traceview/short-code.ts";
import { OUTCOMES } from "../trace/outcome.tsx";
import { cn } from "../ui/cn.ts";
import type { Pair, Reach } from "./use-reach.ts";

/** Between two announcements of progress, in ms. */
const QUIET_MS = 2000;

/** How many pairs ended how; each is a button that shows those alone. */
export function Summary(props: { reach: Reach; only: string; onOnly: (only: string | null) => void }) {
  const { reach, only, onOnly } = props;
  const pairs = reach.rows.flatMap((row) => row.filter((pair) => pair !== undefined));
  const reached = pairs.filter((pair) => pair.outcome === "delivered" || pair.outcome === "exited").length;
  // In the order in which they came: while pairs come, those that are there stay in their place.
  const codes = [...Map.groupBy(pairs, (pair) => pair.code)].map(([code, all]) => ({
    code,
    count: all.length,
    outcome: all[0]?.outcome ?? "unknown",
  }));
  const digits = { minWidth: `${String(reach.total).length}ch` };
  const failing = pairs.length - reached;
  const share = reach.total === 0 ? 0 : reach.told / reach.total;
  return (
    <div className="flex flex-col gap-2">
      <div className="flex min-h-8 items-center gap-x-4 gap-y-1.5 max-md:flex-col max-md:items-start">
        <p className="min-w-60 shrink-0 text-sm tabular-nums">
          <strong className="font-semibold">{reached}</strong> of {reach.told} reach
          {reach.state === "running" || reach.state === "idle"
            ? ` · ${reach.told} of ${reach.total} traced`
            : reach.state === "stopped"
              ? ` · stopped before ${reach.total - reach.told} pairs`
              : reach.seconds === undefined
                ? ""
                : ` · ${reach.seconds.toFixed(1)} s`}
        </p>
        {/* One line, whatever comes: more of them than fit scroll. */}
        <fieldset
          aria-label="Which pairs are shown"
          className="flex max-w-full min-w-0 gap-2 overflow-x-auto py-0.5 pr-5 pl-0.5 [mask-image:linear-gradient(to_right,black_calc(100%-20px),transparent)] [scrollbar-width:none]"
        >
          <Chip
            pressed={only === "failing"}
            disabled={failing === 0}
            onClick={() => onOnly(only === "failing" ? null : "failing")}
          >
            Failing only <Count style={digits}>{failing}</Count>
          </Chip>
          {codes.map(({ code, count, outcome }) => (
            <CodeChip key={code} code={code} outcome={outcome} only={only} onOnly={onOnly}>
              <Count style={digits}>{count}</Count>
            </CodeChip>
          ))}
        </fieldset>
      </div>
      <div
        role="progressbar"
        aria-label="Pairs traced"
        aria-valuemin={0}
        aria-valuemax={reach.total}
        aria-valuenow={reach.told}
        className={cn("h-1 overflow-hidden rounded-full bg-sunken", reach.state !== "running" && "invisible")}
      >
        <div className="h-full bg-accent" style={{ width: `${share * 100}%` }} />
      </div>
      <Said reach={reach} reached={reached} />
    </div>
  );
}

function CodeChip(
  props: Pick<Pair, "code" | "outcome"> & {
    only: string;
    onOnly: (only: string | null) => void;
    children: React.ReactNode;
  },
) {
  const { code, outcome, only } = props;
  const Icon = OUTCOMES[outcome].icon;
  return (
    <Chip pressed={only === code} onClick={() => props.onOnly(only === code ? null : code)}>
      <Icon aria-hidden className={cn("size-3.5", INKS[outcome])} />
      <span className="font-mono">{code}</span>
      {code === "DELIVERED" ? null : (
        <span aria-hidden className="font-mono text-muted">
          {shortCode(code)}
        </span>
      )}
      {props.children}
    </Chip>
  );
}

function Count({ children, style }: { children: number; style: React.CSSProperties }) {
  return (
    <span className="text-right tabular-nums" style={style}>
      {children}
    </span>
  );
}

const INKS: Record<Pair["outcome"], string> = {
  delivered: "text-ok",
  exited: "text-accent",
  dropped: "text-danger",
  unknown: "text-warn",
};

function Chip(props: { pressed: boolean; disabled?: boolean; onClick: () => void; children: React.ReactNode }) {
  return (
    <button
      type="button"
      aria-pressed={props.pressed}
      disabled={props.disabled}
      onClick={props.onClick}
      className="inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md border border-line bg-surface px-2 text-xs hover:border-line-strong hover:bg-hover disabled:opacity-50 aria-pressed:border-accent aria-pressed:bg-accent-soft"
    >
      {props.children}
    </button>
  );
}

/** For who does not see the bar: how far it is, sparsely, and how it ended. */
function Said({ reach, reached }: { reach: Reach; reached: number }) {
  const [said, setSaid] = useState("");
  const { state, told, total } = reach;
  const running = state === "running";
  const progress = `${told} of ${total} pairs traced`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a steady pace, not one by the news
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(() => setSaid(progress), QUIET_MS);
    return () => clearInterval(timer);
  }, [running, Math.floor(told / 500)]);
  useEffect(() => {
    if (state === "done") setSaid(`${reached} of ${total} pairs reach each other.`);
    if (state === "stopped") setSaid("Stopped.");
  }, [state, reached, total]);
  return (
    <div role="status" aria-live="polite" className="sr-only">
      {said}
    </div>
  );
}
