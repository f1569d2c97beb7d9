import type { HostGraph } from "../../lib/api/http.ts";
import { cn } from "../ui/cn.ts";
import { MARK_WORDS, MARKS, MarkIcon } from "./marks.tsx";

/** Networks on this host, with their local VLANs; pressing one lights it alone. Then the marks that occur. */
export function Legend(props: { graph: HostGraph; network: string | null; onNetwork: (id: string | null) => void }) {
  const { graph, network, onNetwork } = props;
  const present = MARKS.map((mark) => ({
    mark,
    count: graph.nodes.filter((node) => node.marks.includes(mark)).length,
  })).filter(({ count }) => count > 0);
  if (graph.networks.length === 0 && present.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 text-xs">
      {graph.networks.length > 0 ? (
        <fieldset aria-label="Networks on this host" className="flex flex-wrap gap-1.5">
          {graph.networks.map((n) => (
            <button
              key={n.id}
              type="button"
              aria-pressed={network === n.id}
              onClick={() => onNetwork(network === n.id ? null : n.id)}
              title={network === n.id ? "Show all networks" : `Show ${n.name} alone`}
              className={cn(
                "inline-flex h-6 items-center gap-1.5 rounded-md border px-2 hover:border-line-strong",
                network === n.id ? "border-muted bg-hover" : "border-line bg-surface",
              )}
            >
              <span
                aria-hidden
                className="h-3 w-1 rounded-full"
                style={{ background: n.hue?.edge ?? "var(--line-strong)" }}
              />
              <span className="font-medium">{n.name}</span>
              <span className="text-muted">{segmentText(n)}</span>
            </button>
          ))}
        </fieldset>
      ) : null}
      {present.map(({ mark, count }) => (
        <span key={mark} className="inline-flex items-center gap-1.5">
          <MarkIcon mark={mark} />
          {count} {MARK_WORDS[mark].short}
        </span>
      ))}
    </div>
  );
}

function segmentText(n: HostGraph["networks"][number]): string {
  const parts = [];
  if (n.type) parts.push(n.segmentationId === undefined ? n.type : `${n.type} ${n.segmentationId}`);
  if (n.localVlan !== undefined) parts.push(`tag ${n.localVlan}`);
  return parts.join(" · ");
}
