import type { FlowTable } from "../../../lib/api/http.ts";
import { type PipelineNode, pipelineOf } from "../../../lib/hostgraph/layout/pipeline.ts";
import { Target, TargetRing } from "../../graph/target.tsx";
import { cn } from "../../ui/cn.ts";

const W = 54;
const H = 30;
const GAP_X = 22;
const GAP_Y = 10;
const COMPACT = new Intl.NumberFormat("en", { notation: "compact" });
/** Between two lanes above the tables. */
const LANE = 7;

/** Which table leads where. Pressing a table shows its flows alone. */
export function PipelinePicture(props: {
  tables: readonly FlowTable[];
  selected: number | null;
  onSelect: (table: number) => void;
}) {
  const pipeline = pipelineOf(props.tables);
  if (pipeline.nodes.length < 2) return null;
  const width = pipeline.layers * W + (pipeline.layers - 1) * GAP_X + 8;
  const lanes = lanesOf(pipeline);
  const top = 4 + lanes.count * LANE;
  const height = top + pipeline.rows * H + (pipeline.rows - 1) * GAP_Y + 4;
  const place = (node: PipelineNode) => ({ x: 4 + node.layer * (W + GAP_X), y: top + node.row * (H + GAP_Y) });
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
            const lane = lanes.of(from, to);
            return a && b ? (
              <path
                key={`${from} ${to}`}
                d={pathOf(a, b, lane === undefined ? undefined : 3 + lane * LANE)}
                markerEnd="url(#flow-arrow)"
                className={cn(
                  "fill-none",
                  props.selected === from || props.selected === to ? "stroke-accent" : "stroke-line-strong",
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
              label={`Table ${node.table} ${countText(node)} ${node.name ?? ""}`.trim()}
              selected={props.selected === node.table}
              onSelect={() => props.onSelect(node.table)}
            >
              <TargetRing x={x} y={y} width={W} height={H} radius={5} />
              <rect
                x={x}
                y={y}
                width={W}
                height={H}
                rx={5}
                className={cn(
                  props.selected === node.table
                    ? "fill-accent-soft stroke-accent"
                    : "fill-raised stroke-line-strong group-hover/target:stroke-muted",
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
              </text>{" "}
              <text x={x + W / 2} y={y + 24.5} textAnchor="middle" className="fill-muted text-[9.5px]">
                {countText(node)}
              </text>{" "}
              {node.name ? <title>{node.name}</title> : null}
            </Target>
          );
        })}
      </svg>
    </section>
  );
}

function countText(node: PipelineNode): string {
  if (!node.exists) return "no flow";
  return node.flows === 1 ? "1 flow" : `${COMPACT.format(node.flows)} flows`;
}

interface Point {
  x: number;
  y: number;
}

/** To the next layer by a curve; further, or back, over a lane above all tables, so that no line runs behind a table. */
function pathOf(a: Point, b: Point, lane: number | undefined): string {
  if (lane === undefined) {
    const [from, to] = [
      { x: a.x + W, y: a.y + H / 2 },
      { x: b.x - 1, y: b.y + H / 2 },
    ];
    const bend = GAP_X * 0.6;
    return `M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`;
  }
  // Out of the table's right side into its gutter, up, along the lane, and down in the gutter before the target.
  const [out, into] = [a.x + W + GAP_X * 0.35, b.x - GAP_X * 0.5];
  return `M${a.x + W} ${a.y + H / 2}H${out}V${lane}H${into}V${b.y + H / 2}H${b.x - 1}`;
}

/** Edges over more than one layer share a lane with the others that end at the same table. */
function lanesOf(pipeline: ReturnType<typeof pipelineOf>): {
  of: (from: number, to: number) => number | undefined;
  count: number;
} {
  const layer = new Map(pipeline.nodes.map((node) => [node.table, node.layer]));
  const far = (from: number, to: number) => (layer.get(to) ?? 0) - (layer.get(from) ?? 0) !== 1;
  const targets = [...new Set(pipeline.edges.filter((edge) => far(edge.from, edge.to)).map((edge) => edge.to))].sort(
    (x, y) => y - x,
  );
  return { of: (from, to) => (far(from, to) ? targets.indexOf(to) : undefined), count: targets.length };
}
