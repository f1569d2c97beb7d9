"use client";
import { useQuery } from "@tanstack/react-query";
import { Boxes, CircleStop, Grid3x3, List, RotateCw } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import type { Topology } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { useUrlState } from "../../lib/client/use-url-state.ts";
import { toSearch } from "../../lib/traceview/query.ts";
import { OldNotice } from "../frame/old-notice.tsx";
import { PageHead } from "../frame/page-head.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Input } from "../ui/input.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../ui/state.tsx";
import { Matrix } from "./matrix.tsx";
import { PairList } from "./pair-list.tsx";
import { ScopeSelect } from "./scope-select.tsx";
import { Summary } from "./summary.tsx";
import { type Pair, useReach } from "./use-reach.ts";

/** What asks without being told to: more pairs than these take a while. */
const AT_ONCE = 40;
const PROTOCOLS = ["icmp", "tcp", "udp"] as const;

/** Who reaches whom, all pairs of one project, host or network. The URL holds the question, and what of the answer is shown. */
export function ReachView({ cloud }: { cloud: string }) {
  const { params, set } = useUrlState();
  const topology = useQuery({
    queryKey: keys.topology(cloud),
    queryFn: () => fetchJson<Topology>(urls.topology(cloud)),
  });
  const proto = PROTOCOLS.find((one) => one === params.get("proto")) ?? "icmp";
  const dport = proto === "icmp" ? "" : (params.get("dport") ?? "");
  const scope = { project: params.get("project"), host: params.get("host"), network: params.get("network") };
  const search = new URLSearchParams({ proto });
  if (dport !== "") search.set("dport", dport);
  for (const [name, value] of Object.entries(scope)) if (value) search.set(name, value);

  const many = topology.data ? instancesIn(topology.data, scope) : undefined;
  const ready = proto === "icmp" || dport !== "";
  const question = search.toString();
  const [wanted, setWanted] = useState<string>();
  const runs = ready && many !== undefined && many > 1 && (many <= AT_ONCE || wanted === question);
  const { reach, old, again, stop } = useReach(runs ? `${urls.cloud(cloud)}/reachability?${question}` : undefined);

  const only = params.get("only") ?? "";
  const shown = useCallback(
    (pair: Pair) => (only === "" ? true : only === "failing" ? isFailing(pair) : pair.code === only),
    [only],
  );
  const places = useMemo(() => visible(reach.rows, only === "" ? undefined : shown), [reach.rows, only, shown]);
  const href = useCallback(
    (pair: Pair) => {
      const query = { from: reach.ends[pair.from]?.value ?? "", to: reach.ends[pair.to]?.value ?? "", proto };
      return `${pages.trace(cloud)}?${toSearch(dport === "" ? query : { ...query, dport: Number(dport) })}`;
    },
    [cloud, reach.ends, proto, dport],
  );
  const list = params.get("as") === "list";
  return (
    <div className="flex h-full min-h-0 flex-col">
      <PageHead title="Reachability" summary="Every pair of instances, traced both ways">
        <Segmented
          label="Show as"
          value={list ? "list" : "matrix"}
          onChange={(value) => set({ as: value === "list" ? "list" : null }, "replace")}
          options={[
            { value: "matrix", label: labelled(<Grid3x3 aria-hidden className="size-3.5" />, "Matrix") },
            { value: "list", label: labelled(<List aria-hidden className="size-3.5" />, "List") },
          ]}
        />
        {reach.state === "running" ? (
          <Button className="w-32" onClick={stop}>
            <CircleStop aria-hidden /> Stop
          </Button>
        ) : (
          <Button className="w-32" disabled={reach.state === "idle"} onClick={again}>
            <RotateCw aria-hidden /> Trace again
          </Button>
        )}
      </PageHead>
      <div className="relative flex min-h-0 flex-1 flex-col gap-3 px-6 pb-5">
        <OldNotice shown={old} onAgain={again} />
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <ScopeSelect topology={topology.data} scope={scope} onChange={(next) => set({ ...next, only: null })} />
          <Segmented
            label="Protocol"
            value={proto}
            onChange={(value) => set({ proto: value === "icmp" ? null : value, only: null })}
            options={PROTOCOLS.map((value) => ({ value, label: value === "icmp" ? "Ping" : value.toUpperCase() }))}
          />
          {proto === "icmp" ? null : <PortBox key={dport} value={dport} onChange={(value) => set({ dport: value })} />}
        </div>
        {topology.isError ? (
          <ErrorState
            title="The instances did not load"
            error={topology.error}
            onRetry={() => void topology.refetch()}
          />
        ) : many === undefined ? (
          <Skeleton className="min-h-60 flex-1" />
        ) : many < 2 ? (
          <EmptyState
            icon={<Boxes aria-hidden />}
            title={many === 0 ? "There is no instance here" : "One instance alone reaches nobody"}
            action={<ButtonLink href={pages.list(cloud, "instances")}>Instances</ButtonLink>}
          >
            A matrix needs two of them. Choose another project, network or host.
          </EmptyState>
        ) : !ready ? (
          <EmptyState icon={<Grid3x3 aria-hidden />} title={`Which ${proto.toUpperCase()} port?`}>
            Type its number above, and Enter: 22 for SSH, 80 for HTTP.
          </EmptyState>
        ) : !runs ? (
          <EmptyState
            icon={<Grid3x3 aria-hidden />}
            title={`${many} instances, ${(many * (many - 1)).toLocaleString("en")} pairs`}
            action={
              <Button variant="accent" onClick={() => setWanted(question)}>
                Trace them all
              </Button>
            }
          >
            Each is a trace of its own. A project, network or host is quicker.
          </EmptyState>
        ) : reach.state === "failed" ? (
          <ErrorState title="The matrix could not be made" error={reach.error} onRetry={again} />
        ) : (
          <>
            <Summary reach={reach} only={only} onOnly={(value) => set({ only: value }, "replace")} />
            {reach.ends.length === 0 ? (
              <Skeleton className="min-h-60 flex-1" />
            ) : list ? (
              <PairList reach={reach} shown={shown} href={href} />
            ) : places.rows.length === 0 && reach.state !== "running" ? (
              <EmptyState icon={<Grid3x3 aria-hidden />} title="No pair is like this">
                Every pair that was asked for ended otherwise.
              </EmptyState>
            ) : (
              <Matrix reach={reach} rows={places.rows} columns={places.columns} shown={shown} href={href} />
            )}
          </>
        )}
      </div>
    </div>
  );
}

