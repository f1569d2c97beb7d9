"use client";
import { useEffect, useRef } from "react";
import { segmentMark } from "../../lib/traceview/diff.ts";
import type { Hop } from "../../lib/traceview/hops.ts";
import { type Point, pathData, pointAt } from "../../lib/traceview/picture/geometry.ts";
import type { Picture } from "../../lib/traceview/picture/layout.ts";
import type { Edge } from "../../lib/traceview/picture/links.ts";
import { cn } from "../ui/cn.ts";
import type { FaultTone } from "./shapes.tsx";
import { HOP_MS } from "./use-player.ts";

/** The path: lit as far as the selected hop, paler beyond it, dashed where the packet never came. */
export function Links(props: {
  edges: readonly Edge[];
  step: number;
  fault: number | undefined;
  hops: readonly Hop[];
  tone: FaultTone;
}) {
  return (
    <g aria-hidden>
      {props.edges.map((edge) => (
        <path
          key={`${edge.from} ${edge.to}`}
          d={pathData(edge.points)}
          strokeLinecap="round"
          strokeDasharray={edge.ghost ? "2 5" : undefined}
          className={cn(
            "fill-none",
            edge.ghost ? "stroke-line-strong stroke-[1.5]" : "stroke-accent stroke-2 transition-opacity",
            !edge.ghost && edge.to > props.step && "opacity-30",
          )}
        />
      ))}
      {props.edges.map((edge) =>
        edge.wire && !edge.ghost ? (
          <WireLabel key={`${edge.from} ${edge.to}`} edge={edge} hop={props.hops[edge.from]} />
        ) : null,
      )}
    </g>
  );
}

/** What is written on a wire between hosts: `VXLAN 10`, `VLAN 1000`. */
function WireLabel({ edge, hop }: { edge: Edge; hop: Hop | undefined }) {
  const packet = hop?.after;
  const run = longestRun(edge.points);
  if (!packet || !run) return null;
  const mark = packet.vxlan
    ? `VXLAN ${packet.vxlan.vni}`
    : packet.geneve
      ? `Geneve ${packet.geneve.vni}`
      : packet.gre
        ? `GRE ${packet.gre.key}`
        : segmentMark(packet);
  if (!mark) return null;
  return (
    <text
      x={(run[0].x + run[1].x) / 2}
      y={run[0].y - 6}
      textAnchor="middle"
      className="fill-muted font-sans text-[10.5px]"
    >
      {mark}
    </text>
  );
}

/** The longest horizontal piece: where a label has room. */
function longestRun(points: readonly Point[]): [Point, Point] | undefined {
  let best: [Point, Point] | undefined;
  for (let at = 1; at < points.length; at++) {
    const [a, b] = [points[at - 1], points[at]];
    if (!a || !b || a.y !== b.y) continue;
    if (!best || Math.abs(b.x - a.x) > Math.abs(best[1].x - best[0].x)) best = [a, b];
  }
  return best && Math.abs(best[1].x - best[0].x) > 44 ? best : undefined;
}

/** Where the way ended: a cross on the link that was not taken, or beside the last device. */
export function FaultMark(props: { layout: Picture; fault: number; tone: FaultTone; returning: boolean }) {
  const at = faultPoint(props.layout, props.fault, props.returning);
  if (!at) return null;
  return (
    <g aria-hidden transform={`translate(${at.x} ${at.y})`}>
      <circle r={9} className={props.tone === "danger" ? "fill-danger" : "fill-warn"} />
      {props.tone === "danger" ? (
        <path d="M-3.2-3.2 3.2 3.2M3.2-3.2-3.2 3.2" strokeWidth={2} strokeLinecap="round" className="stroke-surface" />
      ) : (
        <text y={4} textAnchor="middle" className="fill-surface font-sans text-[11px] font-bold">
          ?
        </text>
      )}
    </g>
  );
}

function faultPoint(layout: Picture, fault: number, returning: boolean): Point | undefined {
  const onward = layout.edges.find((edge) => edge.from === fault && edge.ghost && edge.points.length > 1 && !edge.wire);
  if (onward) return pointAt(onward.points, 0.5);
  const card = layout.cards.find((one) => one.stops.some((stop) => stop.index === fault));
  if (card) return { x: returning ? card.x : card.x + card.w, y: card.y };
  const arrived = layout.edges.find((edge) => edge.to === fault);
  return arrived?.points.at(-1);
}

/** The packet itself, on the link to the hop that comes next. */
export function Traveller({ edges, step }: { edges: readonly Edge[]; step: number }) {
  const ref = useRef<SVGGElement>(null);
  const edge = edges.find((one) => one.from === step && !one.ghost);
  const points = edge?.points;
  useEffect(() => {
    if (!points) return;
    const start = performance.now();
    let frame = 0;
    const move = (now: number) => {
      const share = Math.min(1, (now - start) / (HOP_MS * 0.92));
      const at = pointAt(points, share * share * (3 - 2 * share));
      if (at) ref.current?.setAttribute("transform", `translate(${at.x} ${at.y})`);
      if (share < 1) frame = requestAnimationFrame(move);
    };
    frame = requestAnimationFrame(move);
    return () => cancelAnimationFrame(frame);
  }, [points]);
  const first = points?.[0];
  if (!first) return null;
  return (
    <g ref={ref} aria-hidden transform={`translate(${first.x} ${first.y})`}>
      <circle r={9} className="fill-accent opacity-25" />
      <circle r={5} className="fill-accent stroke-surface stroke-2" />
    </g>
  );
}
