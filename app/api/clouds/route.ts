import { z } from "zod";
import { Failure } from "../../../lib/clouds/failure.ts";
import { json } from "../../../lib/server/answer.ts";
import { query, route, sessionRoute } from "../../../lib/server/route.ts";
import { sightOf } from "../../../lib/server/sight.ts";
import { ndjson } from "../../../lib/server/stream.ts";
import { server } from "../../../lib/server.ts";

export const GET = sessionRoute(async (_request, _params, session) => json(await sightOf(session).list()));

const Open = z.object({ name: z.string().trim().min(1, "a name is needed").max(120, "at most 120 characters") });

export const POST = route((request) => {
  const { name } = query(request, Open);
  const { body } = request;
  if (!body) throw new Failure("bad_request", "The request has no body: send the .tar.gz itself.");
  // Closed after the answer: a sender that was cut off would otherwise hold the connection, and the server's end, open.
  return ndjson(request, (signal) => server().clouds.import(body, name, signal), { connection: "close" });
});
