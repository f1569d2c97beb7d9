import { z } from "zod";
import { json, query, route } from "../../../../../lib/server/route.ts";
import { server } from "../../../../../lib/server.ts";
import { search } from "../../../../../lib/topology/search.ts";

const Query = z.object({ q: z.string().trim().max(200, "at most 200 characters") });

export const GET = route<{ cloud: string }>(async (request, { cloud }) => {
  const { q } = query(request, Query);
  const { clouds } = server();
  return json(search(cloud, q, await clouds.topology(cloud), (await clouds.cloud(cloud)).world));
});
