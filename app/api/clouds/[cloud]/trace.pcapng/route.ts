import { tracePcapng } from "../../../../../lib/pcapng/trace.ts";
import { query, route } from "../../../../../lib/server/route.ts";
import { startTrace, traceParameters } from "../../../../../lib/server/trace-request.ts";
import { server } from "../../../../../lib/server.ts";

export const GET = route<{ cloud: string }>(async (request, params) => {
  const cloud = await server().clouds.cloud(params.cloud);
  const events = startTrace(cloud, query(request, traceParameters));
  const bytes = tracePcapng(events, new Date(cloud.takenAt ?? 0));
  return new Response(bytes.slice().buffer, {
    headers: {
      "content-type": "application/octet-stream",
      // The name is the link's to give: it knows what the ends are called.
      "content-disposition": "attachment",
      "cache-control": "no-store",
    },
  });
});
