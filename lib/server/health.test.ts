import { expect, test } from "vitest";
import { unready } from "./health.ts";

const SOON = { store: 20, simulation: 20 };
const never = () => new Promise<never>(() => {});

function parts({ lastEvent = async () => ({ newest: 1, oldest: 1 }), settled = async () => {} } = {}) {
  return { ending: new AbortController(), embedded: async () => ({ store: { lastEvent }, simulation: { settled } }) };
}

test("a server whose store answers and whose hosts have caught up is ready", async () => {
  expect(await unready(parts(), SOON)).toBeUndefined();
});

test("a store that fails, or does not answer, is the reason", async () => {
  const lastEvent = () => Promise.reject(new Error("connection refused at db:5432"));
  expect(await unready(parts({ lastEvent }), SOON)).toBe("The store does not answer.");
  expect(await unready(parts({ lastEvent: never }), SOON)).toBe("The store does not answer.");
});

test("hosts that do not catch up are the reason", async () => {
  expect(await unready(parts({ settled: never }), SOON)).toMatch(/^The simulated hosts/);
});

test("a server that was asked to stop takes no more", async () => {
  const stopping = parts();
  stopping.ending.abort();
  expect(await unready(stopping, SOON)).toBe("The server is stopping.");
});
