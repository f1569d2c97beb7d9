import { json, route } from "../../../../../lib/server/route.ts";
import { endsOf } from "../../../../../lib/server/trace-ends.ts";
import { server } from "../../../../../lib/server.ts";

export const GET = route<{ cloud: string }>(async (_request, { cloud }) =>
  json(endsOf(await server().clouds.cloud(cloud))),
);
