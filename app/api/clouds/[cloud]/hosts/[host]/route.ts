import { hostGraph } from "../../../../../../lib/hostgraph/graph.ts";
import { hostNamed } from "../../../../../../lib/hostgraph/lookup.ts";
import { json } from "../../../../../../lib/server/answer.ts";
import { route } from "../../../../../../lib/server/route.ts";
import { server } from "../../../../../../lib/server.ts";

export const GET = route<{ cloud: string; host: string }>(async (_, params) => {
  const cloud = await server().clouds.cloud(params.cloud);
  return json(hostGraph(cloud, hostNamed(cloud, params.host)));
});
