import type { MarkedField, MarkedLayer } from "../../lib/traceview/history.ts";
import { inspect } from "../../lib/traceview/history.ts";
import type { Row } from "../../lib/traceview/rows.ts";
import { cn } from "../ui/cn.ts";

/** The packet as it left a hop: its layers, outermost first, with what changed marked and by whom. */
export function Inspector({ rows, step }: { rows: readonly Row[]; step: number }) {
  const row = rows[step];
  const layers = inspect(
    rows.map((one) => one.hop),
    step,
  );
  return (
    <section aria-label="Packet" className="flex min-h-0 flex-col rounded-lg border border-line bg-surface">
      <h2 className="shrink-0 border-b border-line px-4 py-2.5 text-sm font-semibold">
        Packet
        {row ? (
          <span className="font-normal text-muted">
            {" "}
            at hop {row.number}, as it left {row.hop.device}
          </span>
        ) : null}
      </h2>
      <section
        aria-label="Headers"
        // A region that scrolls must be reachable with the keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        tabIndex={0}
        className="flex min-h-0 flex-1 flex-col gap-2 overflow-y-auto p-3 focus-visible:-outline-offset-2"
      >
        {layers ? (
          layers.map((layer) => <LayerCard key={`${layer.removed ? "-" : ""}${layer.id}`} layer={layer} />)
        ) : (
          <p className="px-1 text-sm text-muted">No packet is known here.</p>
        )}
      </section>
    </section>
  );
}

function LayerCard({ layer }: { layer: MarkedLayer }) {
  return (
    <div className={cn("rounded-md border border-line bg-bg px-3 py-2", layer.removed && "border-dashed opacity-80")}>
      <h3 className="flex items-baseline justify-between text-xs font-medium text-muted">
        {layer.name}
        {layer.removed ? <span className="font-normal text-accent">removed by {layer.removed.by}</span> : null}
      </h3>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 pt-1 font-mono text-xs leading-5">
        {layer.fields.map((field) => (
          <Line key={field.id} field={field} removed={layer.removed !== undefined} />
        ))}
      </dl>
    </div>
  );
}

function Line({ field, removed }: { field: MarkedField; removed: boolean }) {
  const { change } = field;
  return (
    <>
      <dt className="font-sans text-muted">{field.label}</dt>
      <dd className={cn("min-w-0 text-right break-words", removed && "line-through")}>
        {change?.now ? (
          <span className="rounded bg-accent-soft px-1 py-px text-accent">
            {change.from !== undefined ? <span>{change.from} → </span> : null}
            <span className="font-medium">{field.value}</span>
          </span>
        ) : (
          field.value
        )}
        {change ? (
          <span className="block font-sans text-2xs text-muted">
            {change.now
              ? `${change.from === undefined ? "added" : "rewritten"} by ${change.by}`
              : `${change.from === undefined ? "added" : `was ${change.from}, rewritten`} by ${change.by} at hop ${change.hop + 1}`}
          </span>
        ) : null}
      </dd>
    </>
  );
}
