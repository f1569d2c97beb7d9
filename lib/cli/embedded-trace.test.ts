/** The embedded cloud from the command line: by the server that runs, else from its store. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TraceEvent } from "../datapath/event.ts";
import { openEmbedded, storePlace } from "../embedded.ts";
import { writeRunning } from "../server/running.ts";
import { ownSecret } from "../server/secret.ts";
import { embeddedTrace } from "./embedded-trace.ts";

const QUERY = { from: "cirros-vm1", to: "cirros-vm2", proto: "icmp" } as const;
let data: string;

beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), "underlay-embedded-"));
  await (await open()).close();
});
afterAll(() => rmSync(data, { recursive: true }));

function open() {
  return openEmbedded({
    place: storePlace(data, {}),
    env: {},
    signal: new AbortController().signal,
    report(error) {
      throw error;
    },
  });
}

async function all(directory: string): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  for await (const event of embeddedTrace(QUERY, { ...process.env, UNDERLAY_DATA: directory })) events.push(event);
  return events;
}

describe("a trace through the embedded cloud", () => {
  test("without a server runs on what is stored", async () => {
    expect((await all(data)).at(-1)).toMatchObject({ kind: "verdict", outcome: "delivered" });
  });

  test("is refused while another process has the store, and where there is none", async () => {
    const other = await open();
    await expect(all(data)).rejects.toThrow("in use by another Underlay");
    await other.close();
    await expect(all(path.join(data, "nowhere"))).rejects.toThrow("no embedded cloud");
  });

  test("is asked of the server that runs", async () => {
    const verdict = { seq: 0, kind: "verdict", outcome: "delivered" };
    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "", "http://server");
      expect(pathname).toBe("/api/clouds/embedded/trace");
      expect(request.headers["x-underlay-secret"]).toBe(ownSecret());
      expect(Object.fromEntries(searchParams)).toEqual(QUERY);
      response.end(`${JSON.stringify(verdict)}\n`);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // It listens on TCP.
    const directory = path.join(data, "running");
    await writeRunning(directory, { url, pid: process.pid, defaultPasswords: [] });
    expect(await all(directory)).toEqual([verdict]);
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
});
