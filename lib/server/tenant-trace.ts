/** A trace as a tenant may see it. */
import { Failure } from "../clouds/failure.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { TraceEvent } from "../datapath/event.ts";
import type { TraceParameters } from "./trace-request.ts";

export function tenantTrace(_whole: CollectedCloud, _own: CollectedCloud, _asked: TraceParameters): TraceEvent[] {
  throw new Failure("forbidden", "Only administrators can trace.");
}
