import { afterAll, beforeAll } from "vitest";
import { openStore } from "./open.ts";
import { storeContract } from "./testing/contract.ts";
import { PostgresServer } from "./testing/postgres.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
}, 180_000);
afterAll(() => server.stop());

storeContract("PostgreSQL", async () => {
  const url = await server.createDatabase();
  return { open: (options) => openStore({ url }, options), remove: async () => {} };
});
