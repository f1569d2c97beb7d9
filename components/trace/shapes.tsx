import type { KeyboardEvent, ReactNode } from "react";
import type { Hue } from "../../lib/topology/hue.ts";
import type { HostFrame } from "../../lib/traceview/picture/layout.ts";
import type { PlacedBox, PlacedCard } from "../../lib/traceview/picture/segment.ts";
import { cn } from "../ui/cn.ts";

export type FaultTone = "danger" | "warn";

export function HostShape({ host }: { host: HostFrame }) {
  return (
    <g opacity={host.ghost ? 0.55 : 1}>
      <rect
        x={host.x}
        y={host.y}
        width={host.w}
        height={host.h}
        rx={10}
        strokeDasharray={host.ghost ? "4 4" : undefined}
        className="fill-bg stroke-line"
      />
      <text x={host.x + 12} y={host.y + 19} className="fill-ink font-sans text-[12.5px] font-semibold">
        {host.name}
        {host.detail ? (
          <tspan dx={7} className="fill-muted font-mono text-[10.5px] font-normal">
            {host.detail}
          </tspan>
        ) : null}
      </text>
    </g>
  );
}

/** A bridge or namespace around its ports. */
export function BoxShape(props: {
  box: PlacedBox;
  selected: boolean;
  fault: FaultTone | undefined;
  copies: number;
  onSelect: () => void;
}) {
  const { box, selected, fault, copies } = props;
  const dashed = box.kind === "netns" || box.kind === "linuxbridge";
  const titleY = box.lane === "hung" ? box.y + box.h - 7 : box.y + 13.5;
  const shape = (
    <>
      <rect
        x={box.x}
        y={box.y}
        width={box.w}
        height={box.h}
        rx={8}
        strokeDasharray={dashed ? "3 3" : undefined}
        className={boxLook(fault, selected)}
      />
      <text
        x={box.x + 8}
        y={titleY}
        className={cn(
          "font-mono text-[10px]",
          fault === "danger" ? "fill-danger" : fault === "warn" ? "fill-warn" : selected ? "fill-accent" : "fill-muted",
        )}
      >
        {box.title}
      </text>
      {copies > 0 ? " " : null}
      {copies > 0 ? <CopiesMark x={box.x + box.w} y={box.y} count={copies} /> : null}
    </>
  );
  if (box.own.length === 0 || box.ghost) return <g opacity={box.ghost ? 0.55 : 1}>{shape}</g>;
  return (
    <Target
      label={`${box.title}${copiesText(copies)} on ${box.host}${fault ? ", the packet ended here" : ""}`}
      selected={selected}
      onSelect={props.onSelect}
      ring={box}
    >
      {shape}
    </Target>
  );
}

function boxLook(fault: FaultTone | undefined, selected: boolean): string {
  if (fault === "danger") return "fill-transparent stroke-danger stroke-[1.5]";
  if (fault === "warn") return "fill-transparent stroke-warn stroke-[1.5]";
  return selected ? "fill-accent-soft stroke-accent stroke-[1.5]" : "fill-transparent stroke-line-strong";
}

function cardLook(kind: PlacedCard["kind"], ghost: boolean, fault: FaultTone | undefined, selected: boolean): string {
  if (ghost) return "fill-transparent stroke-line-strong";
  if (fault === "danger") return "fill-danger-soft stroke-danger stroke-[1.5]";
  if (fault === "warn") return "fill-warn-soft stroke-warn stroke-[1.5]";
  if (selected) return "fill-accent-soft stroke-accent stroke-[1.5]";
  return kind === "bridge" ? "fill-bg stroke-line-strong" : "fill-surface stroke-line-strong";
}

export function CardShape(props: {
  card: PlacedCard;
  hue: Hue | undefined;
  selected: boolean;
  reached: boolean;
  fault: FaultTone | undefined;
  copies: number;
  onSelect: () => void;
}) {
  const { card, hue, selected, fault, copies } = props;
  const ghost = card.stops.every((stop) => stop.ghost);
  const hasDetail = card.detail !== "";
  const shape = (
    <>
      <rect
        x={card.x}
        y={card.y}
        width={card.w}
        height={card.h}
        rx={6}
        strokeDasharray={ghost ? "3 3" : undefined}
        className={cardLook(card.kind, ghost, fault, selected)}
      />
      {hue && !ghost ? (
        <path
          d={`M${card.x + 1.5} ${card.y + 5}v${card.h - 10}`}
          stroke={hue.edge}
          strokeWidth={3}
          strokeLinecap="round"
        />
      ) : null}
      <text>
        <tspan
          x={card.x + 10}
          y={card.y + (hasDetail ? 16 : card.h / 2 + 3.5)}
          className={cn("font-mono text-[10.5px]", ghost ? "fill-muted" : "fill-ink")}
        >
          {card.name}
        </tspan>
        {hasDetail ? " " : null}
        {hasDetail ? (
          <tspan x={card.x + 10} y={card.y + 29.5} className="fill-muted font-sans text-[10px]">
            {card.detail}
          </tspan>
        ) : null}
      </text>
      {copies > 0 ? " " : null}
      {copies > 0 ? (
        <CopiesMark x={card.x + card.w} y={card.box < 0 ? card.y : card.y + card.h} count={copies} />
      ) : null}
    </>
  );
  if (ghost) return <g opacity={0.6}>{shape}</g>;
  const host = card.stops[0]?.host ?? "";
  return (
    <Target
      label={`${card.name}${card.detail ? ` ${card.detail}` : ""}${copiesText(copies)} on ${host}${fault ? ", the packet ended here" : ""}`}
      selected={selected}
      onSelect={props.onSelect}
      ring={card}
    >
      {shape}
    </Target>
  );
}

/** What is drawn comes first in a name, as it reads: people who speak to the screen say what they see. */
function copiesText(copies: number): string {
  return copies > 0 ? ` +${copies} ${copies === 1 ? "copy" : "copies"}` : "";
}

/** How many further copies of the frame a flood sent elsewhere. */
function CopiesMark({ x, y, count }: { x: number; y: number; count: number }) {
  const text = `+${count}`;
  const w = text.length * 6 + 10;
  return (
    <g>
      <rect x={x - w + 4} y={y - 8} width={w} height={15} rx={7.5} className="fill-raised stroke-line-strong" />
      <text x={x - w / 2 + 4} y={y + 3} textAnchor="middle" className="fill-muted font-mono text-[9.5px]">
        {text}
      </text>
    </g>
  );
}

/** Something of the picture that can be reached with the keyboard and selected. */
function Target(props: {
  label: string;
  selected: boolean;
  onSelect: () => void;
  ring: { x: number; y: number; w: number; h: number };
  children: ReactNode;
}) {
  const { ring } = props;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    props.onSelect();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button of its own
    <g
      role="button"
      tabIndex={0}
      aria-label={props.label}
      aria-pressed={props.selected}
      onClick={props.onSelect}
      onKeyDown={onKeyDown}
      className="group/target cursor-pointer focus:outline-none"
    >
      {props.children}
      <rect
        aria-hidden
        x={ring.x - 3}
        y={ring.y - 3}
        width={ring.w + 6}
        height={ring.h + 6}
        rx={9}
        className="pointer-events-none fill-none stroke-accent stroke-2 opacity-0 group-focus-visible/target:opacity-100"
      />
    </g>
  );
}
