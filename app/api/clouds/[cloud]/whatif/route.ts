import { json } from "../../../../../lib/server/answer.ts";
import { query, sessionRoute } from "../../../../../lib/server/route.ts";
import { traceParameters } from "../../../../../lib/server/trace-request.ts";
import { whatIf } from "../../../../../lib/server/what-if.ts";

export const GET = sessionRoute<{ cloud: string }>(async (request, { cloud }, session) =>
  json(await whatIf(session, cloud, query(request, traceParameters))),
);
