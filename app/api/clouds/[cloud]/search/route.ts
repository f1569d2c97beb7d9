import { z } from "zod";
import { search } from "../../../../../lib/clouds/search.ts";
import { json, query, route } from "../../../../../lib/server/route.ts";
import { server } from "../../../../../lib/server.ts";

const Query = z.object({ q: z.string().trim().max(200, "at most 200 characters") });

export const GET = route<{ cloud: string }>(async (request, { cloud }) => {
  const { q } = query(request, Query);
  const { clouds } = server();
  return json(search(cloud, q, await clouds.topology(cloud), (await clouds.cloud(cloud)).world));
});
