import { z } from "zod";
import { rawText } from "../../../../../../../lib/hostgraph/lookup.ts";
import { query, route } from "../../../../../../../lib/server/route.ts";
import { server } from "../../../../../../../lib/server.ts";

const Query = z.object({ file: z.string().min(1).max(1000) });

export const GET = route<{ cloud: string; host: string }>(async (request, { cloud, host }) => {
  const { file } = query(request, Query);
  const text = await rawText(await server().clouds.cloud(cloud), host, file);
  return new Response(text, {
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
});
