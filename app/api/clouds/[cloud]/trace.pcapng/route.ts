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
      "content-disposition": `attachment; filename="trace.pcapng"`,
      "cache-control": "no-store",
    },
  });
});
