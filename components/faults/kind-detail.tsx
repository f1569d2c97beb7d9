"use client";
import { Zap } from "lucide-react";
import Link from "next/link";
import { useId } from "react";
import type { FaultKindText, FaultPlaces } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { asFailure } from "../../lib/client/error.ts";
import { describeQuery } from "../../lib/traceview/query.ts";
import { ScriptBlock } from "../check/script-block.tsx";
import { useEndNames } from "../history/question.tsx";
import { Button } from "../ui/button.tsx";
import { Select } from "../ui/input.tsx";
import { Panel } from "../ui/panel.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { ErrorState } from "../ui/state.tsx";
import { useFaultPlaces } from "./use-faults.ts";

interface Props {
  cloud: string;
  kind: FaultKindText;
  /** Only places on it. */
  host: string | null;
  place: string | null;
  onPlace: (label: string) => void;
  injecting: boolean;
  failure: unknown;
  onInject: (place: string) => void;
}

/** One kind: what it does, where, by which lines, and what a trace will say. */
export function KindDetail(props: Props) {
  const { cloud, kind, host } = props;
  const id = useId();
  const found = useFaultPlaces(cloud, kind.kind);
  return (
    <Panel aria-labelledby={`${id}-title`} className="p-5">
      <p className="text-xs text-muted">{kind.family}</p>
      <h2 id={`${id}-title`} className="text-base font-semibold">
        {kind.title}
      </h2>
      <p className="pt-1 text-sm text-muted">
        A trace through it names{" "}
        <Link href={pages.verdict(kind.code)} className="font-mono text-xs text-accent hover:underline">
          {kind.code}
        </Link>
        .
      </p>
      <div className="min-h-60 pt-4">
        {found.isPending ? (
          <SkeletonRows rows={3} label="Looking for places" />
        ) : found.isError ? (
          <ErrorState
            title="The places did not load"
            error={found.error}
            onRetry={() => void found.refetch()}
            className="py-4"
          />
        ) : (
          <Places {...props} places={onHost(found.data, host)} />
        )}
      </div>
    </Panel>
  );
}

function Places(props: Props & { places: FaultPlaces["places"] }) {
  const { cloud, host, place, places, onPlace, injecting, failure, onInject } = props;
  const nameOf = useEndNames(cloud);
  const where = useId();
  const chosen = places.find((one) => one.label === place) ?? places[0];
  if (!chosen)
    return (
      <p className="text-sm text-muted">
        There is no place for it {host === null ? "in this cloud" : `on ${host}`} as it is now: it is put where a trace
        works today. Undo what is broken, or build what it needs.
      </p>
    );
  const { trace, lines } = chosen;
  const hosts = [...new Set(lines.map((one) => one.host))];
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-col gap-1 text-sm">
        <label htmlFor={where} className="font-medium">
          Where
        </label>
        <Select
          id={where}
          value={chosen.label}
          disabled={injecting}
          onChange={(event) => onPlace(event.target.value)}
          className="w-full max-w-md"
        >
          {places.map((one) => (
            <option key={one.label} value={one.label}>
              {one.label}
            </option>
          ))}
        </Select>
      </div>
      {hosts.map((name) => (
        <div key={name} className="flex flex-col gap-1">
          <p className="text-sm font-medium">
            What is run on{" "}
            <Link href={pages.host(cloud, name)} className="font-mono text-xs text-accent hover:underline">
              {name}
            </Link>
          </p>
          <ScriptBlock
            text={lines
              .filter((one) => one.host === name)
              .map((one) => `${one.line}\n`)
              .join("")}
            label={`Lines on ${name}`}
          />
        </div>
      ))}
      <p className="text-sm text-muted">
        The trace that meets it: {describeQuery(trace)} from{" "}
        <span className="font-mono text-xs text-ink">{nameOf(trace.from)}</span>
        {trace.to ? (
          <>
            {" "}
            to <span className="font-mono text-xs text-ink">{trace.to}</span>
          </>
        ) : null}
        . Agents do not undo it unless they are started anew.
      </p>
      <div className="flex flex-wrap items-center gap-3">
        <Button variant="danger" disabled={injecting} onClick={() => onInject(chosen.label)}>
          <Zap aria-hidden /> {injecting ? "Breaking…" : "Break it"}
        </Button>
        {failure ? (
          <p role="alert" className="text-sm text-danger">
            {asFailure(failure).message}
          </p>
        ) : null}
      </div>
    </div>
  );
}

function onHost({ places }: FaultPlaces, host: string | null): FaultPlaces["places"] {
  return host === null ? places : places.filter((one) => one.lines.some((line) => line.host === host));
}
