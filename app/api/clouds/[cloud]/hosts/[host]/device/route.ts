import { z } from "zod";
import { panelOf } from "../../../../../../../lib/hostgraph/lookup.ts";
import { json } from "../../../../../../../lib/server/answer.ts";
import { query, route } from "../../../../../../../lib/server/route.ts";
import { server } from "../../../../../../../lib/server.ts";

/** An empty name is the namespace itself. */
const Query = z.object({ netns: z.string().min(1).max(300), name: z.string().max(300) });

export const GET = route<{ cloud: string; host: string }>(async (request, { cloud, host }) =>
  json(await panelOf(await server().clouds.cloud(cloud), cloud, host, query(request, Query))),
);
