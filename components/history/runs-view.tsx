"use client";
import { GitCompareArrows, RotateCw, Trash2, Waypoints } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { pages } from "../../lib/api/pages.ts";
import type { RememberedRun } from "../../lib/api/reach.ts";
import { asFailure } from "../../lib/client/error.ts";
import { useUrlState } from "../../lib/client/use-url-state.ts";
import { describeQuery, toSearch } from "../../lib/traceview/query.ts";
import { PageHead } from "../frame/page-head.tsx";
import { OutcomeBadge } from "../trace/outcome.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Dialog, DialogClose } from "../ui/dialog.tsx";
import { Input } from "../ui/input.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../ui/state.tsx";
import { Table, Td, Th, Tr } from "../ui/table.tsx";
import { When } from "../ui/when.tsx";
import { Question, useEndNames } from "./question.tsx";
import { useAgain, useForget, useRuns } from "./use-runs.ts";

/** Traces that were run before: to be asked again, compared, and forgotten. */
export function RunsView({ cloud }: { cloud: string }) {
  const { params, set } = useUrlState();
  const router = useRouter();
  const runs = useRuns(cloud);
  const name = useEndNames(cloud);
  const again = useAgain(cloud);
  const forget = useForget(cloud);
  const [picked, setPicked] = useState<readonly string[]>([]);
  const [asking, setAsking] = useState(false);
  const q = params.get("q") ?? "";
  const all = runs.data ?? [];
  const shown = all.filter((run) => has(run, q, name));
  const pick = (id: string) =>
    setPicked((now) => (now.includes(id) ? now.filter((one) => one !== id) : [...now, id].slice(-2)));
  const [a, b] = picked.filter((id) => all.some((run) => run.id === id));
  const compareWithNow = (run: RememberedRun) =>
    again.mutate(run.id, { onSuccess: (fresh) => router.push(pages.compareTraces(cloud, run.id, fresh.id)) });
  const failure = again.error ?? forget.error;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <PageHead title="Traces" summary={runs.data ? `${all.length} remembered` : undefined}>
        <Input
          type="search"
          aria-label="Filter the traces"
          placeholder="Filter by name, code …"
          className="w-56 max-md:w-full"
          value={q}
          onChange={(event) => set({ q: event.target.value }, "replace")}
        />
        <Button
          disabled={a === undefined || b === undefined}
          onClick={() => a !== undefined && b !== undefined && router.push(pages.compareTraces(cloud, a, b))}
        >
          <GitCompareArrows aria-hidden /> Compare two
        </Button>
        <Button variant="danger" disabled={all.length === 0} onClick={() => setAsking(true)}>
          <Trash2 aria-hidden /> Forget all
        </Button>
        <ButtonLink variant="accent" href={pages.trace(cloud)}>
          <Waypoints aria-hidden /> New trace
        </ButtonLink>
      </PageHead>
      <div className="flex min-h-0 flex-1 flex-col gap-3 px-6 pb-5">
        {failure ? (
          <p role="alert" className="text-sm text-danger">
            {asFailure(failure).message}
          </p>
        ) : null}
        {runs.isPending ? (
          <SkeletonRows label="Loading the traces" />
        ) : runs.isError ? (
          <ErrorState title="The traces did not load" error={runs.error} onRetry={() => void runs.refetch()} />
        ) : all.length === 0 ? (
          <EmptyState
            icon={<Waypoints aria-hidden />}
            title="Nothing was traced yet"
            action={
              <ButtonLink variant="accent" href={pages.trace(cloud)}>
                New trace
              </ButtonLink>
            }
          >
            What you trace is kept here: run it again after a change, and see which hop is another.
          </EmptyState>
        ) : shown.length === 0 ? (
          <EmptyState icon={<Waypoints aria-hidden />} title="No trace has all of this" />
        ) : (
          <Table label="Traces" wrapClassName="min-h-0">
            <thead>
              <tr>
                <Th className="w-10">
                  <span className="sr-only">Pick</span>
                </Th>
                <Th>Question</Th>
                <Th className="max-md:hidden">Packet</Th>
                <Th className="max-md:hidden">Verdict</Th>
                <Th className="max-md:hidden">Code</Th>
                <Th className="max-wide:hidden">Hops</Th>
                <Th className="max-wide:hidden">Change</Th>
                <Th className="max-md:hidden">Traced</Th>
                <Th>
                  <span className="sr-only">Actions</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {shown.map((run) => (
                <RunRow
                  key={run.id}
                  cloud={cloud}
                  run={run}
                  name={name}
                  picked={picked.includes(run.id)}
                  busy={again.isPending}
                  onPick={() => pick(run.id)}
                  onCompare={() => compareWithNow(run)}
                  onForget={() => forget.mutate(run.id)}
                />
              ))}
            </tbody>
          </Table>
        )}
      </div>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title={`Forget ${all.length} traces?`}
        description="They are gone for good. The cloud itself is not touched."
      >
        <div className="flex justify-end gap-2 pt-2">
          <DialogClose asChild>
            <Button>Keep them</Button>
          </DialogClose>
          <Button
            variant="danger"
            disabled={forget.isPending}
            onClick={() => forget.mutate("all", { onSettled: () => setAsking(false) })}
          >
            Forget all
          </Button>
        </div>
      </Dialog>
    </div>
  );
}

