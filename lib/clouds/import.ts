import path from "node:path";
import type { ApiError, ImportEvent } from "../api/http.ts";
import { unpackBundle } from "../collect/archive.ts";
import { ArchiveError } from "../collect/archive-error.ts";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { HostState } from "../host/state.ts";
import type { BundleDisk, BundleMeta } from "./disk.ts";
import { Failure, isFailure } from "./failure.ts";
import { summarize } from "./summary.ts";

/** What is read of an upload after it was refused. Beyond that the sender may as well see the connection end. */
const DRAIN_BYTES = 512 * 2 ** 20;

/** At most one progress line in this many milliseconds. */
const PROGRESS_MS = 80;

/**
 * Receives, unpacks and reads a bundle, and keeps it when a host could be read. Yields progress; a failure is an event,
 * not an exception. Returns what was kept. When the caller stops listening, the work stops and leaves nothing.
 */
export async function* importBundle(
  disk: BundleDisk,
  body: ReadableStream<Uint8Array>,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<ImportEvent, { meta: BundleMeta; cloud: CollectedCloud } | undefined> {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const upload = body.getReader();
  const { id, into } = await disk.begin(name);
  let kept = false;
  try {
    const unpacked = yield* progressing(stop, (report) =>
      unpackBundle(
        chunks(upload),
        into,
        undefined,
        (at) => report({ kind: "progress", phase: "unpack", done: at.unpacked }),
        both,
      ),
    );
    const root = path.resolve(into, unpacked.root);
    yield { kind: "progress", phase: "read", done: 0 };
    const cloud = yield* progressing(stop, (report) =>
      readBundle(root, {
        name,
        signal: both,
        onProgress: (done, total) => report({ kind: "progress", phase: "read", done, total }),
      }),
    );
    if (!cloud.world.hosts.some(isReadable)) throw noHost();
    both.throwIfAborted();
    const addedAt = new Date().toISOString();
    const identity = { id, name, kind: "bundle" as const, addedAt, size: unpacked.compressed };
    const summary = { ...summarize(identity, cloud), kind: "bundle" as const, addedAt, size: unpacked.compressed };
    const meta = await disk.commit(summary, path.relative(into, root), unpacked.unpacked);
    kept = true;
    return { meta, cloud };
  } catch (error) {
    if (both.aborted) return undefined;
    await drain(upload, both);
    yield { kind: "failed", error: explain(error) };
    return undefined;
  } finally {
    stop.abort();
    // Whoever still sends is cut off; after a refusal everything was read, and this does nothing.
    upload.cancel().catch(() => {});
    if (!kept) await disk.remove(id);
  }
}

/** Runs `work`, yielding the newest report now and then while it lasts. Ends only when the work has: nothing writes after it. */
async function* progressing<T>(
  stop: AbortController,
  work: (report: (event: ImportEvent) => void) => Promise<T>,
): AsyncGenerator<ImportEvent, T> {
  let latest: ImportEvent | undefined;
  let finished = false;
  const result = work((event) => {
    latest = event;
  }).finally(() => {
    finished = true;
  });
  const settled = result.then(
    () => {},
    () => {},
  );
  try {
    while (!finished) {
      const pause = Promise.withResolvers<void>();
      const timer = setTimeout(pause.resolve, PROGRESS_MS);
      await Promise.race([settled, pause.promise]);
      clearTimeout(timer);
      if (latest) yield latest;
      latest = undefined;
    }
    return await result;
  } finally {
    if (!finished) stop.abort();
    await settled;
  }
}

type Upload = ReadableStreamDefaultReader<Uint8Array>;

/** The upload's bytes. Ending early leaves the rest to be drained, where cancelling the stream would cut the connection. */
async function* chunks(upload: Upload): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { done, value } = await upload.read();
    if (done) return;
    yield value;
  }
}

/** Reads the rest of an upload that was refused: a browser shows an answer only after it sent everything. */
async function drain(upload: Upload, signal: AbortSignal): Promise<void> {
  let left = DRAIN_BYTES;
  try {
    while (left > 0 && !signal.aborted) {
      const { done, value } = await upload.read();
      if (done) return;
      left -= value.length;
    }
  } catch {
    // The sender is gone: nobody waits for the answer.
  }
}

/** A host with neither a device nor a port nor flows was not read: a bridge's mere name comes from the list of files. */
function isReadable(host: HostState): boolean {
  return (
    host.namespaces.some((netns) => netns.links.length > 0) ||
    host.ovs?.bridges.some((bridge) => bridge.flowsKnown || bridge.ports.length > 0) === true
  );
}

function noHost(): Failure {
  return new Failure("bad_bundle", "No host in this archive could be read.", {
    hint: "A bundle holds one directory for each host, with index.tsv and the raw outputs beside it.",
  });
}

function explain(error: unknown): ApiError["error"] {
  if (error instanceof ArchiveError) {
    const { code, entry } = error;
    return { code, message: sentence(error.message), ...(entry === undefined ? {} : { field: entry }) };
  }
  if (isFailure(error))
    return { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  const { code, message } = error as NodeJS.ErrnoException; // Whatever was thrown: both fields may be missing.
  if (code === "ENOSPC" || code === "EDQUOT")
    return {
      code: "no_space",
      message: "The disk is full.",
      hint: "Free some space in Underlay's data directory and open the bundle again.",
    };
  return {
    code: "bad_bundle",
    message: `This bundle could not be read: ${message ?? String(error)}`,
    hint: "A bundle is a .tar.gz with one directory for each host and `api/` beside them.",
  };
}

/** Reasons come as parts of a sentence. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}
