/** What commands on the same machine prove themselves by: another one in every process, which `server.json` tells to its user. */
import { randomBytes } from "node:crypto";

/** Carries it. */
export const SECRET_HEADER = "x-underlay-secret";

/** The bundler gives pages, routes and instrumentation a copy of each module: the process has one secret. */
const KEY = Symbol.for("underlay.secret");
type Holder = typeof globalThis & { [KEY]?: string };

export function ownSecret(): string {
  const holder: Holder = globalThis;
  holder[KEY] ??= randomBytes(32).toString("base64url");
  return holder[KEY];
}
