import { z } from "zod";
import { json } from "../../../../../lib/server/answer.ts";
import { faultRequest, faultsOf } from "../../../../../lib/server/faults.ts";
import { query, route } from "../../../../../lib/server/route.ts";
import { server } from "../../../../../lib/server.ts";

type Params = { cloud: string };

const Asked = z.object({ kind: z.string().min(1).max(100).optional(), injected: z.literal("1").optional() });
const Id = z.object({ id: z.string().min(1).max(60) });

export const GET = route<Params>(async (request, { cloud }) => {
  const faults = await faultsOf(server(), cloud);
  const { kind, injected } = query(request, Asked);
  if (kind !== undefined) return json(await faults.places(kind));
  return json(await (injected ? faults.injected() : faults.report()));
});

export const POST = route<Params>(async (request, { cloud }) => {
  const faults = await faultsOf(server(), cloud);
  const { kind, place } = await faultRequest(request);
  return json(await faults.inject(kind, place), 201);
});

export const DELETE = route<Params>(async (request, { cloud }) => {
  const faults = await faultsOf(server(), cloud);
  return json(await faults.undo(query(request, Id).id));
});
