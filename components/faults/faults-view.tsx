"use client";
import { useQuery } from "@tanstack/react-query";
import { SearchX, Zap } from "lucide-react";
import { useCallback, useState } from "react";
import type { FaultKindText, FaultReport, HostSummary } from "../../lib/api/http.ts";
import { asFailure } from "../../lib/client/error.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { lineMatches, parseFilter } from "../../lib/client/filter.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { useUrlState } from "../../lib/client/use-url-state.ts";
import { PageHead } from "../frame/page-head.tsx";
import { FilterBox } from "../hosts/panel/filter-box.tsx";
import { Button } from "../ui/button.tsx";
import { Select } from "../ui/input.tsx";
import { Panel } from "../ui/panel.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { EmptyState } from "../ui/state.tsx";
import { InjectedList } from "./injected-list.tsx";
import { KindDetail } from "./kind-detail.tsx";
import { KindList } from "./kind-list.tsx";
import { useFaultReport, useInject, useInjected, useUndo } from "./use-faults.ts";

/** Breaks the embedded cloud's hosts as an operator could by mistake, and mends them. */
export function FaultsView({ cloud, kinds }: { cloud: string; kinds: readonly FaultKindText[] }) {
  const { params, set } = useUrlState();
  const [said, setSaid] = useState("");
  const injected = useInjected(cloud);
  const report = useFaultReport(cloud);
  const hosts = useQuery({
    queryKey: keys.hosts(cloud),
    queryFn: ({ signal }) => fetchJson<HostSummary[]>(urls.hosts(cloud), { signal }),
  });
  const inject = useInject(cloud, (fault) => setSaid(`${fault.kind} is in place at ${fault.place}.`));
  const undo = useUndo(cloud, (gone) =>
    setSaid(`Undone: ${gone.map((one) => `${one.kind} at ${one.place}`).join(", ")}.`),
  );
  const host = params.get("host");
  const filter = params.get("q") ?? "";
  const selected = kinds.find((one) => one.kind === params.get("kind")) ?? null;
  const shown = matching(kinds, report.data, host, filter);
  const onFilter = useCallback((q: string) => set({ q: q === "" ? null : q }, "replace"), [set]);
  const broken = injected.data?.length;
  return (
    <div className="flex min-h-full flex-col lg:h-full">
      <PageHead
        title="Faults"
        summary={`${kinds.length} kinds · ${broken === undefined ? "…" : broken === 0 ? "none" : broken} in place`}
      >
        <Select
          aria-label="Host"
          className="w-40"
          value={host ?? ""}
          onChange={(event) => set({ host: event.target.value === "" ? null : event.target.value, place: null })}
        >
          <option value="">All hosts</option>
          {(hosts.data?.map((one) => one.name) ?? (host === null ? [] : [host])).map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </Select>
      </PageHead>
      <p role="status" className="sr-only">
        {said}
      </p>
      <div className="grid min-h-0 flex-1 grid-cols-1 gap-x-6 gap-y-4 px-6 pb-6 lg:grid-cols-[minmax(320px,400px)_minmax(0,1fr)] lg:grid-rows-[minmax(0,1fr)]">
        <div className="order-2 flex min-h-0 flex-col gap-3 lg:order-1">
          <FilterBox
            label="Filter the faults"
            placeholder="vlan  router  DOWN"
            value={filter}
            onChange={onFilter}
            count={shown.length === kinds.length ? `${kinds.length} kinds` : `${shown.length} of ${kinds.length}`}
          />
          <div className="-mx-2.5 min-h-0 flex-1 overflow-y-auto pb-2">
            {shown.length === 0 ? (
              <EmptyState
                icon={<SearchX aria-hidden />}
                title="No fault has all of this"
                action={<Button onClick={() => set({ q: null, host: null })}>Show all</Button>}
                className="py-8"
              />
            ) : (
              <KindList
                kinds={shown}
                report={report.data}
                selected={selected?.kind ?? null}
                onSelect={(kind) => set({ kind, place: null })}
              />
            )}
          </div>
        </div>
        <div className="order-1 flex min-h-0 flex-col gap-4 lg:order-2 lg:overflow-y-auto lg:pb-2">
          {injected.isError ? (
            <Panel role="alert" className="flex items-center gap-3 px-4 py-3 text-sm text-danger">
              What is broken now did not load: {asFailure(injected.error).message}
              <Button size="sm" onClick={() => void injected.refetch()}>
                Try again
              </Button>
            </Panel>
          ) : null}
          {injected.data ? (
            <InjectedList
              cloud={cloud}
              faults={injected.data}
              kinds={kinds}
              undoing={undo.isPending ? undo.variables : undefined}
              onUndo={(id) => undo.mutate(id)}
            />
          ) : injected.isError ? null : (
            // As high as the list is when nothing is broken.
            <Skeleton className="h-[95px] shrink-0 max-sm:h-[115px]" />
          )}
          {undo.isError ? (
            <p role="alert" className="text-sm text-danger">
              {asFailure(undo.error).message}
            </p>
          ) : null}
          {selected ? (
            <KindDetail
              key={selected.kind}
              cloud={cloud}
              kind={selected}
              host={host}
              place={params.get("place")}
              onPlace={(place) => set({ place }, "replace")}
              injecting={inject.isPending}
              failure={inject.isError && inject.variables.kind === selected.kind ? inject.error : undefined}
              onInject={(place) => inject.mutate({ kind: selected.kind, place })}
            />
          ) : (
            <Panel className="max-lg:hidden">
              <EmptyState icon={<Zap aria-hidden />} title="Choose what to break">
                Each fault is what an operator could do by mistake: a few lines on one simulated host. Break something,
                trace it, find it by the check, and repair it.
              </EmptyState>
            </Panel>
          )}
        </div>
      </div>
    </div>
  );
}

/** By the words of its kind, title, family and code; with a host, only those with a place there once that is known. */
function matching(
  kinds: readonly FaultKindText[],
  report: FaultReport | undefined,
  host: string | null,
  filter: string,
): FaultKindText[] {
  const terms = parseFilter(filter);
  const hosts = new Map(report?.kinds.map((one) => [one.kind, one.hosts]));
  return kinds.filter((one) => {
    if (host !== null && hosts.get(one.kind)?.includes(host) === false) return false;
    return lineMatches(terms, `${one.kind} ${one.title} ${one.family} ${one.code}`);
  });
}
