import { hostSummaries } from "../../../../../lib/hostgraph/summary.ts";
import { json } from "../../../../../lib/server/answer.ts";
import { route } from "../../../../../lib/server/route.ts";
import { server } from "../../../../../lib/server.ts";

export const GET = route<{ cloud: string }>(async (_, { cloud }) =>
  json(hostSummaries(await server().clouds.cloud(cloud))),
);
