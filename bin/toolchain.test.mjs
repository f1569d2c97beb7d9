import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { sourceDigest } from "./build.mjs";
import { cause } from "./failure.mjs";
import { missingPackages } from "./system-packages.mjs";
import { ROOT, sameTree } from "./toolchain.mjs";

const directories = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

/** Runs a script of ours and collects what it printed. */
function runScript(args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...env } });
    const printed = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) child[name].on("data", (chunk) => (printed[name] += chunk));
    child.on("close", (status) => resolve({ status, ...printed }));
  });
}

const listening = (server) =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));

describe("what an installer's output means", () => {
  test.each([
    ["npm error code ENOSPC\nnpm error syscall write", /no space/],
    [
      "npm error code EAI_AGAIN\nnpm error request to https://registry/x failed, reason: getaddrinfo EAI_AGAIN",
      /no network/,
    ],
    ["npm error code ENETUNREACH", /no network/],
    ["npm error code ECONNREFUSED", /no answer/],
    ["npm error code E403", /refused access/],
    ["npm error code EINTEGRITY", /not the one that the lock names/],
    ["npm error code EACCES\nnpm error syscall mkdir", /permission denied/],
  ])("%j", (output, meaning) => expect(cause(output)).toMatch(meaning));

  test("an unknown failure is not guessed at", () => expect(cause("npm error something else")).toBeUndefined());
});

describe("whether node_modules holds what the lock names", () => {
  const lock = {
    "": {},
    "node_modules/a": { version: "1.0.0" },
    "node_modules/b-darwin": { version: "2.0.0", optional: true },
  };
  test("another platform's package may be missing", () => {
    expect(sameTree(lock, { "node_modules/a": { version: "1.0.0" } })).toBe(true);
  });
  test("what only builds and tests may be missing where the build is shipped", () => {
    const withDev = { ...lock, "node_modules/c": { version: "1.0.0", dev: true } };
    const present = { "node_modules/a": { version: "1.0.0" } };
    expect(sameTree(withDev, present, true)).toBe(true);
    expect(sameTree(withDev, present, false)).toBe(false);
  });
  test.each([
    ["a package is missing", {}],
    ["a version differs", { "node_modules/a": { version: "1.0.1" } }],
    [
      "an optional version differs",
      { "node_modules/a": { version: "1.0.0" }, "node_modules/b-darwin": { version: "1.9.0" } },
    ],
    ["a package is left over", { "node_modules/a": { version: "1.0.0" }, "node_modules/c": { version: "1.0.0" } }],
  ])("not when %s", (_why, present) => expect(sameTree(lock, present)).toBe(false));
});

test("a build is stale when a source changes, and not when a test or a demo cloud does", () => {
  const root = mkdtempSync(join(tmpdir(), "underlay-build-"));
  directories.push(root);
  for (const directory of ["app", "lib/demo"]) mkdirSync(join(root, directory), { recursive: true });
  const write = (name, text) => writeFileSync(join(root, name), text);
  write("app/page.tsx", "1");
  const first = sourceDigest(root);
  write("app/page.test.tsx", "x");
  write("lib/demo/flows.txt", "x");
  expect(sourceDigest(root)).toBe(first);
  write("app/page.tsx", "2");
  const second = sourceDigest(root);
  expect(second).not.toBe(first);
  write("app/page.tsx", "1");
  expect(sourceDigest(root)).toBe(first);
});

test("a missing command names its Debian package once", () => {
  const present = (command) => !["ovs-vswitchd", "ovsdb-server", "tshark"].includes(command);
  const yes = () => true;
  expect(missingPackages(present, yes)).toEqual(["openvswitch-switch", "tshark"]);
  expect(missingPackages(yes, yes)).toEqual([]);
  expect(missingPackages(yes, () => false)).toEqual(["neutron-tempest-plugin"]);
});

describe("starting", () => {
  test("a port in use ends in one line, before anything is built", async () => {
    const server = createServer();
    const port = await listening(server);
    try {
      const { status, stdout, stderr } = await runScript(["bin/start.mjs", "--port", String(port)]);
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).toBe(
        `underlay: port ${port} on 127.0.0.1 is in use: stop what uses it, or choose another with npm start -- --port ${port + 1}\n`,
      );
    } finally {
      server.close();
    }
  });

  test.each([
    [["--port", "many"], "underlay: --port takes a number up to 65535, not many (see npm start -- --help)\n"],
    [["--prot", "1"], "underlay: Unknown option '--prot' (see npm start -- --help)\n"],
  ])("bad arguments %j end in one line", async (args, line) => {
    expect(await runScript(["bin/start.mjs", ...args])).toEqual({ status: 2, stdout: "", stderr: line });
  });
});
