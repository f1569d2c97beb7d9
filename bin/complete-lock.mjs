#!/usr/bin/env node
// Completes package-lock.json after `npm install`. A mirror that lacks the build of a package for another platform
// makes npm leave it out of the lock, and `npm ci` then refuses the lock wherever it can see that package. Entries
// without integrity are added for them: version, os and cpu are all that npm needs to skip or fetch them.
import { readFileSync, writeFileSync } from "node:fs";

const LOCK = new URL("../package-lock.json", import.meta.url);
const SYSTEMS = [
  "android",
  "darwin",
  "freebsd",
  "linux",
  "openharmony",
  "win32",
  "wasi",
  "aix",
  "netbsd",
  "openbsd",
  "sunos",
];
const CPUS = ["arm64", "arm", "x64", "ia32", "ppc64", "riscv64", "s390x", "wasm32", "loong64", "mips64el"];

/** The entry that npm would find for `name` when asked from the package at `from`, or undefined. */
function resolve(packages, from, name) {
  for (let base = from; ; ) {
    const path = `${base === "" ? "" : `${base}/`}node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (base === "") return undefined;
    const up = base.lastIndexOf("/node_modules/");
    base = up === -1 ? "" : base.slice(0, up);
  }
}

/** What the name of a platform package says about where it runs: `@next/swc-darwin-x64` is darwin on x64. */
function platform(name) {
  const words = name.split("/").pop().split("-");
  const cpu = CPUS.find((c) => words.includes(c));
  const os = SYSTEMS.find((s) => s !== "wasi" && words.includes(s));
  const libc = words.some((w) => w.startsWith("musl")) ? "musl" : words.includes("gnu") ? "glibc" : undefined;
  return {
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(os === "linux" && libc !== undefined ? { libc: [libc] } : {}),
    ...(os === undefined ? {} : { os: [os] }),
  };
}

const lock = JSON.parse(readFileSync(LOCK, "utf8"));
let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    // One without integrity is of our making: npm drops its flags whenever it rewrites the lock.
    if (lock.packages[resolve(lock.packages, path, name)]?.integrity !== undefined) continue;
    if (!/^\d/.test(version))
      throw new Error(`${path} asks for ${name}@${version}: not an exact version, add it by hand`);
    const dev = entry.dev === true ? { dev: true } : {};
    lock.packages[`node_modules/${name}`] = { version, ...platform(name), ...dev, optional: true };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`package-lock.json: ${added} platform packages completed\n`);
