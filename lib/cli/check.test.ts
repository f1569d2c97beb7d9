/** `underlay check`: exit status and words. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { openEmbedded, storePlace } from "../embedded.ts";
import { parseCommands } from "../host/command/shell.ts";
import { writeRunning } from "../server/running.ts";
import { ownSecret } from "../server/secret.ts";
import { check } from "./check.ts";
import { InputError } from "./input-error.ts";

const LEGACY = new URL("../demo/legacy", import.meta.url).pathname;

async function run(...args: Parameters<typeof check>): Promise<{ status: number; out: string }> {
  let out = "";
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  try {
    return { status: await check(...args), out };
  } finally {
    spy.mockRestore();
  }
}

describe("underlay check", () => {
  let scratch = "";
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), "check-test-"));
  });
  afterAll(() => rm(scratch, { recursive: true }));
  afterEach(() => vi.restoreAllMocks());

  it("ends with 0 where nothing differs, and says what it did not check", async () => {
    const { status, out } = await run(["--cloud", LEGACY]);
    expect(status).toBe(0);
    expect(out).toContain("compute1: as Neutron wants it\n");
    expect(out).toContain("outside\n  not checked: no agent reports from it\n");
  });

  it("ends with 1, the place and the repair where something does", async () => {
    const broken = join(scratch, "broken");
    await cp(LEGACY, broken, { recursive: true });
    const file = join(broken, "compute1/ovs/br-int/ovs-ofctl-O-OpenFlow13-dump-flows.txt");
    const flows = (await readFile(file, "utf8")).split("\n").filter((line) => !line.includes("table=60,"));
    await writeFile(file, flows.join("\n"));
    const text = await run(["--cloud", broken]);
    expect(text.status).toBe(1);
    expect(text.out).toContain("missing flow in br-int table 60: priority=3");
    expect(text.out).toContain("  to repair:\n    ovs-ofctl -O OpenFlow13 add-flow br-int");
    const json = await run(["--cloud", broken, "--json"]);
    const host = JSON.parse(json.out).hosts.find((one: { name: string }) => one.name === "compute1");
    expect(host.differences[0]).toMatchObject({ kind: "missing", part: "flow", place: { bridge: "br-int" } });
    expect(parseCommands(host.repair).length).toBeGreaterThan(0);
  });

  it("checks the embedded cloud by its store, or asks the server that runs", async () => {
    const data = join(scratch, "data");
    const env = { ...process.env, UNDERLAY_DATA: data };
    const ending = new AbortController();
    const report = (error: unknown) => {
      throw error;
    };
    await (await openEmbedded({ place: storePlace(data, {}), env: {}, signal: ending.signal, report })).close();
    const stored = await run(["--cloud", "embedded", "--json"], env);
    const { hosts } = JSON.parse(stored.out);
    expect(hosts.flatMap((one: { differences: unknown[] }) => one.differences)).toEqual([]);
    expect(stored.status).toBe(0);

    const differences = [
      { kind: "missing", part: "flow", place: { bridge: "br-int", table: "60" }, name: "priority=3" },
    ];
    const answer = { hosts: [{ name: "h1", checked: true, notChecked: [], differences, repair: "" }] };
    const server = createServer((request, response) => {
      expect(request.url).toBe("/api/clouds/embedded/check");
      expect(request.headers["x-underlay-secret"]).toBe(ownSecret());
      response.end(JSON.stringify(answer));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // It listens on TCP.
    await writeRunning(data, { url, pid: process.pid, defaultPasswords: [] });
    expect(await run(["--cloud", "embedded"], env)).toMatchObject({ status: 1 });
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  it.each([
    [[], /--cloud: expected/],
    [["--cloud", "/nowhere"], /\/nowhere: no such file/],
    [["--cloud", LEGACY, "extra"], /"extra": no argument/],
  ])("bad input %#", async (args, message) => {
    const failure = await run(args).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InputError);
    expect(String(failure)).toMatch(message);
  });
});
