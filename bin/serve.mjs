// The server's process: one HTTP server. The OpenStack services answer first, Next has the rest.
// `node bin/serve.mjs [--dev] [--parent PID]`, by bin/start.mjs, which says the rest in the environment.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { watchParent } from "./processes.mjs";
import { ROOT } from "./toolchain.mjs";

/** Open requests may take so long to end when the server is asked to. */
const GRACE_MS = 5000;
/** Of that time, for requests; then their connections are cut, so that the store is closed in order in any case. */
const PATIENCE_MS = 4000;
/** An idle connection is kept for longer than proxies keep theirs (mostly 60 s): what they send just then must not be lost. */
const KEEP_ALIVE_MS = 75_000;
/** Called with the front door once it is there, by lib/server/front-door.ts: the bundle has no other way to us. */
const OPEN_DOOR = Symbol.for("underlay.openDoor");

const { values } = parseArgs({ options: { dev: { type: "boolean", default: false }, parent: { type: "string" } } });
const { UNDERLAY_LISTEN_HOST: host, UNDERLAY_LISTEN_PORT: port } = process.env;
process.env.NODE_ENV = values.dev ? "development" : "production"; // Read when Next is loaded.
process.title = "underlay";

const opened = new Promise((open) => {
  globalThis[OPEN_DOOR] = open;
});
let door;
let handle;
let serving;
const ready = new Promise((resolve) => {
  serving = resolve;
});

// What comes before everything is there waits; only Next's development server takes upgrades.
const options = { shouldUpgradeCallback: () => values.dev, keepAliveTimeout: KEEP_ALIVE_MS };
const server = createServer(options, async (request, response) => {
  if (handle === undefined) await ready;
  if (door.enter(request, response)) return;
  // Failed logins are counted by it (lib/server/source.ts): not for a client to say.
  request.headers["x-forwarded-for"] = request.socket.remoteAddress ?? "";
  await handle(request, response);
});
server.on("error", (error) => {
  process.stderr.write(`underlay: cannot serve on ${host}:${port}: ${error.message}\n`);
  process.exit(1);
});
server.listen(Number(port), host);

let app;
function stop(status) {
  if (process.exitCode !== undefined) return;
  process.exitCode = status;
  setTimeout(() => process.exit(), values.dev ? 0 : GRACE_MS).unref();
  setTimeout(() => server.closeAllConnections(), PATIENCE_MS).unref();
  // A connection that is kept alive after its last answer would be waited for.
  setInterval(() => server.closeIdleConnections(), 50).unref();
  server.close(async () => {
    try {
      await app?.close();
      await door?.close();
    } finally {
      process.exit();
    }
  });
}
for (const [signal, status] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }))
  process.on(signal, () => stop(status));
if (values.parent !== undefined) watchParent(() => process.kill(process.pid, "SIGTERM"), Number(values.parent));

const next = createRequire(import.meta.url)("next");
app = next({ dev: values.dev, dir: ROOT, hostname: host, port: Number(port), httpServer: server, quiet: true });
const { log } = console;
console.log = () => {}; // Next tells how long it took to read its settings.
await app.prepare();
console.log = log;
door = await opened; // A cloud that cannot be opened ends the process.
handle = app.getRequestHandler();
serving();
