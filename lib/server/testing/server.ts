/** A server for route handlers under test: they take it from where the process keeps its own. */
import type { TestCloud } from "../../identity/testing/cloud.ts";
import type { Server } from "../../server.ts";

/** @param more of the embedded cloud; it has an identity service alone otherwise */
export function plantServer({ identity, store }: TestCloud, more: object = {}, clouds: object = {}): void {
  const cloud = { identity, store, ...more };
  const fake = { ending: new AbortController(), clouds, embedded: async () => cloud };
  // As much of one as the handlers under test take.
  (globalThis as Record<symbol, unknown>)[Symbol.for("underlay.server")] = fake as unknown as Server;
}

export function removeServer(): void {
  Reflect.deleteProperty(globalThis, Symbol.for("underlay.server"));
}
