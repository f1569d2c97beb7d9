/** A trace through the embedded cloud: asked of the server that runs it, or of its store where none runs. */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { ApiError, TraceQuery } from "../api/http.ts";
import { EMBEDDED } from "../clouds/embedded.ts";
import type { TraceEvent } from "../datapath/event.ts";
import { EndError } from "../explain/end.ts";
import { credentials, openStored, type Reached, reasonOf, runningServer } from "./embedded-cloud.ts";
import { InputError } from "./input-error.ts";

type Environment = NodeJS.ProcessEnv;

/** Throws InputError when there is no embedded cloud to be asked, and EndError for an end that it does not have. */
export async function* embeddedTrace(query: TraceQuery, env: Environment = process.env): AsyncGenerator<TraceEvent> {
  const server = runningServer(env);
  if (server) yield* overHttp(server, query);
  else yield* inProcess(query, env);
}

async function* overHttp(server: Reached, query: TraceQuery): AsyncGenerator<TraceEvent> {
  const parameters = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, value === true ? "1" : String(value)]),
  );
  const { url } = server;
  const address = `${url}/api/clouds/${EMBEDDED.id}/trace?${parameters}`;
  const response = await fetch(address, { headers: credentials(server) }).catch((error: unknown) => {
    throw new InputError(`--cloud: the server at ${url} does not answer: ${reasonOf(error)}`);
  });
  if (!response.ok || !response.body) {
    const { error } = (await response.json()) as ApiError; // Routes answer errors in this shape alone.
    if (error.field === "from" || error.field === "to" || error.field === "fromAddress")
      throw new EndError(error.field, error.message);
    throw new InputError(`--cloud: ${error.message}`);
  }
  const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>); // node's type of the same thing
  for await (const line of createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY }))
    if (line !== "") yield JSON.parse(line);
}

async function* inProcess(query: TraceQuery, env: Environment): AsyncGenerator<TraceEvent> {
  const [{ cloud, close }, { cloudOf }, { traceCloud }] = await Promise.all([
    openStored(env),
    import("../simulation/world.ts"),
    import("../explain/trace.ts"),
  ]);
  try {
    yield* traceCloud(cloudOf(cloud.simulation.moment()), query);
  } finally {
    await close();
  }
}
