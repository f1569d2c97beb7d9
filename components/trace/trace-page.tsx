"use client";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Topology, TraceEnd } from "../../lib/api/http.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { useUrlState } from "../../lib/client/use-url-state.ts";
import { examplesOf } from "../../lib/traceview/examples.ts";
import { findEnd } from "../../lib/traceview/match.ts";
import {
  isComplete,
  type QueryDraft,
  queryParams,
  readDraft,
  toSearch,
  unreadable,
} from "../../lib/traceview/query.ts";
import { OldNotice } from "../frame/old-notice.tsx";
import { usePageKey } from "../frame/page-key.ts";
import { HistoryLink } from "../history/history-link.tsx";
import { Recent } from "../history/recent.tsx";
import { ErrorState } from "../ui/state.tsx";
import { EndsBar } from "./ends-bar.tsx";
import { ExportMenu } from "./exports.tsx";
import { Result } from "./result.tsx";
import { Start } from "./start.tsx";
import { useTrace } from "./use-trace.ts";

/** Picks two ends, runs the trace that the URL asks for, and shows it. The URL holds all of it: ends, packet, leg and step. */
export function TracePage({ cloud }: { cloud: string }) {
  const { params, set } = useUrlState();
  const asked = useMemo(() => readDraft(params), [params]);
  const search = toSearch(asked);
  const malformed = unreadable(params);
  const complete = isComplete(asked) && !malformed;
  const [draft, setDraft] = useState<QueryDraft>(asked);
  // biome-ignore lint/correctness/useExhaustiveDependencies: back and forward bring another question, and the boxes follow it
  useEffect(() => setDraft(asked), [search]);

  const ends = useQuery({ queryKey: keys.ends(cloud), queryFn: () => fetchJson<TraceEnd[]>(urls.ends(cloud)) });
  const topology = useQuery({
    queryKey: keys.topology(cloud),
    queryFn: () => fetchJson<Topology>(urls.topology(cloud)),
  });
  const { run, old, again } = useTrace(complete ? `${urls.cloud(cloud)}/trace?${search}` : undefined);

  const [options, setOptions] = useState(false);
  const from = useRef<HTMLInputElement>(null);
  const to = useRef<HTMLInputElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  usePageKey("t", () => from.current?.focus());
  // Arriving with a source alone, as from the topology, the destination is what comes next.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only on arrival
  useEffect(() => {
    if (asked.from && !complete) to.current?.focus();
  }, []);

  const start = useCallback(
    (query: QueryDraft) => {
      setDraft(query);
      if (complete && toSearch(query) === search) again();
      else set({ ...queryParams(query), leg: null, step: null });
    },
    [search, complete, again, set],
  );
  // Another leg is a step in the history; hops are not, or playing would fill it.
  const place = useCallback(
    (leg: string, step: number | null) =>
      set({ leg, step: step === null ? null : String(step + 1) }, step === null ? "push" : "replace"),
    [set],
  );
  const examples = ends.data && (topology.data || topology.isError) ? examplesOf(ends.data, topology.data) : undefined;
  const fieldError =
    run.state === "failed" && run.error.field
      ? { field: run.error.field, message: withoutField(run.error.message, run.error.field) }
      : malformed;
  const endOf = (value: string | undefined) => findEnd(ends.data ?? [], topology.data, value);
  const label = (value: string | undefined) => endOf(value)?.label ?? value ?? "";
  const name = `trace ${label(asked.from)}${asked.to ? ` to ${label(asked.to)}` : " dhcp"}`.replace(/[^\w.-]+/g, "-");

  return (
    <div className="relative h-full">
      <div className="h-full overflow-auto [scrollbar-gutter:stable]">
        <div className="flex min-h-full flex-col gap-3 p-5 pr-3 xl:h-full">
          <h1 className="sr-only">Trace</h1>
          <EndsBar
            draft={draft}
            ends={ends.data}
            known={{ from: endOf(draft.from), to: endOf(draft.to) }}
            error={fieldError}
            running={run.state === "running"}
            ran={complete && toSearch(draft) === search}
            open={options}
            onOpen={setOptions}
            onDraft={setDraft}
            onRun={start}
            fromRef={from}
            toRef={to}
            aside={
              run.state !== "idle" && run.state !== "failed" ? (
                <>
                  <HistoryLink cloud={cloud} />
                  <ExportMenu cloud={cloud} search={search} name={name} run={run} svg={svg} />
                </>
              ) : null
            }
          />
          {run.state === "idle" ? (
            ends.isError ? (
              <ErrorState
                title="This cloud’s ends could not be listed"
                error={ends.error}
                onRetry={() => void ends.refetch()}
              />
            ) : (
              <Start cloud={cloud} examples={examples} onRun={start}>
                <Recent cloud={cloud} />
              </Start>
            )
          ) : fieldError ? (
            <Start cloud={cloud} examples={examples} onRun={start} />
          ) : run.state === "failed" ? (
            <div className="grid flex-1 place-items-center rounded-lg border border-line bg-surface">
              <ErrorState title="The trace could not start" error={run.error} onRetry={again} />
            </div>
          ) : (
            <Result
              cloud={cloud}
              search={search}
              run={run}
              topology={topology.data}
              to={asked.to}
              legParam={params.get("leg")}
              stepParam={params.get("step")}
              onPlace={place}
              onAgain={again}
              svgRef={svg}
            />
          )}
        </div>
      </div>
      <OldNotice shown={old} onAgain={again} />
    </div>
  );
}

/** The message stands at its box: the box need not be named again. */
function withoutField(message: string, field: string): string {
  const text = message.startsWith(`${field}: `) ? message.slice(field.length + 2) : message;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
