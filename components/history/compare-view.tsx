"use client";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeftRight, Check, Minus, Plus, RotateCw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useMemo } from "react";
import { pages } from "../../lib/api/pages.ts";
import type { Comparison } from "../../lib/api/reach.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { useUrlState } from "../../lib/client/use-url-state.ts";
import { type ComparedLeg, type ComparedRow, compareTraces } from "../../lib/traceview/compare.ts";
import { describeQuery, toSearch } from "../../lib/traceview/query.ts";
import type { Row } from "../../lib/traceview/rows.ts";
import { PageHead } from "../frame/page-head.tsx";
import { OutcomeBadge } from "../trace/outcome.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../ui/state.tsx";
import { Table, Td, Th } from "../ui/table.tsx";
import { When } from "../ui/when.tsx";
import { BetweenList } from "./between-list.tsx";
import { Question, useEndNames } from "./question.tsx";
import { useAgain } from "./use-runs.ts";

/** Two runs of a trace, hop by hop, and what happened between them. */
export function CompareView({ cloud }: { cloud: string }) {
  const { params } = useUrlState();
  const router = useRouter();
  const [a, b] = [params.get("a") ?? "", params.get("b") ?? ""];
  const compared = useQuery({
    queryKey: keys.compareTraces(cloud, a, b),
    queryFn: ({ signal }) => fetchJson<Comparison>(urls.compareTraces(cloud, a, b), { signal }),
    enabled: a !== "" && b !== "",
  });
  const again = useAgain(cloud);
  const { data } = compared;
  const legs = useMemo(() => (data ? compareTraces(data.before.events, data.after.events) : []), [data]);
  const name = useEndNames(cloud);
  return (
    <div className="flex min-h-full flex-col">
      <PageHead title="Two traces compared" summary={data ? headline(legs) : undefined}>
        {data ? (
          <Button
            disabled={again.isPending}
            onClick={() =>
              again.mutate(data.after.id, {
                onSuccess: (fresh) => router.push(pages.compareTraces(cloud, data.after.id, fresh.id)),
              })
            }
          >
            <RotateCw aria-hidden /> Run again and compare
          </Button>
        ) : null}
        <ButtonLink href={pages.traces(cloud)}>All traces</ButtonLink>
      </PageHead>
      <div className="flex flex-col gap-4 px-6 pb-6">
        {a === "" || b === "" ? (
          <EmptyState title="Which two?" action={<ButtonLink href={pages.traces(cloud)}>Pick them</ButtonLink>}>
            Pick two traces of the list, or run one again and compare.
          </EmptyState>
        ) : compared.isPending ? (
          <SkeletonRows label="Loading both traces" />
        ) : compared.isError ? (
          <ErrorState
            title="The traces could not be compared"
            error={compared.error}
            onRetry={() => void compared.refetch()}
          />
        ) : (
          <>
            <div className="grid grid-cols-1 gap-3 md:grid-cols-2">
              <RunCard cloud={cloud} title="Earlier" run={compared.data.before} name={name} />
              <RunCard cloud={cloud} title="Later" run={compared.data.after} name={name} />
            </div>
            {legs.map((leg) => (
              <Leg key={leg.id} leg={leg} />
            ))}
            <BetweenList cloud={cloud} between={compared.data.between} places={changedPlaces(legs)} />
          </>
        )}
      </div>
    </div>
  );
}

function headline(legs: readonly ComparedLeg[]): string {
  const leg = legs.find((one) => one.first !== undefined);
  if (!leg) return "Hop by hop the same";
  return `They part at hop ${(leg.first ?? 0) + 1} of the ${leg.name}`;
}

function RunCard(props: {
  cloud: string;
  title: string;
  run: Comparison["before"];
  name: (value: string | undefined) => string;
}) {
  const { run } = props;
  return (
    <section
      aria-label={props.title}
      className="flex flex-col gap-1 rounded-lg border border-line bg-surface px-4 py-3"
    >
      <p className="flex flex-wrap items-center gap-2">
        <span className="text-xs text-muted">
          {props.title}, <When iso={run.at} />
          {run.moment === undefined ? "" : ` · change #${run.moment}`}
        </span>
        <OutcomeBadge outcome={run.outcome} />
        <span className="font-mono text-xs">{run.code}</span>
      </p>
      <p className="text-sm font-medium">
        <Question query={run.query} name={props.name} />{" "}
        <span className="font-normal text-muted">
          · {describeQuery(run.query)} · {run.hops} hops
        </span>
      </p>
      <p className="text-sm text-muted">{run.summary}</p>
      <ButtonLink size="sm" className="self-start" href={`${pages.trace(props.cloud)}?${toSearch(run.query)}`}>
        Trace it now
      </ButtonLink>
    </section>
  );
}

