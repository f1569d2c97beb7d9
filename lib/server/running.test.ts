import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { nearUrl, readRunning, removeRunning, writeRunning } from "./running.ts";
import { ownSecret } from "./secret.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), "running-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const running = {
  url: "http://127.0.0.1:3000",
  pid: process.pid,
  defaultPasswords: ["admin"],
};
const file = () => path.join(dir, "server.json");

test("a server that runs is found, and its file is its user's alone", async () => {
  await writeRunning(dir, running);
  expect(readRunning(dir)).toEqual({ ...running, secret: ownSecret() });
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(["server.json"]);
});

test("one that has ended is not, whether it said so or was killed", async () => {
  const { pid } = spawnSync("true");
  await writeRunning(dir, { ...running, pid });
  expect(readRunning(dir)).toBeUndefined();
  await writeRunning(dir, running);
  removeRunning(dir);
  expect(readdirSync(dir)).toEqual([]);
});

test("a server that ends leaves the file of its successor alone", async () => {
  await writeRunning(dir, running);
  removeRunning(dir, running.pid + 1);
  expect(readRunning(dir)).toEqual({ ...running, secret: ownSecret() });
});

test.each(["", "{", "[]", '{"url":"javascript:alert(1)","pid":1,"defaultPasswords":[]}', '{"url":"http://x","pid":0}'])(
  "a file that holds %j tells nothing",
  (text) => {
    writeFileSync(file(), text);
    expect(readRunning(dir)).toBeUndefined();
  },
);

test.each([
  ["127.0.0.1", "http://127.0.0.1:80"],
  ["0.0.0.0", "http://127.0.0.1:80"],
  ["::", "http://[::1]:80"],
  ["10.0.0.1", "http://10.0.0.1:80"],
  ["fd00::1", "http://[fd00::1]:80"],
])("listening on %s, it is near at %s", (host, url) => expect(nearUrl(host, 80)).toBe(url));