function isFailing({ outcome }: Pair): boolean {
  return outcome !== "delivered" && outcome !== "exited";
}

function labelled(icon: React.ReactNode, text: string) {
  return (
    <>
      {icon} {text}
    </>
  );
}

/** Rows and columns that have a pair of the kind. */
function visible(rows: readonly (readonly (Pair | undefined)[])[], shown: ((pair: Pair) => boolean) | undefined) {
  const all = rows.map((_, i) => i);
  if (!shown) return { rows: all, columns: all };
  const pairs = rows.flatMap((row) => row.filter((pair): pair is Pair => pair !== undefined && shown(pair)));
  const [from, to] = [new Set(pairs.map((pair) => pair.from)), new Set(pairs.map((pair) => pair.to))];
  return { rows: all.filter((i) => from.has(i)), columns: all.filter((i) => to.has(i)) };
}

interface Scope {
  project: string | null;
  host: string | null;
  network: string | null;
}

function instancesIn(topology: Topology, { project, host, network }: Scope): number {
  return topology.instances.filter(
    (one) =>
      one.ports.length > 0 &&
      (!project || one.projectId === project) &&
      (!host || one.host === host) &&
      (!network || one.ports.some((port) => port.networkId === network)),
  ).length;
}

function PortBox({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const bad = text !== "" && !(/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535);
  const settle = () => {
    if (!bad && text !== value) onChange(text);
  };
  return (
    <form
      className="flex items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        settle();
      }}
    >
      <div className="flex items-center gap-2 text-sm text-muted">
        <span aria-hidden>Port</span>
        <Input
          className="w-24"
          aria-label="Port"
          inputMode="numeric"
          placeholder="22"
          value={text}
          aria-invalid={bad}
          onChange={(event) => setText(event.target.value.trim())}
          onBlur={settle}
        />
      </div>
      {bad ? (
        <span role="alert" className="text-xs text-danger">
          1 to 65535
        </span>
      ) : null}
    </form>
  );
}
