import { z } from "zod";
import { json } from "../../../../../lib/server/answer.ts";
import { searchFlows } from "../../../../../lib/server/flows.ts";
import { query, route } from "../../../../../lib/server/route.ts";
import { server } from "../../../../../lib/server.ts";

const Query = z.object({ q: z.string().trim().max(500, "at most 500 characters") });

export const GET = route<{ cloud: string }>(async (request, { cloud }) => {
  const { q } = query(request, Query);
  return json(await searchFlows(await server().clouds.cloud(cloud), q));
});
