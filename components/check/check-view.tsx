"use client";
import { CircleCheck, RotateCw, SearchX } from "lucide-react";
import Link from "next/link";
import { useCallback, useState } from "react";
import type { CheckDifference, CheckedHost, CheckReport } from "../../lib/api/http.ts";
import type { Repair } from "../../lib/api/operate.ts";
import { pages } from "../../lib/api/pages.ts";
import { lineMatches, parseFilter } from "../../lib/client/filter.ts";
import { EMBEDDED_CLOUD } from "../../lib/client/live.ts";
import { useUrlState } from "../../lib/client/use-url-state.ts";
import { PageHead } from "../frame/page-head.tsx";
import { FilterBox } from "../hosts/panel/filter-box.tsx";
import { useTopology } from "../objects/use-topology.ts";
import { Button } from "../ui/button.tsx";
import { Select } from "../ui/input.tsx";
import { Panel } from "../ui/panel.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../ui/state.tsx";
import { Ago } from "./ago.tsx";
import { HostSection, NotChecked } from "./host-section.tsx";
import { useCheck } from "./use-check.ts";

/** Everything in which a host is not as Neutron wants it. */
export function CheckView({ cloud }: { cloud: string }) {
  const check = useCheck(cloud);
  return (
    <div className="flex min-h-full flex-col">
      <PageHead title="Check" summary={check.data ? countText(check.data) : undefined}>
        <span className="text-xs text-muted">
          {!check.data ? "Not checked yet" : check.isError ? "Last checked " : "Checked "}
          {check.data ? <Ago key={check.dataUpdatedAt} at={check.dataUpdatedAt} /> : null}
        </span>
        <Button onClick={() => void check.refetch()} disabled={check.isFetching} className="min-w-28">
          <RotateCw aria-hidden /> {check.isFetching ? "Checking…" : "Check again"}
        </Button>
      </PageHead>
      <div className="flex flex-col gap-4 px-6 pb-8">
        {check.isPending ? (
          <SkeletonRows rows={6} label="Checking the hosts" />
        ) : check.data ? (
          <>
            {check.isError ? (
              <p role="alert" className="rounded-lg border border-line bg-warn-soft px-4 py-2 text-sm text-warn">
                The last check failed: this is how it was before.
              </p>
            ) : null}
            <Report cloud={cloud} report={check.data} />
          </>
        ) : (
          <ErrorState title="The check failed" error={check.error} onRetry={() => void check.refetch()} />
        )}
      </div>
    </div>
  );
}

type Kind = CheckDifference["kind"] | "all";

function Report({ cloud, report }: { cloud: string; report: CheckReport }) {
  const { params, set } = useUrlState();
  const topology = useTopology(cloud).data;
  const [said, setSaid] = useState("");
  const host = params.get("host");
  const kind = kindOf(params.get("kind"));
  const filter = params.get("q") ?? "";
  const [openHost, openId] = split(params.get("open"));
  const onFilter = useCallback((q: string) => set({ q: q === "" ? null : q }, "replace"), [set]);
  const onDone = (repair: Repair) => {
    const count = repair.repairs.length;
    setSaid(`${count === 1 ? "1 difference" : `${count} differences`} on ${repair.host} repaired.`);
    set({ open: null }, "replace");
  };
  const differing = report.hosts.filter((one) => one.differences.length > 0);
  const rows = differing
    .filter((one) => host === null || one.name === host)
    .map((one) => ({ host: one, left: matching(one, kind, filter) }))
    .filter(({ left }) => left.length > 0);
  const total = differing.reduce((sum, one) => sum + one.differences.length, 0);
  const shown = rows.reduce((sum, { left }) => sum + left.length, 0);
  const healthy = report.hosts.filter((one) => one.differences.length === 0 && one.checked);
  const unjudged = report.hosts.filter((one) => !one.checked);
  return (
    <>
      <p role="status" className="-mb-4 text-sm text-ok empty:hidden not-empty:mb-0">
        {said}
      </p>
      {total > 0 ? (
        <div className="flex flex-wrap items-center gap-2">
          <Segmented<Kind>
            label="Kind of difference"
            className="max-w-full overflow-x-auto"
            value={kind}
            options={[
              { value: "all", label: "All" },
              { value: "missing", label: "Missing" },
              { value: "unexpected", label: "Unexpected" },
              { value: "different", label: "Different" },
            ]}
            onChange={(next) => set({ kind: next === "all" ? null : next })}
          />
          <Select
            aria-label="Host"
            value={host ?? ""}
            onChange={(event) => set({ host: event.target.value === "" ? null : event.target.value })}
          >
            <option value="">All hosts</option>
            {report.hosts
              .filter((one) => one.differences.length > 0 || one.name === host)
              .map((one) => (
                <option key={one.name} value={one.name}>
                  {one.name}
                </option>
              ))}
          </Select>
          <div className="min-w-56 flex-1">
            <FilterBox
              label="Filter the differences"
              placeholder="tag  qvo  -flow"
              value={filter}
              onChange={onFilter}
              count={shown === total ? `${total.toLocaleString("en")} in all` : `${shown} of ${total}`}
            />
          </div>
        </div>
      ) : null}
      {rows.map(({ host: one, left }) => (
        <HostSection
          key={one.name}
          cloud={cloud}
          host={one}
          differences={left}
          topology={topology}
          open={openHost === one.name ? openId : null}
          onOpen={(id) => set({ open: id === null ? null : `${one.name} ${id}` }, "replace")}
          onDone={onDone}
        />
      ))}
      {total > 0 && rows.length === 0 ? (
        <EmptyState
          icon={<SearchX aria-hidden />}
          title={host === null ? "No difference has all of this" : `Nothing differs on ${host} by this filter`}
          action={<Button onClick={() => set({ q: null, kind: null, host: null })}>Show all</Button>}
        />
      ) : null}
      {total === 0 && healthy.length > 0 ? (
        <EmptyState icon={<CircleCheck aria-hidden className="text-ok" />} title="Nothing differs" className="pb-8">
          Every host is as Neutron wants it{unjudged.length > 0 ? ", as far as it could be checked" : ""}.
        </EmptyState>
      ) : null}
      <Compared cloud={cloud} healthy={healthy} unjudged={unjudged} />
    </>
  );
}

