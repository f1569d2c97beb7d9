import { query, sessionRoute } from "../../../../../lib/server/route.ts";
import { sightOf } from "../../../../../lib/server/sight.ts";
import { ndjson } from "../../../../../lib/server/stream.ts";
import { traceParameters } from "../../../../../lib/server/trace-request.ts";

export const GET = sessionRoute<{ cloud: string }>(async (request, { cloud }, session) => {
  const events = await sightOf(session).trace(cloud, query(request, traceParameters));
  return ndjson(request, () => events);
});
