"use client";
import { SearchX, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import type { TargetKind } from "../../lib/client/forms/removal.ts";
import { useUrlState } from "../../lib/client/use-url-state.ts";
import { useBuild } from "../forms/build.tsx";
import { CreateButton } from "../forms/create-menu.tsx";
import { PageHead } from "../frame/page-head.tsx";
import { useIsAdmin } from "../frame/session.tsx";
import { SidePanel } from "../frame/side-panel.tsx";
import { Button } from "../ui/button.tsx";
import { Input } from "../ui/input.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../ui/state.tsx";
import { Details } from "./details.tsx";
import { findObject } from "./find.ts";
import { ObjectTable } from "./object-table.tsx";
import { parseSort, printSort, sorted } from "./sort.ts";
import { type ListKind, type ListModel, listModel } from "./tables.tsx";
import { useSelection } from "./use-selection.ts";
import { useTopology } from "./use-topology.ts";

/** A list of one kind of object: filter, table, details at the right. */
export function ListView({ cloud, kind, title }: { cloud: string; kind: ListKind; title: string }) {
  const topology = useTopology(cloud);
  const { params, set } = useUrlState();
  const { selected, select } = useSelection();
  const admin = useIsAdmin();
  const filter = params.get("q") ?? "";
  const model = useMemo(() => topology.data && listModel(kind, topology.data, admin), [topology.data, kind, admin]);
  const order = params.get("sort");
  const sort = model && parseSort(order, model.columns);
  const rows = useMemo(
    () => model && sorted({ ...model, rows: matching(model, filter) }, parseSort(order, model.columns)),
    [model, filter, order],
  );
  const build = useBuild();
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  // What is not to be seen is not deleted either.
  const picked = (rows ?? []).filter((row) => ticked.has(row.id));
  const ask = () =>
    build?.ask(
      picked.map((row) => ({ kind: TARGETS[kind], id: row.id, name: row.name })),
      () => setTicked(new Set()),
    );
  return (
    <div className="relative flex h-full">
      <div className="flex min-w-0 flex-1 flex-col">
        <PageHead title={title} summary={model ? countText(model, rows?.length ?? 0) : undefined}>
          <Input
            type="search"
            aria-label={`Filter ${title.toLowerCase()}`}
            placeholder="Filter"
            defaultValue={filter}
            key={kind}
            onChange={(event) => set({ q: event.target.value }, "replace")}
            className="w-56"
          />
          {picked.length > 0 ? (
            <Button variant="danger" onClick={ask}>
              <Trash2 aria-hidden /> {kind === "floating-ips" ? "Release" : "Delete"} {picked.length}
            </Button>
          ) : null}
          <CreateButton kind={kind} />
        </PageHead>
        <div className="flex min-h-0 flex-1 flex-col px-6 pb-6">
          {topology.isPending ? (
            <SkeletonRows label={`Loading ${title.toLowerCase()}`} />
          ) : topology.isError ? (
            <ErrorState
              title={`${title} did not load`}
              error={topology.error}
              onRetry={() => void topology.refetch()}
            />
          ) : !model || model.rows.length === 0 ? (
            <EmptyState title={`No ${model?.one ?? "object"}s`} action={<CreateButton kind={kind} />}>
              {build ? FIRST[kind] : model?.empty}
            </EmptyState>
          ) : rows?.length === 0 ? (
            <EmptyState
              icon={<SearchX aria-hidden />}
              title={`Nothing matches “${filter}”`}
              action={<Button onClick={() => window.location.assign(window.location.pathname)}>Show all</Button>}
            />
          ) : (
            <ObjectTable
              model={{ ...model, rows: rows ?? [] }}
              selected={selected}
              onSelect={select}
              sort={{ by: sort, onSort: (by) => set({ sort: printSort(by) }, "replace") }}
              picked={build && ticked}
              onPick={setTicked}
              className="min-h-0 max-h-full"
            />
          )}
        </div>
      </div>
      {selected !== null && topology.data ? (
        <SidePanel label="Details" onClose={() => select(null)}>
          <Details object={findObject(topology.data, selected)} topology={topology.data} cloud={cloud} />
        </SidePanel>
      ) : null}
    </div>
  );
}

/** What they are for, to whom has none yet. */
const FIRST: Record<ListKind, string> = {
  instances: "An instance needs a network with a subnet to be on.",
  networks: "Instances are on networks; a subnet gives them addresses.",
  routers: "Without a router, networks reach neither each other nor the outside.",
  "security-groups": "They say what instances may receive and send.",
  "floating-ips": "Through an address of an external network, one instance is reached from outside.",
};

const TARGETS: Record<ListKind, TargetKind> = {
  instances: "instance",
  networks: "network",
  routers: "router",
  "security-groups": "security group",
  "floating-ips": "floating IP",
};

function matching(model: ListModel, filter: string) {
  const needle = filter.trim().toLowerCase();
  if (needle === "") return model.rows;
  return model.rows.filter((row) =>
    [row.name, row.id, ...row.cells.map((cell) => cell.text)].some((text) => text.toLowerCase().includes(needle)),
  );
}

function countText(model: ListModel, shown: number): string {
  const total = model.rows.length;
  return shown === total ? `${total} ${total === 1 ? model.one : `${model.one}s`}` : `${shown} of ${total}`;
}
