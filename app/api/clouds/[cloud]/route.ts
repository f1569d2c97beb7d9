import { json, route } from "../../../../lib/server/route.ts";
import { server } from "../../../../lib/server.ts";

type Params = { cloud: string };

export const GET = route<Params>(async (_, { cloud }) => json(await server().clouds.detail(cloud)));

export const DELETE = route<Params>(async (_, { cloud }) => {
  await server().clouds.remove(cloud);
  return new Response(null, { status: 204 });
});
