import { json } from "../../../../lib/server/answer.ts";
import { route, sessionRoute } from "../../../../lib/server/route.ts";
import { sightOf } from "../../../../lib/server/sight.ts";
import { server } from "../../../../lib/server.ts";

type Params = { cloud: string };

export const GET = sessionRoute<Params>(async (_, { cloud }, session) => json(await sightOf(session).detail(cloud)));

export const DELETE = route<Params>(async (_, { cloud }) => {
  await server().clouds.remove(cloud);
  return new Response(null, { status: 204 });
});
