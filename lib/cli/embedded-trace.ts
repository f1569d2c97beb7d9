/** A trace through the embedded cloud: asked of the server that runs it, or of its store where none runs. */
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { ApiError, TraceQuery } from "../api/http.ts";
import { EMBEDDED } from "../clouds/embedded.ts";
import { dataDir } from "../clouds/places.ts";
import type { TraceEvent } from "../datapath/event.ts";
import { EndError } from "../explain/end.ts";
import { credentials, type Reached, runningServer } from "./embedded-cloud.ts";
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
  const [{ openEmbedded, storePlace }, { StoreError }, { cloudOf }, { traceCloud }] = await Promise.all([
    import("../embedded.ts"),
    import("../store/error.ts"),
    import("../simulation/world.ts"),
    import("../explain/trace.ts"),
  ]);
  const directory = dataDir(env);
  if (!env.UNDERLAY_DATABASE_URL && !existsSync(directory))
    throw new InputError(`--cloud: no embedded cloud in ${directory}: underlay start makes one`);
  const place = storePlace(directory, env);
  const ending = new AbortController();
  const report = (error: unknown) => void process.stderr.write(`underlay: ${reasonOf(error)}\n`);
  const cloud = await openEmbedded({ place, env, report, signal: ending.signal }).catch((error: unknown) => {
    if (error instanceof StoreError) throw new InputError(`--cloud: ${error.message}`);
    throw error;
  });
  try {
    yield* traceCloud(cloudOf(cloud.simulation.moment()), query);
  } finally {
    ending.abort();
    await cloud.close();
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
