"use client";
import { memo } from "react";
import type { Bar, Box, Card, Chip, Link, Pill, Stack } from "../../lib/topology/drawing.ts";
import { countsOf } from "../../lib/topology/labels.ts";
import { Target, TargetRing } from "../graph/target.tsx";
import { statusTone } from "../ui/badge.tsx";
import { cn } from "../ui/cn.ts";

export interface ShapeProps {
  selected: boolean;
  dimmed: boolean;
  onSelect: (id: string) => void;
  onHover: (id: string | null) => void;
}

const NAME = "fill-ink text-[13px] font-medium";
const SMALL = "fill-muted text-[12px]";
const MONO = "fill-muted font-mono text-[12px]";

export const LinkShape = memo(function LinkShape({ link, dimmed, lit }: { link: Link; dimmed: boolean; lit: boolean }) {
  return (
    <g className={cn("transition-opacity duration-150", dimmed && "opacity-30")}>
      <polyline
        points={link.points.map((point) => point.join(",")).join(" ")}
        fill="none"
        stroke={link.hue.edge}
        strokeWidth={lit ? 3 : 1.75}
        strokeLinejoin="round"
      />
      {link.label ? (
        <text
          x={link.label.x}
          y={link.label.y}
          textAnchor={link.label.anchor}
          fill={link.hue.edge}
          className="font-mono text-[11px]"
        >
          {link.label.text}
        </text>
      ) : null}
    </g>
  );
});

export const BarShape = memo(function BarShape({ bar, ...props }: ShapeProps & { bar: Bar }) {
  const { x, y, width, height, network, hue } = bar;
  const nameEnd = x + 18;
  return (
    <Target
      id={network.id}
      label={`Network ${[bar.name, bar.cidrs, bar.note].join(" ")}`}
      selected={props.selected}
      dimmed={props.dimmed}
      onSelect={() => props.onSelect(network.id)}
      onHover={props.onHover}
    >
      <TargetRing x={x} y={y} width={width} height={height} radius={6} selected={props.selected} />
      <rect x={x} y={y} width={width} height={height} rx={6} fill={hue.soft} />
      <rect x={x} y={y} width={4} height={height} rx={2} fill={hue.edge} />
      <text x={nameEnd} y={y + height / 2} dominantBaseline="central">
        <tspan className={cn(NAME, "font-semibold [unicode-bidi:isolate]")}>{bar.name}</tspan>{" "}
        <tspan dx={16} className="fill-ink font-mono text-[12px] opacity-80 [unicode-bidi:isolate]">
          {bar.cidrs}
        </tspan>
      </text>{" "}
      <text
        x={x + width - 14}
        y={y + height / 2}
        dominantBaseline="central"
        textAnchor="end"
        className="fill-ink text-[12px] opacity-75"
      >
        {bar.note}
      </text>
    </Target>
  );
});

export const PillShape = memo(function PillShape({ pill, ...props }: ShapeProps & { pill: Pill }) {
  const { x, y, width, height, router } = pill;
  const centre = x + width / 2;
  return (
    <Target
      id={router.id}
      label={`Router ${pill.name} ${pill.line}, ${router.status.toLowerCase()}`}
      selected={props.selected}
      dimmed={props.dimmed}
      onSelect={() => props.onSelect(router.id)}
      onHover={props.onHover}
    >
      <TargetRing x={x} y={y} width={width} height={height} radius={height / 2} selected={props.selected} />
      <rect
        x={x}
        y={y}
        width={width}
        height={height}
        rx={height / 2}
        className="fill-surface stroke-line-strong group-hover/target:stroke-muted"
      />
      <text x={centre} y={y + 19} textAnchor="middle" className={cn(NAME, "font-semibold")}>
        {pill.name}
      </text>{" "}
      <text x={centre} y={y + 35} textAnchor="middle" className={MONO}>
        {pill.line}
      </text>
    </Target>
  );
});

