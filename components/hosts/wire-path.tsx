import { memo } from "react";
import type { Wire } from "../../lib/hostgraph/layout/scene.ts";
import { cn } from "../ui/cn.ts";

const RADIUS = 5;

/** An orthogonal line with rounded corners. */
export const WirePath = memo(function WirePath(props: {
  wire: Wire;
  hue: string | undefined;
  lit: boolean;
  dimmed: boolean;
}) {
  const { wire, hue, lit, dimmed } = props;
  return (
    <path
      d={rounded(wire.points)}
      className={cn(
        "fill-none transition-opacity duration-150",
        wire.kind === "tunnel" ? "stroke-muted" : "stroke-line-strong",
        dimmed && "opacity-30",
      )}
      style={hue ? { stroke: hue } : lit ? { stroke: "var(--accent)" } : undefined}
      strokeWidth={lit ? 3 : 1.6}
    />
  );
});

function rounded(points: Wire["points"]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let d = `M${first.x} ${first.y}`;
  let before = first;
  rest.forEach((point, i) => {
    const after = rest[i + 1];
    if (!after) {
      d += `L${point.x} ${point.y}`;
      return;
    }
    const r = Math.min(RADIUS, reach(before, point) / 2, reach(point, after) / 2);
    const a = toward(point, before, r);
    const b = toward(point, after, r);
    d += `L${a.x} ${a.y}Q${point.x} ${point.y} ${b.x} ${b.y}`;
    before = point;
  });
  return d;
}

type Point = Wire["points"][number];

const reach = (a: Point, b: Point) => Math.abs(a.x - b.x) + Math.abs(a.y - b.y);

function toward(from: Point, to: Point, by: number): Point {
  return { x: from.x + Math.sign(to.x - from.x) * by, y: from.y + Math.sign(to.y - from.y) * by };
}
