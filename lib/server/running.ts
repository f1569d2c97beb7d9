/**
 * What a running server says of itself, for commands on the same machine: `server.json` in its data directory, readable by
 * its user alone. It holds no password: only which users still have the documented one, and what those commands prove
 * themselves by.
 */
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { ownSecret } from "./secret.ts";

const shape = z.object({
  /** To be reached at on this machine: `http://127.0.0.1:3000`. */
  url: z.url({ protocol: /^https?$/ }),
  pid: z.number().int().positive(),
  /** Names of users that can be logged in as with the documented password. */
  defaultPasswords: z.array(z.string()),
  /** Another one with every start. */
  secret: z.string().min(16),
});
export type Running = z.output<typeof shape>;

const fileIn = (dataDir: string) => path.join(dataDir, "server.json");

/** Replaces the file as a whole: a reader sees the old one or the new one. Call it again when a password changes. */
export async function writeRunning(dataDir: string, told: Omit<Running, "secret">): Promise<void> {
  const running: Running = { ...told, secret: ownSecret() };
  await mkdir(dataDir, { recursive: true });
  const fresh = path.join(dataDir, `.server.json.${randomUUID()}`);
  await writeFile(fresh, `${JSON.stringify(running)}\n`, { mode: 0o600 });
  await rename(fresh, fileIn(dataDir));
}

/** At the end of the process, which waits for no promise; leaves alone what another process has written since. */
export function removeRunning(dataDir: string, pid = process.pid): void {
  if (parseRunning(dataDir)?.pid === pid) rmSync(fileIn(dataDir), { force: true });
}

/** Undefined when no server is running there: none ever was, or it was killed. */
export function readRunning(dataDir: string): Running | undefined {
  const running = parseRunning(dataDir);
  return running && isAlive(running.pid) ? running : undefined;
}

function parseRunning(dataDir: string): Running | undefined {
  try {
    return shape.parse(JSON.parse(readFileSync(fileIn(dataDir), "utf8")));
  } catch {
    return undefined; // Absent, or not ours to read: there is nothing to tell.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Where a server that listens on `host` is reached from this machine. */
export function nearUrl(host: string, port: number): string {
  const name = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}
