"use client";
import { RotateCw, Unplug } from "lucide-react";
import { type Ref, useCallback, useEffect, useMemo, useRef } from "react";
import type { Topology } from "../../lib/api/http.ts";
import { networkHues } from "../../lib/topology/hue.ts";
import { isAside, isReturning } from "../../lib/traceview/legs.ts";
import { namesOf } from "../../lib/traceview/names.ts";
import { restOf, targetOf } from "../../lib/traceview/rest.ts";
import { firstLeg, firstStep, type ShownLeg, type TraceView, viewOf } from "../../lib/traceview/view.ts";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { Segmented } from "../ui/segmented.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { Announcer } from "./announcer.tsx";
import { Inspector } from "./inspector.tsx";
import { TracePicture } from "./picture.tsx";
import { Transport } from "./player.tsx";
import { Timeline } from "./timeline.tsx";
import { usePlayer, useReducedMotion } from "./use-player.ts";
import type { TraceRun } from "./use-trace.ts";
import { VerdictBanner } from "./verdict.tsx";

/** A trace that runs or is over: verdict, picture, timeline and packet of the chosen leg and hop. */
export function Result(props: {
  cloud: string;
  /** The question, as a query string. */
  search: string;
  run: TraceRun;
  topology: Topology | undefined;
  to: string | undefined;
  legParam: string | null;
  stepParam: string | null;
  onPlace: (leg: string, step: number | null) => void;
  onAgain: () => void;
  svgRef: Ref<SVGSVGElement>;
}) {
  const { run, topology, onPlace } = props;
  const view = useMemo(() => viewOf(run.events), [run.events]);
  const names = useMemo(() => namesOf(topology), [topology]);
  const hues = useMemo(() => networkHues(topology?.networks ?? []), [topology]);
  const leg = view.legs.find((one) => one.id === props.legParam) ?? firstLeg(view);
  const step = leg ? stepOf(view, leg, props.stepParam) : 0;
  const rest = useMemo(() => restOfLeg(view, leg, props.to, topology), [view, leg, props.to, topology]);
  const fault = view.fault && view.fault.leg === leg?.id ? view.fault.hop : undefined;
  const still = useReducedMotion();
  const legId = leg?.id;
  const onStep = useCallback((next: number) => legId !== undefined && onPlace(legId, next), [legId, onPlace]);
  const player = usePlayer(step, leg?.rows.length ?? 0, onStep);
  useKeys(step, leg?.rows.length ?? 0, onStep, player.toggle, player.stop);

  const running = run.state === "running";

  const showFault = () => {
    if (!view.fault) return;
    player.stop();
    onPlace(view.fault.leg, view.fault.hop);
  };
  const pick = (next: number) => {
    player.stop();
    onStep(next);
  };
  return (
    <>
      <Announcer view={view} state={run.state} />
      {run.state === "cut" ? (
        <CutBanner onAgain={props.onAgain} />
      ) : view.verdict ? (
        <VerdictBanner
          cloud={props.cloud}
          search={props.search}
          view={view}
          verdict={view.verdict}
          onFault={showFault}
        />
      ) : (
        <Skeleton className={VERDICT_ROOM} />
      )}
      {/* Where a verdict's height cannot be known before, the way is drawn when there is one. */}
      {running ? <Skeleton className="h-96 shrink-0 md:hidden" /> : null}
      <section
        aria-label="Path"
        className={cn("shrink-0 rounded-lg border border-line bg-surface", running && "max-md:hidden")}
      >
        <header className="flex min-h-12 items-center justify-between gap-x-4 gap-y-1 border-b border-line px-3 py-1.5 max-xl:flex-wrap">
          {/* Below xl always a row of its own, above it always beside: legs come one by one, and must not move what is below. */}
          <div className="min-h-8 min-w-0 max-xl:basis-full">
            {leg ? (
              <Legs
                view={view}
                value={leg.id}
                running={running}
                onChange={(id) => {
                  player.stop();
                  onPlace(id, null);
                }}
              />
            ) : (
              <Skeleton className="h-8 w-64 max-w-full" />
            )}
          </div>
          <Transport step={step} count={leg?.rows.length ?? 0} player={player} onStep={onStep} />
        </header>
        <div className="p-3">
          {leg ? (
            <TracePicture
              view={view}
              leg={leg}
              step={step}
              names={names}
              hues={hues}
              rest={rest}
              playing={player.playing}
              still={still}
              onStep={pick}
              svgRef={props.svgRef}
            />
          ) : running ? (
            <PictureSkeleton />
          ) : (
            <p className="grid h-60 place-items-center text-sm text-muted">No frame was sent.</p>
          )}
        </div>
      </section>
      <div
        className={cn(
          "grid min-h-72 flex-1 grid-cols-1 gap-3 xl:grid-cols-[minmax(0,1fr)_minmax(300px,min(380px,30%))]",
          // The picture would push it down as it grows: it appears when it has its place.
          running && "hidden",
        )}
      >
        <div className="h-96 min-h-0 xl:relative xl:h-auto">
          <div className="h-full xl:absolute xl:inset-0">
            <Timeline
              label={leg ? `Hops of the ${leg.name}` : "Hops"}
              rows={leg?.rows ?? []}
              step={step}
              fault={fault}
              element={view.verdict?.element}
              danger={view.verdict?.outcome === "dropped"}
              settled={!running}
              onStep={pick}
            />
          </div>
        </div>
        <div className="min-h-0 xl:relative">
          <div className="h-full *:h-full xl:absolute xl:inset-0">
            <Inspector rows={leg?.rows ?? []} step={step} fault={fault} />
          </div>
        </div>
      </div>
    </>
  );
}

