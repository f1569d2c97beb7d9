/** Bundles as .tar.gz: unpacked as a stream, into a directory of their own, within limits. An archive is hostile until read. */
import { mkdir, open, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as WebStream } from "node:stream/web";
import { createGunzip } from "node:zlib";
import { createTarDecoder } from "modern-tar";
import { ArchiveError } from "./archive-error.ts";
import { entryPath } from "./archive-path.ts";
import { layoutOf } from "./layout.ts";
import { message } from "./parse/json.ts";

export interface UnpackLimits {
  /** Bytes. */
  compressed: number;
  unpacked: number;
  /** Unpacked bytes per compressed byte, once more than RATIO_FLOOR bytes are unpacked. */
  ratio: number;
  files: number;
  /** Characters of one entry's path. */
  path: number;
}

export interface UnpackProgress {
  /** Bytes of the archive taken in; bytes and files written. */
  compressed: number;
  unpacked: number;
  files: number;
}

export interface UnpackedBundle extends UnpackProgress {
  /** Directory with the hosts' directories in it: the target, or one below it. */
  root: string;
}

export const UNPACK_LIMITS: UnpackLimits = {
  compressed: 500 * 1024 ** 2,
  unpacked: 4 * 1024 ** 3,
  ratio: 200,
  // A host has some hundred files.
  files: 50_000,
  path: 1024,
};

/** Host outputs of a quiet cloud repeat themselves: small archives may be dense. */
const RATIO_FLOOR = 32 * 1024 ** 2;
const PROGRESS_STEP = 1024 ** 2;
/** Small files take their time, too. */
const PROGRESS_FILES = 500;

type Source = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Unpacks a .tar.gz into a directory that is new or empty, and finds the bundle in it: at its root, or inside a single
 * top directory. Throws ArchiveError, also when aborted, and then the directory is gone.
 */
export async function unpackBundle(
  stream: Source,
  intoDir: string,
  limits: Partial<UnpackLimits> = {},
  onProgress?: (progress: UnpackProgress) => void,
  signal?: AbortSignal,
): Promise<UnpackedBundle> {
  await mkdir(intoDir, { recursive: true });
  if ((await readdir(intoDir)).length > 0) throw new ArchiveError("write_failed", "the target directory is not empty");
  const unpacker = new Unpacker(intoDir, { ...UNPACK_LIMITS, ...limits }, onProgress);
  try {
    await unpacker.run(stream, signal);
    return { root: await findRoot(intoDir), ...unpacker.progress };
  } catch (error) {
    await rm(intoDir, { recursive: true, force: true });
    throw signal?.aborted ? new ArchiveError("aborted", "the import was aborted") : asArchiveError(error);
  }
}

class Unpacker {
  readonly progress: UnpackProgress = { compressed: 0, unpacked: 0, files: 0 };
  readonly #dir: string;
  readonly #limits: UnpackLimits;
  readonly #onProgress: ((progress: UnpackProgress) => void) | undefined;
  readonly #paths = new Map<string, "file" | "directory">();
  #reported = 0;

  constructor(dir: string, limits: UnpackLimits, onProgress: ((progress: UnpackProgress) => void) | undefined) {
    this.#dir = dir;
    this.#limits = limits;
    this.#onProgress = onProgress;
  }

  async run(stream: Source, signal: AbortSignal | undefined): Promise<void> {
    const stop = new AbortController();
    const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
    const source =
      stream instanceof ReadableStream ? Readable.fromWeb(stream as WebStream<Uint8Array>) : Readable.from(stream);
    const decoder = createTarDecoder({ strict: true });
    const writer = decoder.writable.getWriter();
    const feeding = this.#feed(source, either, writer);
    feeding.catch(() => {});
    try {
      for await (const entry of decoder.readable) await this.#entry(entry.header, entry.body);
      await feeding;
    } catch (error) {
      stop.abort(error);
      // A limit or a broken gzip stream shows first at the feeding end, and as a mere cut at this one.
      await feeding.catch((first: unknown) => {
        if (first instanceof ArchiveError || isZlibError(first)) throw first;
      });
      throw error;
    } finally {
      source.destroy();
    }
    if (this.progress.files === 0) throw new ArchiveError("empty", "the archive holds no files");
    this.#onProgress?.({ ...this.progress });
  }

