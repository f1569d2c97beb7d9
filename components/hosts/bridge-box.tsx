import { memo } from "react";
import type { Box, Slot } from "../../lib/hostgraph/layout/scene.ts";
import { Target, TargetRing } from "../graph/target.tsx";
import { cn } from "../ui/cn.ts";
import { MarkGlyph } from "./marks.tsx";
import { boxText, cut } from "./words.ts";

interface BoxProps {
  box: Box;
  hues: Map<string, string>;
  selected: boolean;
  lit: boolean;
  dimmed: boolean;
  onSelect: (id: string) => void;
  onHover: (id: string | null) => void;
}

/** A bridge or a namespace: its frame and title are one target, its ports are drawn over it. */
export const BridgeBox = memo(function BridgeBox({
  box,
  selected,
  lit,
  dimmed,
  onSelect,
  onHover,
}: Omit<BoxProps, "hues">) {
  const { x, y, w, h } = box;
  const small = box.kind === "qbr";
  const { title, subtitle, label } = boxText(box);
  const mark = box.node?.marks[0];
  return (
    <Target
      id={box.id}
      label={label}
      selected={selected}
      dimmed={dimmed}
      onSelect={() => onSelect(box.id)}
      onHover={onHover}
    >
      <TargetRing x={x} y={y} width={w} height={h} radius={9} selected={selected} />
      <rect
        x={x}
        y={y}
        width={w}
        height={h}
        rx={9}
        className={cn(
          "transition-colors",
          box.kind === "ovs-bridge" || box.kind === "linuxbridge" ? "fill-surface" : "fill-bg",
          lit ? "stroke-accent" : "stroke-line-strong group-hover/target:stroke-muted",
        )}
        strokeDasharray={box.kind === "qbr" || box.kind === "namespace" ? "3 3" : undefined}
      />
      <text
        x={x + (small ? 9 : 11)}
        y={y + (small ? 14 : 20)}
        className={cn("font-mono", small ? "fill-muted text-[10.5px]" : "fill-ink text-[12px] font-semibold")}
      >
        {title}
      </text>{" "}
      {box.subtitle ? (
        <text
          x={x + w - 11}
          y={y + 20}
          textAnchor="end"
          className={cn("fill-muted text-[10.5px]", box.kind !== "namespace" && "font-mono")}
        >
          {subtitle}
        </text>
      ) : null}
      {mark ? <MarkGlyph mark={mark} x={x + w - 3} y={y + 3} /> : null}
    </Target>
  );
});

interface InsideProps extends Pick<BoxProps, "box" | "hues"> {
  slots: Slot[];
  /** Network that is lit alone. */
  network: string | null;
}

/** What is inside a bridge: the line that joins its ports, and the places where devices from elsewhere come in. */
export const BoxInside = memo(function BoxInside({ box, slots, hues, network }: InsideProps) {
  const dims = (id: string | undefined) => network !== null && id !== undefined && id !== network;
  return (
    <g aria-hidden className="pointer-events-none">
      {box.stubs.map((stub) => (
        <path
          key={`${stub.y} ${stub.x1}`}
          d={`M${stub.x1} ${stub.y}H${stub.x2}`}
          className={cn("stroke-line-strong", dims(stub.networkId) && "opacity-30")}
          strokeWidth="1.5"
          style={stub.networkId ? { stroke: hues.get(stub.networkId) } : undefined}
        />
      ))}
      {box.spine && box.spine.y2 > box.spine.y1 ? (
        <path
          d={`M${box.spine.x} ${box.spine.y1 - 3}V${box.spine.y2 + 3}`}
          className="stroke-line-strong"
          strokeWidth="5"
          strokeLinecap="round"
        />
      ) : null}
      {slots.map((slot) => (
        <g key={slot.id} className={dims(slot.networkId) ? "opacity-35" : undefined}>
          <SlotMark slot={slot} hue={slot.networkId ? hues.get(slot.networkId) : undefined} />
        </g>
      ))}
    </g>
  );
});

function SlotMark({ slot, hue }: { slot: Slot; hue: string | undefined }) {
  const { x, y, w, h } = slot;
  if (w < 20) {
    return <rect x={x} y={y + h / 2 - 3} width={w} height={6} rx={1.5} className="fill-surface stroke-muted" />;
  }
  return (
    <>
      <rect
        x={x}
        y={y}
        width={w}
        height={h}
        rx={4}
        className="fill-raised stroke-line-strong"
        style={hue ? { stroke: hue } : undefined}
      />
      <text x={x + w / 2} y={y + 12.7} textAnchor="middle" className="fill-muted font-mono text-[10.5px]">
        {cut(slot.label, 18)}
      </text>
    </>
  );
}
