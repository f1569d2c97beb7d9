import { z } from "zod";
import { json } from "../../../../../../../lib/server/answer.ts";
import { historyOf } from "../../../../../../../lib/server/history.ts";
import { query, route } from "../../../../../../../lib/server/route.ts";
import { server } from "../../../../../../../lib/server.ts";

/** A device, a bridge, or a namespace. */
const Query = z.object({ device: z.string().min(1).max(300).optional() });

export const GET = route<{ cloud: string; host: string }>(async (request, { cloud, host }) =>
  json(await historyOf(server(), cloud, host, query(request, Query).device)),
);