function RunRow(props: {
  cloud: string;
  run: RememberedRun;
  name: (value: string | undefined) => string;
  picked: boolean;
  busy: boolean;
  onPick: () => void;
  onCompare: () => void;
  onForget: () => void;
}) {
  const { run, name } = props;
  const words = `${name(run.query.from)} to ${run.query.to === undefined ? "DHCP" : name(run.query.to)}`;
  return (
    <Tr selected={props.picked}>
      <Td>
        <input
          type="checkbox"
          aria-label={`Pick ${words}, ${run.code}`}
          checked={props.picked}
          onChange={props.onPick}
          className="size-4 accent-(--accent)"
        />
      </Td>
      <Td>
        <Link
          href={`${pages.trace(props.cloud)}?${toSearch(run.query)}`}
          prefetch={false}
          title="Trace it again"
          className="font-medium underline decoration-line-strong underline-offset-2 hover:text-accent"
        >
          <Question query={run.query} name={name} />
        </Link>
        <span className="block pt-0.5 pb-1 md:hidden">
          <OutcomeBadge outcome={run.outcome} />
        </span>
      </Td>
      <Td className="whitespace-nowrap text-muted max-md:hidden">{describeQuery(run.query)}</Td>
      <Td className="max-md:hidden">
        <OutcomeBadge outcome={run.outcome} />
      </Td>
      <Td className="font-mono text-xs max-md:hidden">
        <span title={run.summary}>{run.code}</span>
      </Td>
      <Td className="tabular-nums max-wide:hidden">{run.hops}</Td>
      <Td className="tabular-nums text-muted max-wide:hidden">
        {run.moment === undefined ? "recording" : `#${run.moment}`}
      </Td>
      <Td className="text-xs text-muted max-md:hidden">
        <When iso={run.at} />
      </Td>
      <Td>
        <span className="flex justify-end gap-1">
          <Button
            size="sm"
            disabled={props.busy}
            aria-label={`Run again and compare: ${words}`}
            onClick={props.onCompare}
          >
            <RotateCw aria-hidden /> <span className="max-wide:sr-only">Run again and compare</span>
          </Button>
          <Button size="sm" variant="ghost" aria-label={`Forget ${words}, ${run.code}`} onClick={props.onForget}>
            <Trash2 aria-hidden />
          </Button>
        </span>
      </Td>
    </Tr>
  );
}

function has(run: RememberedRun, q: string, name: (value: string | undefined) => string): boolean {
  const hay =
    `${name(run.query.from)} ${name(run.query.to)} ${run.query.from} ${run.query.to ?? "dhcp"} ${describeQuery(run.query)} ${run.outcome} ${run.code}`.toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word));
}
