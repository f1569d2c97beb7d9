"use client";
import { type Ref, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Box, Drawing } from "../../lib/topology/drawing.ts";
import { neighbours } from "../../lib/topology/neighbours.ts";
import { Picture, type PictureHandle } from "../graph/picture.tsx";
import { BarShape, CardShape, ChipShape, LinkShape, PillShape, SourceMark, StackShape } from "./shapes.tsx";

/** Paints a computed drawing. What the pointer or the focus is on lights its neighbours; the rest steps back. */
export function TopologyDrawing(props: {
  drawing: Drawing;
  selected: string | null;
  /** While the ends of a trace are chosen nothing steps back: `source` is where it is to start. */
  picking: { source: string | null } | undefined;
  onSelect: (id: string) => void;
  onOpenGroup: (id: string) => void;
  onBackground: () => void;
  zoom: number | null;
  onZoom: (zoom: number | null) => void;
  ref?: Ref<PictureHandle>;
}) {
  const { drawing, selected, picking, onOpenGroup } = props;
  const [hovered, setHovered] = useState<string | null>(null);
  const around = useMemo(() => neighbours(drawing), [drawing]);
  const lit = hovered === null || picking ? undefined : around.get(hovered);
  const opened = useRef<ReadonlySet<string>>(undefined);
  const openGroup = useCallback(
    (id: string) => {
      opened.current = new Set(hanging(drawing));
      onOpenGroup(id);
    },
    [drawing, onOpenGroup],
  );
  // What a group was opened by is gone with it: the focus goes to the first that has come out of it.
  useEffect(() => {
    const before = opened.current;
    const first = before && hanging(drawing).find((id) => !before.has(id));
    if (first === undefined) return;
    opened.current = undefined;
    if (document.activeElement === document.body)
      document.querySelector<SVGGElement>(`[data-id="${CSS.escape(first)}"]`)?.focus({ preventScroll: true });
  }, [drawing]);
  const onHover = useCallback((id: string | null) => setHovered(id), []);
  const start = picking?.source && boxOf(drawing, picking.source);
  const shared = (id: string) => ({
    selected: id === (picking ? picking.source : selected),
    dimmed: lit !== undefined && !lit.has(id),
    onSelect: props.onSelect,
    onHover,
  });
  return (
    <Picture
      ref={props.ref}
      label="Topology"
      width={drawing.width}
      height={drawing.height}
      zoom={props.zoom}
      onZoom={props.onZoom}
      onBackground={props.onBackground}
      className="flex-1"
    >
      {drawing.links.map((link) => (
        <LinkShape
          key={link.id}
          link={link}
          dimmed={lit !== undefined && !lit.has(link.id)}
          lit={lit?.has(link.id) ?? false}
        />
      ))}
      {drawing.notes.map((note) => (
        <text key={note.text} x={note.x} y={note.y} className="fill-muted text-[12px]">
          {note.text}
        </text>
      ))}
      {drawing.bars.map((bar) => (
        <BarShape key={bar.network.id} bar={bar} {...shared(bar.network.id)} />
      ))}
      {drawing.pills.map((pill) => (
        <PillShape key={pill.router.id} pill={pill} {...shared(pill.router.id)} />
      ))}
      {drawing.cards.map((card) => (
        <CardShape key={card.instance.id} card={card} {...shared(card.instance.id)} />
      ))}
      {drawing.stacks.map((stack) => (
        <StackShape key={stack.group.id} stack={stack} {...shared(stack.group.id)} onSelect={openGroup} />
      ))}
      {drawing.chips.map((chip) => (
        <ChipShape key={chip.id} chip={chip} {...shared(chip.id)} />
      ))}
      {start ? <SourceMark box={start} /> : null}
    </Picture>
  );
}

function hanging({ cards, stacks }: Drawing): string[] {
  return [...cards.map((one) => one.instance.id), ...stacks.map((one) => one.group.id)];
}

function boxOf({ bars, pills, cards, chips }: Drawing, id: string): Box | undefined {
  return (
    bars.find((one) => one.network.id === id) ??
    pills.find((one) => one.router.id === id) ??
    cards.find((one) => one.instance.id === id) ??
    chips.find((one) => one.id === id)
  );
}
