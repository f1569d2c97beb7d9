import { z } from "zod";
import { json } from "../../../../../lib/server/answer.ts";
import { query, sessionRoute } from "../../../../../lib/server/route.ts";
import { sightOf } from "../../../../../lib/server/sight.ts";

const Query = z.object({ q: z.string().trim().max(200, "at most 200 characters") });

export const GET = sessionRoute<{ cloud: string }>(async (request, { cloud }, session) => {
  const { q } = query(request, Query);
  return json(await sightOf(session).search(cloud, q));
});
