// What has to be there before any of our TypeScript can run: Node 24 and the packages of the lock.
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cause, Failure } from "./failure.mjs";
import { capture, progress } from "./processes.mjs";

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NODE_MAJOR = 24;
/** What each takes on the disk, with room to unpack. */
const NODE_MB = 250;
const PACKAGES_MB = 800;
const PRIVATE_NODE = join(ROOT, ".node", "bin", "node");

const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));
const major = (version) => Number.parseInt(version.replace(/^v/, ""), 10);

/** @returns {string | undefined} the path of a Node that is new enough: ours, or else the private one */
function presentNode() {
  if (major(process.versions.node) >= NODE_MAJOR) return process.execPath;
  if (!existsSync(PRIVATE_NODE)) return undefined;
  try {
    return major(execFileSync(PRIVATE_NODE, ["--version"], { encoding: "utf8" })) >= NODE_MAJOR
      ? PRIVATE_NODE
      : undefined;
  } catch {
    return undefined; // Copied from another machine, or half written: installed anew.
  }
}

/** npm, run by the Node that runs us or by `node`: the npm that started us where there is one. */
function npm(node, args, cwd) {
  const outer = process.env.npm_execpath ?? "";
  const [command, before] = outer.endsWith("npm-cli.js") ? [node, [outer]] : ["npm", []];
  const flags = [
    "--no-audit",
    "--no-fund",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=5000",
  ];
  // A nested npm takes its own settings from where it runs, not from the script that we are.
  const env = Object.fromEntries(
    Object.entries(environment(node)).filter(
      ([name]) => !/^npm_(?:package|lifecycle|command|config_local_prefix)/.test(name),
    ),
  );
  return capture(command, [...before, ...args, ...flags], { cwd, env });
}

/** Unpacking to a full disk does not always fail: some of npm's writes are lost in silence. So look first. */
function requireSpace(megabytes) {
  const { bavail, bsize } = statfsSync(ROOT);
  const free = Math.floor((bavail * bsize) / 1e6);
  if (free >= megabytes) return;
  throw new Failure(`no space is left on the disk: ${megabytes} MB are needed in ${ROOT}, and ${free} MB are free.`);
}

async function npmInstall(title, node, args, cwd) {
  const done = progress(title);
  const { status, output } = await npm(node, args, cwd);
  if (status === 0) return done("done");
  done("failed");
  if (status === 127) throw new Failure("npm is not on the PATH: install Node.js with npm");
  const line = output.split("\n").find((l) => /^npm (?:error|ERR!) (?!code|errno|syscall|path|\s*$)/.test(l));
  throw new Failure(`${cause(output) ?? line ?? `npm ended with status ${status}`}.`);
}

async function installNode() {
  const pinned = readJson(join(ROOT, "bin", "node-lock.json"))[`${process.platform}-${process.arch}`];
  if (pinned === undefined) {
    const here = `${process.platform} on ${process.arch}`;
    throw new Failure(
      `Node ${NODE_MAJOR} or later is needed and there is none to download for ${here}: install it from nodejs.org.`,
    );
  }
  const { name, version, integrity } = pinned;
  requireSpace(NODE_MB);
  const home = join(ROOT, ".node");
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const fresh = mkdtempSync(join(ROOT, ".cache", "node-"));
  try {
    const dependencies = { [name]: version };
    writeFileSync(join(fresh, "package.json"), JSON.stringify({ private: true, dependencies }));
    const packages = { "": { dependencies }, [`node_modules/${name}`]: { version, integrity } };
    writeFileSync(join(fresh, "package-lock.json"), JSON.stringify({ lockfileVersion: 3, requires: true, packages }));
    await npmInstall(`Installing Node ${version}`, process.execPath, ["ci", "--ignore-scripts"], fresh);
    mkdirSync(join(fresh, "bin"));
    symlinkSync(join("..", "node_modules", name, "bin", "node"), join(fresh, "bin", "node"));
    rmSync(home, { recursive: true, force: true });
    renameSync(fresh, home);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  const node = presentNode();
  if (node === undefined)
    throw new Failure(
      `Node ${version} was installed but does not run here: install Node ${NODE_MAJOR} from nodejs.org.`,
    );
  return node;
}

const isForDev = ({ dev, devOptional }) => dev === true || devOptional === true;

/**
 * Whether node_modules holds what the lock names. npm keeps its own account of what it installed; entries for other
 * platforms are in the lock alone.
 * @param {Record<string, { version?: string, optional?: boolean, dev?: boolean, devOptional?: boolean }>} wanted the lock's packages
 * @param {Record<string, { version?: string }>} present the packages of node_modules/.package-lock.json
 * @param {boolean} [shipped] with its build: what builds and tests may be missing (Containerfile)
 */
export function sameTree(wanted, present, shipped = process.env.NODE_ENV === "production") {
  const paths = Object.keys(wanted).filter(
    (path) =>
      path !== "" && (present[path] !== undefined || !(wanted[path].optional || (shipped && isForDev(wanted[path])))),
  );
  return (
    Object.keys(present).length === paths.length &&
    paths.every((path) => present[path]?.version === wanted[path].version)
  );
}

function packagesPresent() {
  try {
    const present = readJson(join(ROOT, "node_modules", ".package-lock.json")).packages;
    return sameTree(readJson(join(ROOT, "package-lock.json")).packages, present);
  } catch {
    return false; // Nothing installed yet, or an install that was cut short.
  }
}

/** One installation at a time: two commands of a fresh clone may run at once. */
async function exclusively(work) {
  const lock = join(ROOT, ".cache", "installing");
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (!holderLives(lock)) rmSync(lock, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const release = () => rmSync(lock, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

function holderLives(lock) {
  try {
    process.kill(Number(readFileSync(lock, "utf8")), 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/**
 * Installs Node 24 and the packages where they are missing or out of date; otherwise reads two files.
 * @returns {Promise<string>} the path of a Node that is new enough
 */
export async function ensureToolchain() {
  const node = presentNode();
  if (node !== undefined && packagesPresent()) return node;
  return exclusively(async () => {
    const found = presentNode() ?? (await installNode());
    if (packagesPresent()) return found;
    requireSpace(PACKAGES_MB);
    await npmInstall("Installing packages", found, ["ci"], ROOT);
    return found;
  });
}

/**
 * The environment of everything that we start: Node 24 first on the PATH, no telemetry.
 * @param {string} node from ensureToolchain
 */
export function environment(node) {
  return {
    ...process.env,
    PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}`,
    NEXT_TELEMETRY_DISABLED: "1",
  };
}

/**
 * The script behind a package's command, to be run by a Node of our choice.
 * @param {string} name of the package @param {string} [command] when it has several
 */
export function packageCommand(name, command = name) {
  const manifest = join(ROOT, "node_modules", name, "package.json");
  const { bin } = createRequire(import.meta.url)(manifest);
  return join(dirname(manifest), typeof bin === "string" ? bin : bin[command]);
}
