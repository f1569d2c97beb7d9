"use client";
import { type Ref, useLayoutEffect, useRef, useState } from "react";
import type { Hue } from "../../lib/topology/hue.ts";
import { isReturning } from "../../lib/traceview/legs.ts";
import type { Names } from "../../lib/traceview/names.ts";
import { detailOf, hostAddress, networkOf } from "../../lib/traceview/names.ts";
import { type Picture as Layout, layoutPicture } from "../../lib/traceview/picture/layout.ts";
import type { RestStop } from "../../lib/traceview/rest.ts";
import type { ShownLeg, TraceView } from "../../lib/traceview/view.ts";
import { FaultMark, Links, Traveller } from "./links.tsx";
import { BoxShape, CardShape, HostShape } from "./shapes.tsx";

/** Where the page is narrower than this leaves readable, the picture scrolls. */
const LEAST_SCALE = 0.75;

/** The devices of one leg, and the packet's way over them. */
export function TracePicture(props: {
  view: TraceView;
  leg: ShownLeg;
  step: number;
  names: Names;
  hues: Map<string, Hue>;
  rest: readonly RestStop[];
  playing: boolean;
  still: boolean;
  onStep: (step: number) => void;
  svgRef: Ref<SVGSVGElement>;
}) {
  const { leg, step, names, hues, rest } = props;
  const { ref, width } = useWidth();
  const hops = leg.rows.map((row) => row.hop);
  const layout: Layout = layoutPicture(hops, {
    width,
    returning: isReturning(leg.leg),
    rest,
    detail: (stop) => {
      const hop = hops[stop.index];
      return hop ? detailOf(hop, names) : "";
    },
    hostDetail: (host) => hostAddress(host, hops),
  });
  const fault = props.view.fault?.leg === leg.id ? props.view.fault.hop : undefined;
  const tone = props.view.verdict?.outcome === "dropped" ? "danger" : "warn";
  const hueOf = (index: number) => {
    const hop = hops[index];
    const network = hop && networkOf(hop, names);
    return network === undefined ? undefined : hues.get(network);
  };
  const copiesAt = (index: number) => leg.rows[index]?.copies.length ?? 0;
  return (
    <div ref={ref} className="w-full overflow-x-auto">
      {/* biome-ignore lint/a11y/useSemanticElements: SVG has no fieldset of its own */}
      <svg
        ref={props.svgRef}
        role="group"
        aria-label={`Path of the ${leg.name}: ${leg.rows.length} hops`}
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        className="block h-auto w-full select-none"
        style={{ minWidth: layout.width * LEAST_SCALE, maxWidth: layout.width, marginInline: "auto" }}
      >
        {layout.hosts.map((host) => (
          <HostShape key={`${host.name} ${host.x} ${host.y}`} host={host} />
        ))}
        {layout.boxes.map((box) => (
          <BoxShape
            key={`${box.title} ${box.x} ${box.y}`}
            box={box}
            selected={box.own.some((stop) => stop.index === step)}
            fault={box.own.some((stop) => stop.index === fault) ? tone : undefined}
            copies={Math.max(0, ...box.own.map((stop) => copiesAt(stop.index)))}
            onSelect={() =>
              props.onStep(
                nextOf(
                  box.own.map((stop) => stop.index),
                  step,
                ),
              )
            }
          />
        ))}
        <Links edges={layout.edges} step={step} fault={fault} hops={hops} tone={tone} />
        {layout.cards.map((card) => (
          <CardShape
            key={`${card.name} ${card.x} ${card.y}`}
            card={card}
            hue={hueOf(card.stops[0]?.index ?? -1)}
            selected={card.stops.some((stop) => stop.index === step)}
            reached={card.stops.some((stop) => !stop.ghost && stop.index <= step)}
            fault={card.stops.some((stop) => stop.index === fault) ? tone : undefined}
            copies={Math.max(0, ...card.stops.map((stop) => copiesAt(stop.index)))}
            onSelect={() =>
              props.onStep(
                nextOf(
                  card.stops.filter((stop) => !stop.ghost).map((stop) => stop.index),
                  step,
                ),
              )
            }
          />
        ))}
        {fault === undefined || !(props.view.fault?.dropped || tone === "warn") ? null : (
          <FaultMark layout={layout} fault={fault} tone={tone} returning={isReturning(leg.leg)} />
        )}
        {props.playing && !props.still ? <Traveller edges={layout.edges} step={step} /> : null}
      </svg>
    </div>
  );
}

/** A device that is passed more than once is stepped through by clicking it again. */
function nextOf(indexes: readonly number[], step: number): number {
  const at = indexes.indexOf(step);
  return indexes[(at + 1) % indexes.length] ?? indexes[0] ?? step;
}

const GUESS = 1160;

function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(GUESS);
  // Before it is painted: the picture for a guessed width would move a moment later.
  useLayoutEffect(() => {
    const node = ref.current;
    if (!node) return;
    if (node.clientWidth > 0) setWidth(node.clientWidth);
    const observer = new ResizeObserver(
      ([entry]) => entry && entry.contentRect.width > 0 && setWidth(Math.floor(entry.contentRect.width)),
    );
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}
