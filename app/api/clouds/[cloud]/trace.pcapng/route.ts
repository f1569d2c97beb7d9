import { tracePcapng } from "../../../../../lib/pcapng/trace.ts";
import { query, sessionRoute } from "../../../../../lib/server/route.ts";
import { sightOf } from "../../../../../lib/server/sight.ts";
import { traceParameters } from "../../../../../lib/server/trace-request.ts";

export const GET = sessionRoute<{ cloud: string }>(async (request, { cloud }, session) => {
  const sight = sightOf(session);
  const { takenAt } = await sight.summary(cloud);
  const events = await sight.trace(cloud, query(request, traceParameters));
  const bytes = tracePcapng(events, new Date(takenAt ?? 0));
  return new Response(bytes.slice().buffer, {
    headers: {
      "content-type": "application/octet-stream",
      // The name is the link's to give: it knows what the ends are called.
      "content-disposition": "attachment",
      "cache-control": "no-store",
    },
  });
});
