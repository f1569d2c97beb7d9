// Child processes: run one to its end with its progress shown, and stop a whole tree.
import { spawn } from "node:child_process";

/** @param {number} since performance.now() of the start @returns {string} whole seconds, e.g. `12 s` */
export const elapsed = (since) => `${Math.round((performance.now() - since) / 1000)} s`;

/**
 * Shows that work goes on: on a terminal one line that counts the seconds, elsewhere a line now and then.
 * Always on standard error, so that standard output stays clean.
 * @param {string} title e.g. `Installing packages`
 * @returns {(result: string) => void} ends it, with the last words of the line
 */
export function progress(title) {
  const since = performance.now();
  const { stderr } = process;
  stderr.write(stderr.isTTY ? `${title} …` : `${title} …\n`);
  const every = stderr.isTTY ? 1000 : 10_000;
  const timer = setInterval(
    () => stderr.write(stderr.isTTY ? `\r${title} … ${elapsed(since)}` : `${title} … ${elapsed(since)}\n`),
    every,
  );
  return (result) => {
    clearInterval(timer);
    stderr.write(`${stderr.isTTY ? "\r\u001b[K" : ""}${title}: ${result}, ${elapsed(since)}\n`);
  };
}

/**
 * Runs a command to its end and keeps what it prints. SIGINT and SIGTERM to us end it too.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions & { onLine?: (line: string) => void }} [options]
 * @returns {Promise<{ status: number, output: string }>} status 127 when there is no such command
 */
export function capture(command, args, { onLine, ...options } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const forget = forwardSignals(child);
    let output = "";
    const take = (chunk) => {
      output += chunk;
      if (onLine !== undefined) for (const line of String(chunk).split("\n")) if (line.trim() !== "") onLine(line);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    const end = (status, more = "") => {
      forget();
      resolve({ status, output: output + more });
    };
    child.on("error", (error) => end(127, String(error)));
    child.on("close", (code, signal) => end(code ?? 128 + (signal === "SIGINT" ? 2 : 15)));
  });
}

/**
 * Runs a command with our own terminal. SIGINT and SIGTERM to us end it too.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 * @returns {Promise<number>} its exit status
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", ...options });
    const forget = forwardSignals(child);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      forget();
      resolve(code ?? 128 + (signal === "SIGINT" ? 2 : 15));
    });
  });
}

/** Ends the child, and us after it, when we are asked to end. @returns {() => void} stops doing so */
function forwardSignals(child) {
  const listeners = ["SIGINT", "SIGTERM"].map((signal) => {
    const listener = () => {
      child.kill("SIGTERM");
      child.once("close", () => process.exit(signal === "SIGINT" ? 130 : 143));
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  const unwatch = onOrphaned(() => process.kill(process.pid, "SIGTERM"));
  return () => {
    for (const forget of listeners) forget();
    unwatch();
  };
}

/**
 * Calls `stop` once when our parent has died: we then see a new one.
 * @param {() => void} stop
 * @param {number} [parent] who it is, known before we began
 * @returns {() => void} stops watching
 */
export function watchParent(stop, parent = process.ppid) {
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, 250);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * npm does not pass SIGTERM on, and dies of it. Watched only under npm, because elsewhere a parent may end on purpose
 * (`node bin/start.mjs &` in a script).
 * @returns {number | undefined} the parent that we end with
 */
export const watchedParent = () => (process.env.npm_lifecycle_event === undefined ? undefined : process.ppid);

/** Calls `stop` when that parent has died. @returns {() => void} stops watching */
export function onOrphaned(stop) {
  const parent = watchedParent();
  return parent === undefined ? () => {} : watchParent(stop, parent);
}