const HOW: Record<
  ComparedRow["how"],
  { word: string; icon: typeof Check; tone: "neutral" | "warn" | "danger" | "ok" }
> = {
  same: { word: "same", icon: Check, tone: "neutral" },
  changed: { word: "changed", icon: ArrowLeftRight, tone: "warn" },
  before: { word: "earlier only", icon: Minus, tone: "danger" },
  after: { word: "later only", icon: Plus, tone: "ok" },
};

function Leg({ leg }: { leg: ComparedLeg }) {
  const same = leg.first === undefined;
  return (
    <details open={!same} className="group/leg">
      <summary className="flex cursor-pointer items-center gap-2 pb-2 text-sm">
        <h2 className="font-semibold">{leg.name}</h2>
        {same ? (
          <span className="text-muted">{leg.rows.length} hops, all the same</span>
        ) : (
          <span className="text-muted">
            {leg.rows.filter((row) => row.how !== "same").length} of {leg.rows.length} hops differ
          </span>
        )}
      </summary>
      <Table label={`Hops of the ${leg.name}, compared`}>
        <thead>
          <tr>
            <Th className="w-28">
              <span className="sr-only">Difference</span>
            </Th>
            <Th>Place</Th>
            <Th>Earlier</Th>
            <Th>Later</Th>
          </tr>
        </thead>
        <tbody>
          {leg.rows.map((row, i) => (
            <HopRow
              // biome-ignore lint/suspicious/noArrayIndexKey: the rows of two finished runs do not move
              key={i}
              row={row}
              first={i === leg.first}
            />
          ))}
        </tbody>
      </Table>
    </details>
  );
}

function HopRow({ row, first }: { row: ComparedRow; first: boolean }) {
  const { word, icon: Icon, tone } = HOW[row.how];
  const place = (row.after ?? row.before)?.place ?? "";
  return (
    <tr
      className={cn("group", row.how !== "same" && "bg-warn-soft/40", first && "bg-warn-soft")}
      aria-current={first ? "true" : undefined}
    >
      <Td>
        <Badge tone={tone}>
          <Icon aria-hidden className="size-3" />
          {word}
        </Badge>
        {first ? <span className="block pt-0.5 text-2xs font-medium">first difference</span> : null}
      </Td>
      <Td className="font-medium whitespace-nowrap max-md:whitespace-normal">{place}</Td>
      <Td className={cn("font-mono text-xs [overflow-wrap:anywhere]", row.how === "same" && "text-muted")}>
        <Did row={row.before} />
      </Td>
      <Td className={cn("font-mono text-xs [overflow-wrap:anywhere]", row.how === "same" && "text-muted")}>
        <Did row={row.after} />
      </Td>
    </tr>
  );
}

function Did({ row }: { row: Row | undefined }) {
  if (!row) return <span className="font-sans text-muted">did not come here</span>;
  const { decision, changes } = row;
  return (
    <>
      {decision ? (
        <>
          <span className={cn("font-sans", decision.fault ? "text-danger" : "text-muted")}>{decision.by} </span>
          {decision.text}
        </>
      ) : (
        <span className="font-sans text-muted">passed on</span>
      )}
      {changes.length > 0 ? <span className="block font-sans text-muted">{changes.join(", ")}</span> : null}
    </>
  );
}

/** Devices and bridges where the runs differ: deeds that name one of them come first to mind. */
function changedPlaces(legs: readonly ComparedLeg[]): { host: string; device: string }[] {
  return legs.flatMap((leg) =>
    leg.rows.flatMap((row) => {
      const hop = (row.after ?? row.before)?.hop;
      return row.how === "same" || !hop ? [] : [{ host: hop.host, device: hop.device }];
    }),
  );
}
