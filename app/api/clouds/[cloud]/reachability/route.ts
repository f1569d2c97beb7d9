import { reachability, reachParameters } from "../../../../../lib/server/reachability.ts";
import { query, sessionRoute } from "../../../../../lib/server/route.ts";
import { sightOf } from "../../../../../lib/server/sight.ts";
import { ndjson } from "../../../../../lib/server/stream.ts";

export const GET = sessionRoute<{ cloud: string }>(async (request, { cloud }, session) => {
  const asked = query(request, reachParameters);
  return ndjson(request, reachability(await sightOf(session).still(cloud), asked));
});
