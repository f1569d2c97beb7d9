import { z } from "zod";
import { faultRequest, faultsOf } from "../../../../../lib/server/faults.ts";
import { json, query, route } from "../../../../../lib/server/route.ts";
import { server } from "../../../../../lib/server.ts";

type Params = { cloud: string };

const Id = z.object({ id: z.string().min(1).max(60) });

export const GET = route<Params>(async (_, { cloud }) => json(await (await faultsOf(server(), cloud)).report()));

export const POST = route<Params>(async (request, { cloud }) => {
  const faults = await faultsOf(server(), cloud);
  const { kind, place } = await faultRequest(request);
  return json(await faults.inject(kind, place), 201);
});

export const DELETE = route<Params>(async (request, { cloud }) => {
  const faults = await faultsOf(server(), cloud);
  return json(await faults.undo(query(request, Id).id));
});
