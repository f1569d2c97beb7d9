/** `/api/clouds/:cloud/traces`, and the runs that traces leave there. */
import { z } from "zod";
import type { TraceQuery } from "../api/http.ts";
import { REMEMBER_HEADER } from "../api/reach.ts";
import { Failure } from "../clouds/failure.ts";
import type { TraceEvent } from "../datapath/event.ts";
import { server } from "../server.ts";
import { json } from "./answer.ts";
import { compare } from "./history-compare.ts";
import { Runs } from "./history-runs.ts";
import { query, sessionRoute } from "./route.ts";
import type { Session } from "./session.ts";
import { sightOf } from "./sight.ts";
import { ndjson } from "./stream.ts";
import { type TraceParameters, traceParameters } from "./trace-request.ts";

type Params = { cloud: string };

const Again = z.object({ again: z.string().min(1).max(60) });
const Id = z.object({ id: z.string().min(1).max(60) });
const Two = z.object({ a: z.string().min(1).max(60), b: z.string().min(1).max(60) });

/** `GET …/trace`: streams it, and remembers it for a page that says that somebody looks at it. */
export const trace = sessionRoute<Params>(async (request, { cloud }, session) => {
  const parameters = query(request, traceParameters);
  // Who knows the machine's secret is nobody in particular.
  const wanted = request.headers.get(REMEMBER_HEADER) === "1" && session.token !== "";
  const runs = wanted ? await runsOf(session, cloud) : undefined;
  const moment = await runs?.moment();
  const events = await sightOf(session).trace(cloud, parameters);
  return ndjson(request, (): Iterable<TraceEvent> | AsyncIterable<TraceEvent> =>
    runs ? runs.remember(questionOf(parameters), moment, events) : events,
  );
});

export const listRuns = sessionRoute<Params>(async (_, { cloud }, session) =>
  json(await (await runsOf(session, cloud)).list()),
);

/** The same question once more. */
export const runAgain = sessionRoute<Params>(async (request, { cloud }, session) => {
  const parsed = Again.safeParse(await request.json().catch(() => undefined));
  if (!parsed.success) throw new Failure("bad_request", "again: expected JSON as { again }", { field: "again" });
  const runs = await runsOf(session, cloud);
  const { query: asked } = await runs.one(parsed.data.again);
  const time = Date.now();
  const moment = await runs.moment();
  const { df, dport, size, ttl, ...rest } = asked;
  const events = await sightOf(session).trace(cloud, { ...rest, df, dport, size, ttl } as TraceParameters); // Absent ones are undefined.
  return json(await runs.keep(asked, time, moment, [...events]), 201);
});

export const removeRuns = sessionRoute<Params>(async (request, { cloud }, session) => {
  await (await runsOf(session, cloud)).remove(query(request, Id).id);
  return new Response(null, { status: 204 });
});

export const compareRuns = sessionRoute<Params>(async (request, { cloud }, session) => {
  await sightOf(session).summary(cloud);
  const { a, b } = query(request, Two);
  return json(await compare(await server().embedded(), session, cloud, a, b));
});

/** Throws Failure `not_found` for a cloud that the session does not see. */
async function runsOf(session: Session, cloud: string): Promise<Runs> {
  await sightOf(session).summary(cloud);
  return new Runs(await server().embedded(), session, cloud);
}

/** Without what was not asked. */
function questionOf({ from, to, proto, dport, size, df, ttl, fromAddress }: TraceParameters): TraceQuery {
  return {
    from,
    proto,
    ...(to === undefined ? {} : { to }),
    ...(dport === undefined ? {} : { dport }),
    ...(size === undefined ? {} : { size }),
    ...(df === undefined ? {} : { df }),
    ...(ttl === undefined ? {} : { ttl }),
    ...(fromAddress === undefined ? {} : { fromAddress }),
  };
}
