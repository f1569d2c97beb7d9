import { agentRequest, agentsOf, controlAgent } from "../../../../../lib/server/agents.ts";
import { json } from "../../../../../lib/server/answer.ts";
import { route } from "../../../../../lib/server/route.ts";
import { server } from "../../../../../lib/server.ts";

type Params = { cloud: string };

export const GET = route<Params>(async (_, { cloud }) => json(await agentsOf(server(), cloud)));

export const POST = route<Params>(async (request, { cloud }) =>
  json(await controlAgent(server(), cloud, await agentRequest(request))),
);