/** As high as a verdict is: a line of its own for what is responsible, and one or (where lines are short) two for the sentence. */
const VERDICT_ROOM = "h-[118px] shrink-0 max-xl:h-[138px]";

function stepOf(view: TraceView, leg: ShownLeg, param: string | null): number {
  const asked = param !== null && /^\d+$/.test(param) ? Number(param) - 1 : undefined;
  return Math.min(Math.max(0, asked ?? firstStep(view, leg)), Math.max(0, leg.rows.length - 1));
}

function restOfLeg(view: TraceView, leg: ShownLeg | undefined, to: string | undefined, topology: Topology | undefined) {
  if (!leg || view.fault?.leg !== leg.id || isReturning(leg.leg) || isAside(leg.leg)) return [];
  return restOf(
    leg.rows.map((row) => row.hop),
    targetOf(to, topology),
    view.verdict,
  );
}

/** Legs of the exchange itself first; ARP that others ask on the way behind them, once all of those are there. */
function Legs(props: { view: TraceView; value: string; running: boolean; onChange: (id: string) => void }) {
  const legs = [
    ...props.view.legs.filter((leg) => !isAside(leg.leg)),
    ...(props.running ? [] : props.view.legs.filter((leg) => isAside(leg.leg))),
  ];
  return (
    <Segmented
      label="Leg"
      className="max-w-full overflow-x-auto [scrollbar-width:none]"
      value={props.value}
      options={legs.map((leg) => ({
        value: leg.id,
        label: (
          <>
            {props.view.fault?.leg === leg.id ? <span aria-hidden className="size-1.5 rounded-full bg-danger" /> : null}
            {leg.name}
          </>
        ),
      }))}
      onChange={props.onChange}
    />
  );
}

function CutBanner({ onAgain }: { onAgain: () => void }) {
  return (
    <section
      role="alert"
      aria-label="Verdict"
      className="flex shrink-0 items-center gap-3 rounded-lg border border-l-4 border-line border-l-warn bg-surface px-4 py-3"
    >
      <Unplug aria-hidden className="size-5 shrink-0 text-warn" />
      <div className="flex-1">
        <strong className="text-base font-semibold text-warn">The trace broke off</strong>
        <p className="pt-0.5 text-sm">
          The connection to the server ended before the verdict. What came until then is shown.
        </p>
      </div>
      <Button variant="solid" onClick={onAgain}>
        <RotateCw aria-hidden /> Trace again
      </Button>
    </section>
  );
}

function PictureSkeleton() {
  return (
    <div aria-hidden className="grid h-60 grid-cols-2 gap-14">
      <Skeleton className="h-40" />
      <Skeleton className="h-40" />
    </div>
  );
}

/** ← → Home End step, space plays; not while someone types or works a control that uses these keys itself. */
function useKeys(step: number, count: number, onStep: (step: number) => void, toggle: () => void, stop: () => void) {
  const run = useRef<(event: KeyboardEvent) => void>(() => {});
  run.current = (event) => {
    const target = event.target instanceof Element ? event.target : undefined;
    if (
      event.defaultPrevented ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      target?.closest(
        "input, textarea, select, [role=radiogroup], [role=menu], [role=dialog], [role=group][aria-label=Leg]",
      )
    )
      return;
    const on = (next: number) => {
      event.preventDefault();
      stop();
      if (count > 0) onStep(Math.min(count - 1, Math.max(0, next)));
    };
    if (event.key === "ArrowLeft") on(step - 1);
    else if (event.key === "ArrowRight") on(step + 1);
    else if (event.key === "Home") on(0);
    else if (event.key === "End") on(count - 1);
    else if (event.key === " " && !target?.closest("button, a, [role=button]")) {
      event.preventDefault();
      toggle();
    }
  };
  useEffect(() => {
    const listen = (event: KeyboardEvent) => run.current(event);
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}