const COMPARED =
  "namespaces, devices, addresses, routes, routing rules, permanent neighbours, tunnels’ FDB entries, iptables, ipsets, " +
  "settings, OVS bridges and ports, flows, OpenFlow groups and dnsmasq";

/** Hosts without a difference, those that could not be judged, and what a check looks at. */
function Compared(props: { cloud: string; healthy: CheckedHost[]; unjudged: CheckedHost[] }) {
  return (
    <Panel aria-label="What was compared" className="overflow-hidden text-sm">
      <ul>
        {[...props.healthy, ...props.unjudged].map((one) => (
          <li key={one.name} className="flex min-h-10 flex-wrap items-center gap-x-3 border-b border-line px-4 py-1.5">
            <Link href={pages.host(props.cloud, one.name)} className="font-medium hover:underline">
              {one.name}
            </Link>
            {one.checked ? (
              <span className="inline-flex items-center gap-1.5 text-muted">
                <CircleCheck aria-hidden className="size-3.5 text-ok" /> nothing differs
              </span>
            ) : (
              <span className="text-muted">not checked: {one.notChecked.join("; ")}</span>
            )}
            {one.checked ? <NotChecked reasons={one.notChecked} /> : null}
          </li>
        ))}
      </ul>
      <p className="px-4 py-3 text-xs text-muted">
        Compared on each host, with what its agents would make of Neutron’s objects: {COMPARED}. Left out is what
        follows from chance, counting and learning: port numbers and local VLANs count by what they stand for.
        {props.cloud === EMBEDDED_CLOUD ? " Checked again with every change." : ""}
      </p>
    </Panel>
  );
}

function matching(host: CheckedHost, kind: Kind, filter: string): CheckDifference[] {
  const terms = parseFilter(filter);
  return host.differences.filter((one) => {
    if (kind !== "all" && one.kind !== kind) return false;
    const { netns, device, bridge, table } = one.place;
    const words = [
      one.kind,
      one.part,
      netns,
      device,
      bridge,
      table,
      one.name,
      one.actual,
      one.desired,
      one.resource?.id,
      ...(one.waitsFor ?? []),
    ];
    return lineMatches(terms, words.filter((word) => word !== undefined).join(" "));
  });
}

function countText({ hosts }: CheckReport): string {
  const total = hosts.reduce((sum, one) => sum + one.differences.length, 0);
  const differing = hosts.filter((one) => one.differences.length > 0).length;
  const checked = hosts.filter((one) => one.checked).length;
  if (total === 0) return `${checked} ${checked === 1 ? "host" : "hosts"} compared`;
  return `${total.toLocaleString("en")} ${total === 1 ? "difference" : "differences"} on ${differing} of ${hosts.length} hosts`;
}

function kindOf(text: string | null): Kind {
  return text === "missing" || text === "unexpected" || text === "different" ? text : "all";
}

/** `host id`: names of hosts have no blank. */
function split(open: string | null): [host: string | null, id: string | null] {
  const blank = open?.indexOf(" ") ?? -1;
  return open === null || blank < 0 ? [null, null] : [open.slice(0, blank), open.slice(blank + 1)];
}
