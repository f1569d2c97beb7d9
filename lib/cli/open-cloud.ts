/** The cloud that `--cloud` names on disk: a bundle's directory or archive. */
import { createReadStream, rmSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { unpackBundle } from "../collect/archive.ts";
import { ArchiveError } from "../collect/archive-error.ts";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { InputError } from "./input-error.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** An archive is unpacked into a directory of its own, which is gone once it was read, or at a signal. Throws InputError. */
export async function openCloud(where: string): Promise<CollectedCloud> {
  const info = await stat(where).catch(() => undefined);
  if (!info) throw new InputError(`--cloud: ${where}: no such file or directory`);
  return info.isDirectory() ? await open(where, where) : await openArchive(where);
}

async function openArchive(where: string): Promise<CollectedCloud> {
  const scratch = await mkdtemp(join(tmpdir(), "underlay-"));
  const leave = (signal: NodeJS.Signals) => {
    for (const one of SIGNALS) process.removeListener(one, leave);
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.on(signal, leave);
  try {
    const stream = Readable.toWeb(createReadStream(where)) as ReadableStream<Uint8Array>; // node's type of the same thing
    const { root } = await unpackBundle(stream, join(scratch, "bundle")).catch((error: unknown) => {
      throw new InputError(`--cloud: ${where}: ${messageOf(error)}`);
    });
    return await open(root, where);
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, leave);
    await rm(scratch, { recursive: true, force: true });
  }
}

async function open(directory: string, where: string): Promise<CollectedCloud> {
  try {
    return await readBundle(directory, { name: basename(where).replace(/\.tar\.gz$|\.tgz$/, "") });
  } catch (error) {
    throw new InputError(`--cloud: ${where}: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  if (error instanceof ArchiveError && error.entry !== undefined)
    return `${error.message} (${JSON.stringify(error.entry)})`;
  return error instanceof Error ? error.message : String(error);
}
