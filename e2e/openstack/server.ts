import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Cloud } from "./cloud.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const ADMIN_PASSWORD = "an-admin-password";

export interface RunningServer {
  readonly url: string;
  readonly cloud: Cloud;
  readonly pid: number;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts a server with a data directory of its own, on a free port.
 * @param from `build`: what `npm start` serves. `sources`: the four services alone, without a build
 */
export async function startServer(
  from: "build" | "sources",
  env: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const data = mkdtempSync(join(tmpdir(), "underlay-openstack-"));
  const args =
    from === "build"
      ? ["bin/start.mjs", "--port", "0", "--data", data]
      : ["lib/testing/openstack-server.ts", "0", data];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: {
      ...process.env,
      UNDERLAY_ADMIN_PASSWORD: ADMIN_PASSWORD,
      UNDERLAY_DEMO_PASSWORD: ADMIN_PASSWORD,
      UNDERLAY_EMPTY_CLOUD: "1",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const url = await addressOf(child);
  return {
    url,
    cloud: { authUrl: `${url}/identity/v3`, adminPassword: ADMIN_PASSWORD },
    pid: child.pid ?? 0,
    async stop() {
      const ended = new Promise((done) => child.once("close", done));
      child.kill("SIGTERM");
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Once it says where it serves. @throws Error with what it said, when it ends before */
function addressOf(child: ChildProcess): Promise<string> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("the server has outputs");
  let said = "";
  stderr.on("data", (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-4000);
  });
  return new Promise((done, fail) => {
    createInterface({ input: stdout }).on("line", (line) => {
      const [url] = /http:\/\/[\w.:[\]-]+/.exec(line) ?? [];
      if (url !== undefined) done(url);
    });
    child.once("close", (status) => fail(new Error(`the server ended with ${status}: ${said}`)));
  });
}