  /** Compressed bytes in, tar bytes into the decoder. */
  async #feed(source: Readable, signal: AbortSignal, writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
    const gunzip = createGunzip();
    const count = (chunks: AsyncIterable<Uint8Array>) => this.#countCompressed(chunks);
    const reading = pipeline(source, count, gunzip, { signal });
    reading.catch(() => {});
    try {
      for await (const chunk of gunzip as AsyncIterable<Uint8Array>) {
        this.#countUnpacked(chunk.length);
        await writer.write(chunk);
      }
      await reading;
      await writer.close();
    } catch (error) {
      gunzip.destroy();
      await writer.abort(error).catch(() => {});
      throw error;
    }
  }

  async *#countCompressed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let head: number[] | undefined = [];
    for await (const chunk of chunks) {
      if (head) {
        head.push(...chunk.subarray(0, 2));
        // RFC 1952: a gzip member begins with 1f 8b.
        if (head.length >= 2) {
          if (head[0] !== 0x1f || head[1] !== 0x8b)
            throw new ArchiveError("not_an_archive", "not a .tar.gz: the file is not gzip data");
          head = undefined;
        }
      }
      this.progress.compressed += chunk.length;
      if (this.progress.compressed > this.#limits.compressed) {
        throw new ArchiveError("too_large", `the archive is larger than ${bytes(this.#limits.compressed)}`);
      }
      yield chunk;
    }
    if (this.progress.compressed === 0) throw new ArchiveError("empty", "the file is empty");
    if (head) throw new ArchiveError("not_an_archive", "not a .tar.gz: the file is not gzip data");
  }

  #countUnpacked(length: number): void {
    this.progress.unpacked += length;
    const { unpacked, compressed } = this.progress;
    if (unpacked > this.#limits.unpacked) {
      throw new ArchiveError("too_large", `the archive unpacks to more than ${bytes(this.#limits.unpacked)}`);
    }
    if (unpacked > RATIO_FLOOR && unpacked > compressed * this.#limits.ratio) {
      throw new ArchiveError("ratio", `the archive unpacks to more than ${this.#limits.ratio} times its size`);
    }
    if (unpacked - this.#reported >= PROGRESS_STEP) {
      this.#reported = unpacked;
      this.#onProgress?.({ ...this.progress });
    }
  }

  async #entry(header: { name: string; type?: string; size: number }, body: ReadableStream<Uint8Array>): Promise<void> {
    const path = entryPath(header.name, this.#limits.path);
    const type = header.type ?? "file";
    switch (type) {
      case "directory":
        if (path !== "") await this.#directory(path, header.name);
        await body.cancel();
        return;
      case "file":
        if (path === "") throw new ArchiveError("bad_path", "an entry without a name", header.name);
        await this.#file(path, header, body);
        return;
      case "link":
      case "symlink":
        throw new ArchiveError(
          "link",
          "the archive holds a link; a bundle holds files and directories alone",
          header.name,
        );
      default:
        throw new ArchiveError(
          "device",
          `the archive holds a ${type}; a bundle holds files and directories alone`,
          header.name,
        );
    }
  }

  async #file(path: string, header: { name: string; size: number }, body: ReadableStream<Uint8Array>): Promise<void> {
    if (this.#paths.has(path)) throw new ArchiveError("duplicate", "two entries have the same name", header.name);
    if (header.size > this.#limits.unpacked) {
      throw new ArchiveError(
        "too_large",
        `the archive unpacks to more than ${bytes(this.#limits.unpacked)}`,
        header.name,
      );
    }
    if (++this.progress.files > this.#limits.files) {
      throw new ArchiveError("too_many_files", `the archive holds more than ${this.#limits.files} files`);
    }
    if (this.progress.files % PROGRESS_FILES === 0) this.#onProgress?.({ ...this.progress });
    if (path.includes("/")) await this.#directory(dirname(path), header.name);
    this.#paths.set(path, "file");
    const file = await open(join(this.#dir, path), "wx", 0o600);
    try {
      for await (const chunk of body) await file.write(chunk);
    } finally {
      await file.close();
    }
  }

  /** Makes a directory and those above it. Each counts once towards the limit of files: they cost an inode too. */
  async #directory(path: string, entry: string): Promise<void> {
    const known = this.#paths.get(path);
    if (known === "file") throw new ArchiveError("duplicate", "a file and a directory have the same name", entry);
    if (known === "directory") return;
    if (path.includes("/")) await this.#directory(dirname(path), entry);
    if (this.#paths.size >= this.#limits.files * 2) {
      throw new ArchiveError("too_many_files", `the archive holds more than ${this.#limits.files} directories`);
    }
    await mkdir(join(this.#dir, path), { mode: 0o700 });
    this.#paths.set(path, "directory");
  }
}

/** The directory with hosts in it: the target, or the one that is alone in its parent. */
async function findRoot(dir: string): Promise<string> {
  let root = dir;
  for (;;) {
    const { hosts, hasApi, strays, isHost } = await layoutOf(root);
    if (hosts.length > 0) return root;
    const [only] = strays;
    if (strays.length === 1 && only !== undefined && !hasApi && !isHost) root = join(root, only);
    else {
      const hint = isHost
        ? "it looks like one host's directory: pack the directory above it"
        : "one directory for each host was expected, with index.tsv or root/ in it";
      throw new ArchiveError("not_a_bundle", `no host in the archive: ${hint}`);
    }
  }
}

function asArchiveError(error: unknown): ArchiveError {
  if (error instanceof ArchiveError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "Z_BUF_ERROR") return new ArchiveError("truncated", "the archive is cut: its end is missing");
  if (code.startsWith("Z_")) return new ArchiveError("corrupt", `the gzip data is damaged: ${message(error)}`);
  if (code === "ENOSPC" || code === "EDQUOT")
    return new ArchiveError("no_space", "no space left on this machine's disk");
  if (code.startsWith("E") && !code.startsWith("ERR_"))
    return new ArchiveError("write_failed", `cannot be written: ${message(error)}`);
  const text = message(error);
  if (/truncated/i.test(text))
    return new ArchiveError("truncated", "the tar inside ends early: it was cut, or it is no tar at all");
  return new ArchiveError("corrupt", `the tar data is damaged: ${text}`);
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}

function bytes(n: number): string {
  if (n >= 1024 ** 3) return `${+(n / 1024 ** 3).toFixed(1)} GiB`;
  if (n >= 1024 ** 2) return `${+(n / 1024 ** 2).toFixed(1)} MiB`;
  return `${n} bytes`;
}
