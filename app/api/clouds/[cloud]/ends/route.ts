import { json } from "../../../../../lib/server/answer.ts";
import { sessionRoute } from "../../../../../lib/server/route.ts";
import { sightOf } from "../../../../../lib/server/sight.ts";

export const GET = sessionRoute<{ cloud: string }>(async (_, { cloud }, session) =>
  json(await sightOf(session).ends(cloud)),
);
