import { memo } from "react";
import type { Card } from "../../lib/hostgraph/layout/scene.ts";
import { Target, TargetRing } from "../graph/target.tsx";
import { cn } from "../ui/cn.ts";
import { type Mark, MarkGlyph } from "./marks.tsx";
import { type CardText, cardLabel, cardText } from "./words.ts";

export interface CardProps {
  card: Card;
  hue: string | undefined;
  selected: boolean;
  lit: boolean;
  dimmed: boolean;
  onSelect: (id: string) => void;
  onHover: (id: string | null) => void;
}

/** One device: name, second line, the network as a thin edge, at most one mark. */
export const DeviceCard = memo(function DeviceCard({ card, hue, selected, lit, dimmed, onSelect, onHover }: CardProps) {
  const { node, x, y, w, h } = card;
  const mark = node.marks[0];
  const missing = mark === "expected-missing";
  const wide = card.edge === "full";
  const text = cardText(node, wide);
  const select = () => onSelect(card.id);
  return (
    <Target
      id={card.id}
      label={cardLabel(node, text)}
      selected={selected}
      dimmed={dimmed}
      onSelect={select}
      onHover={onHover}
    >
      {node.stack ? (
        <>
          <rect x={x + 6} y={y - 6} width={w - 12} height={h} rx={6} className="fill-surface stroke-line" />
          <rect x={x + 3} y={y - 3} width={w - 6} height={h} rx={6} className="fill-surface stroke-line" />
        </>
      ) : null}
      <TargetRing x={x} y={y} width={w} height={h} radius={6} selected={selected} />
      <rect
        x={x}
        y={y}
        width={w}
        height={h}
        rx={6}
        className={cn("fill-raised transition-colors", lit ? "stroke-accent" : mark ? MARK_STROKE[mark] : PLAIN_STROKE)}
        strokeDasharray={missing || mark === "unknown-to-neutron" ? "4 3" : undefined}
      />
      {hue ? <path d={`M${x + 5} ${y + 1}h-1a3 3 0 0 0 -3 3v${h - 8}a3 3 0 0 0 3 3h1z`} style={{ fill: hue }} /> : null}
      {wide ? <WideText card={card} text={text} /> : <NarrowText card={card} text={text} />}
      {mark ? <MarkGlyph mark={mark} x={x + w - 3} y={y + 3} /> : null}
    </Target>
  );
});

const PLAIN_STROKE = "stroke-line-strong group-hover/target:stroke-muted";
const MARK_STROKE: Record<Mark, string> = {
  "dead-vlan": "stroke-danger",
  down: "stroke-warn",
  "unknown-to-neutron": "stroke-warn",
  "expected-missing": "stroke-danger",
  differs: "stroke-warn",
};
const MARK_FILL: Record<Mark, string> = {
  "dead-vlan": "fill-danger",
  down: "fill-warn",
  "unknown-to-neutron": "fill-warn",
  "expected-missing": "fill-danger",
  differs: "fill-warn",
};

const NAME = "font-mono text-[11.5px] fill-ink";
const SECOND = "text-[10.5px]";

// The blanks between lines are for whoever reads the text without seeing where it stands.
function NarrowText({ card: { node, x, y }, text }: { card: Card; text: CardText }) {
  const mark = node.marks[0];
  const guest = node.kind === "guest";
  return (
    <>
      <text x={x + 11} y={y + (text.second ? 15.5 : 22)} className={guest ? "text-[12px] font-medium fill-ink" : NAME}>
        {text.name}
      </text>{" "}
      <text
        x={x + 11}
        y={y + 28.5}
        className={cn(SECOND, guest && !mark && "font-mono", mark ? MARK_FILL[mark] : "fill-muted")}
      >
        {text.second}
      </text>
    </>
  );
}

/** A port in its namespace: name and address in the first line, what it is for and its local VLAN in the second. */
function WideText({ card: { node, x, y, w }, text }: { card: Card; text: CardText }) {
  const mark = node.marks[0];
  const first = y + (text.second || text.tag ? 15.5 : 22);
  return (
    <>
      <text x={x + 11} y={first} className={NAME}>
        {text.name}
      </text>{" "}
      <text x={x + w - 10} y={first} textAnchor="end" className="fill-muted font-mono text-[10.5px]">
        {text.aside}
      </text>{" "}
      <text x={x + 11} y={y + 28.5} className={cn(SECOND, mark ? MARK_FILL[mark] : "fill-muted")}>
        {text.second}
      </text>{" "}
      <text x={x + w - 10} y={y + 28.5} textAnchor="end" className={cn(SECOND, "fill-muted")}>
        {text.tag}
      </text>
    </>
  );
}
