// The production build, made again only when what goes into it has changed.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { diskFull, Failure } from "./failure.mjs";
import { capture, progress } from "./processes.mjs";
import { environment, packageCommand, ROOT } from "./toolchain.mjs";

const SOURCES = [
  "app",
  "components",
  "lib",
  "public",
  "instrumentation.ts",
  "proxy.ts",
  "next.config.js",
  "postcss.config.mjs",
  "package-lock.json",
  "tsconfig.json",
];
/** Read when the server runs, or never: changing them needs no build. */
const NOT_BUILT = /^lib\/(?:demo|bench|cli)\/|\.test\.tsx?$/;

/** Where the build goes; the same variable that next.config.js reads. */
const target = () => resolve(ROOT, process.env.UNDERLAY_DIST ?? ".next");

function* files(path) {
  if (!existsSync(path)) return;
  if (statSync(path).isFile()) return yield path;
  for (const entry of readdirSync(path).sort()) yield* files(join(path, entry));
}

/** @returns {string} a digest of names and contents of all that the build reads */
export function sourceDigest(root = ROOT) {
  const hash = createHash("sha256");
  for (const source of SOURCES) {
    for (const path of files(join(root, source))) {
      const name = relative(root, path);
      if (!NOT_BUILT.test(name)) hash.update(`${name}\0`).update(readFileSync(path)).update("\0");
    }
  }
  return hash.digest("hex");
}

/**
 * Builds when the last build is of other sources, or was cut short.
 * @param {string} node from ensureToolchain
 */
export async function ensureBuild(node) {
  const stamp = join(target(), "underlay-sources");
  const digest = sourceDigest();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  rmSync(stamp, { force: true });
  const done = progress("Building");
  const { status, output } = await capture(node, [packageCommand("next"), "build"], {
    cwd: ROOT,
    env: environment(node),
  });
  if (status !== 0) {
    done("failed");
    const known = diskFull(output);
    if (known !== undefined) throw new Failure(`${known}.`);
    process.stderr.write(output);
    throw new Failure("the build failed; what it printed is above.");
  }
  writeFileSync(stamp, digest);
  done("done");
}