export const CardShape = memo(function CardShape({ card, ...props }: ShapeProps & { card: Card }) {
  const { x, y, width, height, instance } = card;
  return (
    <Target
      id={instance.id}
      label={`Instance ${[card.name, ...card.lines.map((line) => line.text)].join(" ")}, ${instance.status.toLowerCase()}`}
      selected={props.selected}
      dimmed={props.dimmed}
      onSelect={() => props.onSelect(instance.id)}
      onHover={props.onHover}
    >
      <TargetRing x={x} y={y} width={width} height={height} radius={7} selected={props.selected} />
      <rect
        x={x}
        y={y}
        width={width}
        height={height}
        rx={7}
        className="fill-surface stroke-line-strong group-hover/target:stroke-muted"
      />
      <StatusMark x={x + 16} y={y + 17} status={instance.status} />
      <text x={x + 28} y={y + 21} className={NAME}>
        {card.name}
      </text>{" "}
      {card.lines.map((line, index) => (
        <text
          // biome-ignore lint/suspicious/noArrayIndexKey: two ports can have the same text
          key={`${line.text} ${index}`}
          x={x + 28}
          y={y + 37 + index * 15}
          className={MONO}
          style={line.hue ? { fill: line.hue.edge } : undefined}
        >
          {line.text}{" "}
        </text>
      ))}
    </Target>
  );
});

export const StackShape = memo(function StackShape({ stack, ...props }: ShapeProps & { stack: Stack }) {
  const { x, y, width, height, group } = stack;
  const back = "fill-surface stroke-line-strong";
  return (
    <Target
      id={group.id}
      label={`Group ${stack.name} ${countsOf(group.states)}, ${group.count} instances`}
      expanded={false}
      dimmed={props.dimmed}
      onSelect={() => props.onSelect(group.id)}
      onHover={props.onHover}
    >
      <rect x={x + 6} y={y - 6} width={width} height={height} rx={7} className={back} />
      <rect x={x + 3} y={y - 3} width={width} height={height} rx={7} className={back} />
      <TargetRing x={x} y={y} width={width} height={height} radius={7} />
      <rect x={x} y={y} width={width} height={height} rx={7} className={cn(back, "group-hover/target:stroke-muted")} />
      <text x={x + 16} y={y + 21} className={NAME}>
        {stack.name}
      </text>{" "}
      <text x={x + 16} y={y + 37} className={SMALL}>
        {countsOf(group.states)}
      </text>
    </Target>
  );
});

export const ChipShape = memo(function ChipShape({ chip, ...props }: ShapeProps & { chip: Chip }) {
  const { x, y, width, height } = chip;
  return (
    <Target
      id={chip.id}
      label={`Floating IP ${chip.address}`}
      selected={props.selected}
      dimmed={props.dimmed}
      onSelect={() => props.onSelect(chip.id)}
      onHover={props.onHover}
    >
      <TargetRing x={x} y={y} width={width} height={height} radius={height / 2} selected={props.selected} />
      <rect x={x} y={y} width={width} height={height} rx={height / 2} fill={chip.hue.soft} />
      <text
        x={x + width / 2}
        y={y + height / 2}
        dominantBaseline="central"
        textAnchor="middle"
        fill={chip.hue.edge}
        className="font-mono text-[12px]"
      >
        {chip.address} ⇄
      </text>
    </Target>
  );
});

/** A flag on the upper edge of what a trace is to start at. */
export function SourceMark({ box: { x, y, width } }: { box: Box }) {
  return (
    <g aria-hidden className="pointer-events-none">
      <rect x={x + width - 46} y={y - 11} width={40} height={18} rx={9} className="fill-accent" />
      <text x={x + width - 26} y={y + 2} textAnchor="middle" className="fill-on-accent text-[11px] font-semibold">
        From
      </text>
    </g>
  );
}

/** A disc when all is well, a square when it failed, a ring for every other state: shape says it without colour. */
export function StatusMark({ x, y, status }: { x: number; y: number; status: string }) {
  switch (statusTone(status)) {
    case "ok":
      return <circle cx={x} cy={y} r={4.5} className="fill-ok" />;
    case "danger":
      return <rect x={x - 4.5} y={y - 4.5} width={9} height={9} rx={1.5} className="fill-danger" />;
    case "warn":
      return <circle cx={x} cy={y} r={3.75} className="fill-none stroke-warn stroke-[2.5]" />;
    case "neutral":
    case "accent":
      return <circle cx={x} cy={y} r={3.75} className="fill-none stroke-faint stroke-2" />;
  }
}
