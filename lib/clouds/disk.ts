/**
 * Opened bundles on disk: `<data>/clouds/<id>/` holds `bundle/` as it was unpacked and, once it was read, `meta.json`.
 * A directory without meta.json is an import under way, marked with the process that does it, or what a crash left.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { CloudSummary } from "../api/http.ts";

const Meta = z.object({
  version: z.literal(1),
  summary: z.object({
    id: z.string(),
    name: z.string(),
    kind: z.literal("bundle"),
    hosts: z.number(),
    networks: z.number(),
    routers: z.number(),
    instances: z.number(),
    gaps: z.number(),
    takenAt: z.string().optional(),
    addedAt: z.string(),
    size: z.number(),
  }),
  /** Root of the bundle inside `bundle/`. */
  root: z.string(),
  /** Bytes unpacked: the weight in the cache of parsed clouds. */
  unpacked: z.number(),
});
export type BundleMeta = z.infer<typeof Meta>;

/** Holds the id of the process that is at work in a directory; absent once it counts. */
const MARK = "importing";
const ID = /^[a-z0-9][a-z0-9-]{0,63}$/;

export class BundleDisk {
  readonly #dir: string;

  constructor(dataDir: string) {
    this.#dir = path.join(dataDir, "clouds");
  }

  /** Absolute path of an opened bundle's root. */
  root(meta: BundleMeta): string {
    return path.join(this.#dir, meta.summary.id, "bundle", meta.root);
  }

  async list(): Promise<BundleMeta[]> {
    const names = await readdir(this.#dir).catch(ifMissing<string[]>([]));
    const metas = await Promise.all(names.map((id) => this.get(id)));
    return metas
      .filter((meta) => meta !== undefined)
      .sort((a, b) => b.summary.addedAt.localeCompare(a.summary.addedAt));
  }

  async get(id: string): Promise<BundleMeta | undefined> {
    if (!ID.test(id)) return undefined;
    const text = await readFile(path.join(this.#dir, id, "meta.json"), "utf8").catch(ifMissing(undefined));
    if (text === undefined) return undefined;
    const meta = Meta.safeParse(parseOrUndefined(text));
    return meta.success && meta.data.summary.id === id ? meta.data : undefined;
  }

  /** A fresh directory for an import, of mode 0700 and named after the cloud. */
  async begin(name: string): Promise<{ id: string; into: string }> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const id = `${slug(name)}-${randomBytes(3).toString("hex")}`;
    const into = path.join(this.#dir, id, "bundle");
    await mkdir(into, { recursive: true, mode: 0o700 });
    await writeFile(path.join(this.#dir, id, MARK), String(process.pid));
    return { id, into };
  }

  /** Makes an import count: the last step, atomic. */
  async commit(
    summary: CloudSummary & { kind: "bundle"; addedAt: string; size: number },
    root: string,
    unpacked: number,
  ) {
    const meta: BundleMeta = { version: 1, summary, root, unpacked };
    const dir = path.join(this.#dir, summary.id);
    await writeFile(path.join(dir, "meta.json.new"), JSON.stringify(meta, null, 2), { mode: 0o600, flush: true });
    await rename(path.join(dir, "meta.json.new"), path.join(dir, "meta.json"));
    await rm(path.join(dir, MARK), { force: true });
    return meta;
  }

  async remove(id: string): Promise<void> {
    if (!ID.test(id)) return;
    const dir = path.join(this.#dir, id);
    // Should this process die between the steps, the next sweep finishes: the mark says that nothing here counts.
    await writeFile(path.join(dir, MARK), "0").catch(ifMissing(undefined));
    await rm(path.join(dir, "meta.json"), { force: true });
    await rm(dir, { recursive: true, force: true });
  }

  /** Removes what dead processes left half imported or half removed. Touches nothing that it did not mark itself. */
  async sweep(): Promise<void> {
    for (const id of await readdir(this.#dir).catch(ifMissing<string[]>([]))) {
      if (!ID.test(id) || (await this.get(id))) continue;
      const mark = await readFile(path.join(this.#dir, id, MARK), "utf8").catch(ifMissing(undefined));
      if (mark !== undefined && !isAlive(Number(mark))) await this.remove(id);
    }
  }
}

function slug(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  return plain === "" ? "cloud" : plain;
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function ifMissing<T>(value: T) {
  return (error: NodeJS.ErrnoException): T => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return value;
    throw error;
  };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
