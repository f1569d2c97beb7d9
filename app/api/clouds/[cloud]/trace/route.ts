import { query, route } from "../../../../../lib/server/route.ts";
import { ndjson } from "../../../../../lib/server/stream.ts";
import { startTrace, traceParameters } from "../../../../../lib/server/trace-request.ts";
import { server } from "../../../../../lib/server.ts";

export const GET = route<{ cloud: string }>(async (request, { cloud }) => {
  const events = startTrace(await server().clouds.cloud(cloud), query(request, traceParameters));
  return ndjson(request, () => events);
});
