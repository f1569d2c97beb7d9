/** The embedded cloud from the command line: asked of the server that runs it, or opened where none runs. */
import { existsSync } from "node:fs";
import type { ApiError } from "../api/http.ts";
import { EMBEDDED } from "../clouds/embedded.ts";
import { dataDir } from "../clouds/places.ts";
import type { EmbeddedCloud } from "../embedded.ts";
import { type Running, readRunning } from "../server/running.ts";
import { SECRET_HEADER } from "../server/secret.ts";
import { InputError } from "./input-error.ts";

type Environment = NodeJS.ProcessEnv;

/** A server on this machine, and what it knows our commands by. */
export type Reached = Pick<Running, "url" | "secret">;

/** The one that runs on this data directory; undefined: none does. */
export function runningServer(env: Environment): Reached | undefined {
  return readRunning(dataDir(env));
}

/** What a request to it carries. */
export function credentials({ secret }: Reached): Record<string, string> {
  return { [SECRET_HEADER]: secret };
}

/** JSON of a route of the embedded cloud's. Throws InputError that says what the server said. */
export async function askServer<T>(
  server: Reached,
  path: string,
  init?: { method: string; body?: string },
): Promise<T> {
  return JSON.parse(await askServerText(server, path, init)); // The route answers this shape.
}

/** The same, of one that answers text. */
export async function askServerText(
  server: Reached,
  path: string,
  init?: { method: string; body?: string },
): Promise<string> {
  const { url } = server;
  const request = { ...init, headers: credentials(server) };
  const response = await fetch(`${url}/api/clouds/${EMBEDDED.id}/${path}`, request).catch((error: unknown) => {
    throw new InputError(`the server at ${url} does not answer: ${reasonOf(error)}`);
  });
  if (response.ok) return response.text();
  const body: unknown = await response.json().catch(() => undefined);
  const { error } = (body ?? { error: { message: `the server answers ${response.status}` } }) as ApiError;
  throw new InputError(error.message);
}

/** Opens what is stored, and closes it after use. Throws InputError when there is nothing, or another process has it. */
export async function withStored<T>(env: Environment, use: (cloud: EmbeddedCloud) => Promise<T>): Promise<T> {
  const { cloud, close } = await openStored(env);
  try {
    return await use(cloud);
  } finally {
    await close();
  }
}

/** The same, for who closes it by himself. */
export async function openStored(env: Environment): Promise<{ cloud: EmbeddedCloud; close: () => Promise<void> }> {
  const [{ openEmbedded, storePlace }, { StoreError }] = await Promise.all([
    import("../embedded.ts"),
    import("../store/error.ts"),
  ]);
  const directory = dataDir(env);
  if (!env.UNDERLAY_DATABASE_URL && !existsSync(directory))
    throw new InputError(`--cloud: no embedded cloud in ${directory}: underlay start makes one`);
  const ending = new AbortController();
  const report = (error: unknown) => void process.stderr.write(`underlay: ${reasonOf(error)}\n`);
  const place = storePlace(directory, env);
  const cloud = await openEmbedded({ place, env, report, signal: ending.signal }).catch((error: unknown) => {
    if (error instanceof StoreError) throw new InputError(`--cloud: ${error.message}`);
    throw error;
  });
  const close = () => {
    ending.abort();
    return cloud.close();
  };
  return { cloud, close };
}

/** What a failure comes from, where it is told. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
