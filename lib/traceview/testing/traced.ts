/** The recorded pings, walked by the real engine: what the view is tested with. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TraceQuery } from "../../api/http.ts";
import { readBundle } from "../../collect/bundle.ts";
import type { CollectedCloud } from "../../collect/cloud.ts";
import type { TraceEvent } from "../../datapath/event.ts";
import { traceCloud } from "../../explain/trace.ts";

export type Mode = "legacy" | "dvr";

interface RecordedCase {
  id: string;
  src: string;
  dst: string;
  messages?: unknown;
}

const clouds = new Map<Mode, Promise<CollectedCloud>>();

export function demoCloud(mode: Mode): Promise<CollectedCloud> {
  const known = clouds.get(mode);
  if (known) return known;
  const reading = readBundle(fileURLToPath(new URL(`../../demo/${mode}`, import.meta.url)), { name: mode });
  clouds.set(mode, reading);
  return reading;
}

/** Every recorded case as the question that it was. */
export function recordedQueries(mode: Mode): { mode: Mode; id: string; query: TraceQuery }[] {
  const text = readFileSync(new URL(`../../../e2e/recordings/${mode}/truth.json`, import.meta.url), "utf8");
  const parsed: { cases: RecordedCase[] } = JSON.parse(text);
  return parsed.cases.map(({ id, src, dst, messages }) => ({
    mode,
    id,
    query: messages ? { from: src, proto: "dhcp" } : { from: src, to: dst, proto: "icmp" },
  }));
}

export async function traced(mode: Mode, query: TraceQuery): Promise<TraceEvent[]> {
  return [...traceCloud(await demoCloud(mode), query)];
}
