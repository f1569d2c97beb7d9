import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openStore } from "./open.ts";
import { storeContract } from "./testing/contract.ts";

storeContract("SQLite", async () => {
  const dir = mkdtempSync(path.join(tmpdir(), "store-"));
  return {
    open: (options) => openStore({ file: path.join(dir, "db") }, options),
    remove: async () => rmSync(dir, { recursive: true }),
  };
});
