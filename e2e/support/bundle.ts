/** Bundles for tests, made of the demo clouds by the tools that an operator would use. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const DEMO = path.resolve(import.meta.dirname, "../../lib/demo");

/** Packs a copy of a demo cloud after `change` was done to it; answers the path of `<name>.tar.gz`. */
export function bundle(name: string, change: (dir: string) => void = () => {}, demo = "legacy"): string {
  const work = temporary();
  const dir = path.join(work, name);
  cpSync(path.join(DEMO, demo), dir, { recursive: true });
  change(dir);
  return pack(work, name, [name]);
}

/** Packs anything below `work`, with any further options of GNU tar. */
export function pack(work: string, name: string, args: string[]): string {
  const archive = path.join(work, `${name}.tar.gz`);
  execFileSync("tar", ["-czf", archive, "-C", work, ...args]);
  return archive;
}

const made: string[] = [];
process.once("exit", () => {
  for (const dir of made) rmSync(dir, { recursive: true, force: true });
});

/** A directory of its own, removed when the worker that runs the tests ends. */
export function temporary(): string {
  const dir = mkdtempSync(path.join(tmpdir(), "underlay-e2e-"));
  made.push(dir);
  return dir;
}

/** Rewrites an answer of the API inside a bundle. */
export function editApi<T>(dir: string, file: string, edit: (list: T[]) => T[]): void {
  const where = path.join(dir, "api", file);
  const answer = JSON.parse(readFileSync(where, "utf8")) as Record<string, T[]>;
  const [key, list] = Object.entries(answer)[0] ?? [];
  if (key === undefined || list === undefined) throw new Error(`${file} holds no list`);
  writeFileSync(where, JSON.stringify({ [key]: edit(list) }));
}
