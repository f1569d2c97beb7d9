/** A server for route handlers under test: they take it from where the process keeps its own. */
import { afterEach, beforeEach } from "vitest";
import { openCloud, type TestCloud } from "../../identity/testing/cloud.ts";
import type { Server } from "../../server.ts";

const PLACE = Symbol.for("underlay.server");

/** One for each test from here on, with an identity service alone. @returns the test's own cloud */
export function plantServer(): () => TestCloud {
  let cloud: TestCloud;
  beforeEach(async () => {
    cloud = await openCloud();
    const fake = { ending: new AbortController(), embedded: async () => cloud };
    // As much of one as the handlers under test take.
    (globalThis as Record<symbol, unknown>)[PLACE] = fake as unknown as Server;
  });
  afterEach(async () => {
    Reflect.deleteProperty(globalThis, PLACE);
    await cloud.close();
  });
  return () => cloud;
}
