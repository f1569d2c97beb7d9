import { z } from "zod";
import { json } from "../../../../../lib/server/answer.ts";
import { checkOf, repair, repairFor, repairRequest } from "../../../../../lib/server/check.ts";
import { query, route } from "../../../../../lib/server/route.ts";
import { server } from "../../../../../lib/server.ts";

type Params = { cloud: string };

const Asked = z.object({
  host: z.string().min(1).max(300).optional(),
  id: z.string().min(1).max(4000).optional(),
  repair: z.enum(["0", "1"]).default("1"),
  only: z.string().min(1).max(300).optional(),
});

export const GET = route<Params>(async (request, { cloud }) => {
  const { host, id, only, repair: told } = query(request, Asked);
  if (host !== undefined) return json(await repairFor(server(), cloud, host, id));
  return json(await checkOf(server(), cloud, { repair: told === "1", only, signal: request.signal }));
});

export const POST = route<Params>(async (request, { cloud }) =>
  json(await repair(server(), cloud, await repairRequest(request))),
);
