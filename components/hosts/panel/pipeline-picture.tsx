import type { FlowTable } from "../../../lib/api/http.ts";
import { type PipelineNode, pipelineOf } from "../../../lib/hostgraph/layout/pipeline.ts";
import { Target, TargetRing } from "../../graph/target.tsx";
import { cn } from "../../ui/cn.ts";

const W = 62;
const H = 30;
const GAP_X = 26;
const GAP_Y = 10;

/** Which table leads where. Pressing a table shows its flows alone. */
export function PipelinePicture(props: {
  tables: readonly FlowTable[];
  selected: number | null;
  onSelect: (table: number) => void;
}) {
  const pipeline = pipelineOf(props.tables);
  if (pipeline.nodes.length < 2) return null;
  const width = pipeline.layers * W + (pipeline.layers - 1) * GAP_X + 8;
  const height = pipeline.rows * H + (pipeline.rows - 1) * GAP_Y + 8;
  const place = (node: PipelineNode) => ({ x: 4 + node.layer * (W + GAP_X), y: 4 + node.row * (H + GAP_Y) });
  const at = new Map(pipeline.nodes.map((node) => [node.table, place(node)]));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <section aria-label="Pipeline" tabIndex={0} className="shrink-0 overflow-x-auto border-b border-line px-4 py-3">
      {/* biome-ignore lint/a11y/useSemanticElements: SVG has no fieldset of its own */}
      <svg
        role="group"
        aria-label="Tables, from left to right as packets pass them"
        width={width}
        height={height}
        className="block"
      >
        <defs>
          <marker id="flow-arrow" viewBox="0 0 6 6" refX="5.5" refY="3" markerWidth="6" markerHeight="6" orient="auto">
            <path d="M0 0L6 3L0 6z" className="fill-muted" />
          </marker>
        </defs>
        <g aria-hidden>
          {pipeline.edges.map(({ from, to }) => {
            const [a, b] = [at.get(from), at.get(to)];
            return a && b ? (
              <path
                key={`${from} ${to}`}
                d={curve(a, b)}
                markerEnd="url(#flow-arrow)"
                className={cn(
                  "fill-none stroke-line-strong",
                  props.selected !== null && (props.selected === from || props.selected === to) && "stroke-accent",
                )}
                strokeWidth="1.25"
              />
            ) : null;
          })}
        </g>
        {pipeline.nodes.map((node) => {
          const { x, y } = place(node);
          return (
            <Target
              key={node.table}
              id={`table-${node.table}`}
              label={`Table ${node.table}${node.name ? `, ${node.name}` : ""}: ${node.flows} flows`}
              selected={props.selected === node.table}
              onSelect={() => props.onSelect(node.table)}
            >
              <title>{node.name ?? `table ${node.table}`}</title>
              <TargetRing x={x} y={y} width={W} height={H} radius={5} />
              <rect
                x={x}
                y={y}
                width={W}
                height={H}
                rx={5}
                className={cn(
                  "fill-raised stroke-line-strong group-hover/target:stroke-muted",
                  props.selected === node.table && "fill-accent-soft stroke-accent",
                )}
                strokeDasharray={node.exists ? undefined : "3 3"}
              />
              <text
                x={x + W / 2}
                y={y + 13}
                textAnchor="middle"
                className="fill-ink font-mono text-[11.5px] font-semibold"
              >
                {node.table}
              </text>
              <text x={x + W / 2} y={y + 24.5} textAnchor="middle" className="fill-muted text-[9.5px]">
                {node.exists ? `${node.flows.toLocaleString("en")} ${node.flows === 1 ? "flow" : "flows"}` : "no flow"}
              </text>
            </Target>
          );
        })}
      </svg>
    </section>
  );
}

interface Point {
  x: number;
  y: number;
}

function curve(a: Point, b: Point): string {
  const from = { x: a.x + W, y: a.y + H / 2 };
  const to = { x: b.x, y: b.y + H / 2 };
  if (to.x <= from.x) {
    const low = Math.max(a.y, b.y) + H + 6;
    return `M${a.x + W / 2} ${a.y + H}C${a.x + W / 2} ${low + 8} ${b.x + W / 2} ${low + 8} ${b.x + W / 2} ${b.y + H}`;
  }
  // Straight along its row, then over in the last gutter, so that no line runs behind a table in between.
  const bend = to.x - GAP_X;
  const far = bend > from.x;
  const lane = far && from.y !== to.y ? `H${bend}` : "";
  if (far && from.y === to.y) return over(from, to);
  const start = far ? bend : from.x;
  return `M${from.x} ${from.y}${lane}C${start + GAP_X * 0.6} ${from.y} ${to.x - GAP_X * 0.6} ${to.y} ${to.x - 1} ${to.y}`;
}

function over(from: Point, to: Point): string {
  return `M${from.x} ${from.y}H${to.x - 1}`;
}
