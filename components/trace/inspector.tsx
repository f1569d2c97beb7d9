import { inspect, type MarkedField, type MarkedLayer } from "../../lib/traceview/history.ts";
import type { Row } from "../../lib/traceview/rows.ts";
import { cn } from "../ui/cn.ts";

/** The packet as it left a hop: its layers, outermost first, with what changed marked and by whom. */
export function Inspector({ rows, step, fault }: { rows: readonly Row[]; step: number; fault: number | undefined }) {
  const row = rows[step];
  const layers = inspect(
    rows.map((one) => one.hop),
    step,
  );
  return (
    <section aria-label="Packet" className="flex min-h-0 flex-col rounded-lg border border-line bg-surface">
      <h2 className="flex h-9 shrink-0 items-center border-b border-line px-3 text-xs font-medium text-muted">
        {row ? `Packet at hop ${row.number}, ${moment(row, step === fault)}` : "Packet"}
      </h2>
      <section
        aria-label="Headers"
        // A region that scrolls must be reachable with the keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        tabIndex={0}
        className="flex min-h-0 flex-1 flex-col gap-1.5 overflow-y-auto p-2 focus-visible:-outline-offset-2"
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

/** Which moment of a hop is shown: the packet as it was when the hop had done its part. */
function moment({ hop }: Row, fault: boolean): string {
  if (fault) return `as it ended at ${hop.device}`;
  const frames = hop.events.filter((event) => event.kind === "frame");
  const arrived =
    frames.length > 0 &&
    frames.every((event) => event.dir === "in") &&
    hop.events.some((event) => event.kind === "deliver");
  return arrived ? `as it arrived at ${hop.device}` : `as it left ${hop.device}`;
}

/** Sources and destinations stand side by side; what else a header says follows in one run. */
function LayerCard({ layer }: { layer: MarkedLayer }) {
  const ends = ["src", "dst"].map((end) => layer.fields.find((field) => field.id.endsWith(`.${end}`)));
  const [src, dst] = ends;
  const paired = src && dst;
  const others = paired ? layer.fields.filter((field) => field !== src && field !== dst) : layer.fields;
  const removed = layer.removed !== undefined;
  return (
    <div
      className={cn("rounded-md border border-line bg-bg px-3 py-1.5 text-xs leading-5", removed && "border-dashed")}
    >
      <h3 className="flex items-baseline justify-between font-medium text-muted">
        {layer.name}
        {layer.removed ? <span className="font-normal text-accent">removed by {layer.removed.by}</span> : null}
        {layer.added ? (
          <span className={cn("font-normal", layer.added.now && "text-accent")}>
            added by {layer.added.by}
            {layer.added.now ? "" : ` at hop ${layer.added.hop + 1}`}
          </span>
        ) : null}
      </h3>
      <dl className={cn("flex flex-wrap gap-x-3 font-mono", removed && "text-muted line-through")}>
        {paired ? (
          <div className="flex w-full flex-wrap items-baseline">
            <dt className="sr-only">{src.label}</dt>
            <dd>
              <Value field={src} />
            </dd>
            <span aria-hidden className="px-1.5 text-faint">
              →
            </span>
            <dt className="sr-only">{dst.label}</dt>
            <dd>
              <Value field={dst} />
            </dd>
          </div>
        ) : null}
        {others.map((field) => (
          <div key={field.id} className="flex items-baseline gap-1.5">
            <dt className="font-sans text-muted">{field.label}</dt>
            <dd>
              <Value field={field} />
            </dd>
          </div>
        ))}
      </dl>
      {layer.fields.map((field) =>
        field.change && !layer.added ? <Note key={field.id} field={field} change={field.change} /> : null,
      )}
    </div>
  );
}

function Value({ field }: { field: MarkedField }) {
  return field.change?.now ? (
    <mark className="-mx-0.5 rounded bg-accent-soft px-0.5 font-medium text-accent">{field.value}</mark>
  ) : (
    field.value
  );
}

function Note({ field, change }: { field: MarkedField; change: NonNullable<MarkedField["change"]> }) {
  const what = change.from === undefined ? `${field.label} added` : `${field.label} was ${change.from}`;
  return (
    <p className={cn("text-2xs", change.now ? "text-accent" : "text-muted")}>
      {what}, by {change.by}
      {change.now ? "" : ` at hop ${change.hop + 1}`}
    </p>
  );
}
