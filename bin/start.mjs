#!/usr/bin/env node
// `npm start`: installs what is missing, builds when stale, serves. Runs under any Node from 18 on.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensureBuild } from "./build.mjs";
import { environmentHelp } from "./environment.mjs";
import { entry, Failure } from "./failure.mjs";
import { onOrphaned, watchedParent } from "./processes.mjs";
import { ensureToolchain, environment, ROOT } from "./toolchain.mjs";

const USAGE = `Usage: underlay start [--port 3000] [--host 127.0.0.1] [--data DIR]
       npm start -- [the same]

Serves the dashboard and the embedded cloud's APIs in one process.

  --port N    the port to serve on; 0 takes a free one
  --host H    the address to serve on; 0.0.0.0 for all
  --data DIR  where the embedded cloud and opened bundles are kept (else UNDERLAY_DATA, else the user's data directory)
  --dev       serve the sources, and follow their changes

Environment:
${environmentHelp()}`;

function readArguments() {
  const text = { type: "string" };
  try {
    const options = {
      port: text,
      host: text,
      data: text,
      dev: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    };
    const { values } = parseArgs({ options });
    const port = values.port ?? process.env.PORT ?? "3000";
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
      throw new Error(`--port takes a number up to 65535, not ${port}`);
    return { ...values, port: Number(port), host: values.host ?? "127.0.0.1" };
  } catch (error) {
    throw new Failure(`${error.message.split("\n")[0]} (see npm start -- --help)`, 2);
  }
}

/** @returns {Promise<number>} the port, which nothing listens on; a free one for 0 */
function claimPort(port, host) {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", (error) => fail(new Failure(portProblem(error, port, host))));
    probe.listen(port, host, () => {
      const address = probe.address();
      probe.close(() => done(address.port));
    });
  });
}

function portProblem(error, port, host) {
  switch (error.code) {
    case "EADDRINUSE":
      return `port ${port} on ${host} is in use: stop what uses it, or choose another with npm start -- --port ${port + 1}`;
    case "EACCES":
      return `port ${port} needs more rights: choose one above 1023 with npm start -- --port 3000`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `${host} is not an address of this machine: choose another with --host`;
    default:
      return `port ${port} on ${host} cannot be used: ${error.message}`;
  }
}

/**
 * Becomes the server where Node can (POSIX, from 22.15 on): a second process would only wait, and take memory for it.
 * @returns {Promise<number>} exit status, where it cannot
 */
async function serve(node, { port, host, data, dev }) {
  const env = environment(node);
  if (data !== undefined) env.UNDERLAY_DATA = resolve(data);
  Object.assign(env, { UNDERLAY_LISTEN_HOST: host, UNDERLAY_LISTEN_PORT: String(port) });
  const args = (parent) => [
    fileURLToPath(new URL("./serve.mjs", import.meta.url)),
    ...(dev ? ["--dev"] : []),
    ...(parent === undefined ? [] : ["--parent", String(parent)]),
  ];
  process.chdir(ROOT);
  if (typeof process.execve === "function") process.execve(node, [node, ...args(watchedParent())], env);

  // Its own group: Ctrl-C reaches us alone, and we end it in order.
  const child = spawn(node, args(process.pid), { env, detached: true, stdio: ["ignore", "inherit", "inherit"] });
  let asked;
  const stop = (status) => {
    if (asked !== undefined) return;
    asked = status;
    child.kill("SIGTERM");
  };
  process.on("SIGINT", () => stop(130));
  process.on("SIGTERM", () => stop(143));
  process.on("SIGHUP", () => stop(129));
  onOrphaned(() => stop(143));
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => done(asked ?? code ?? 1));
  });
}

await entry(async () => {
  const options = readArguments();
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const port = await claimPort(options.port, options.host);
  const node = await ensureToolchain();
  if (!options.dev) await ensureBuild(node);
  return serve(node, { ...options, port });
});
