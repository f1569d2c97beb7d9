export interface UnpackLimits {
  /** Bytes. */
  compressed: number;
  unpacked: number;
  /** Unpacked bytes per compressed byte. */
  ratio: number;
  files: number;
  /** Characters of one entry's path. */
  path: number;
}
export interface UnpackProgress {
  /** Bytes of the archive taken in, and bytes and files written. */
  compressed: number;
  unpacked: number;
  files: number;
}
export class ArchiveError extends Error {
  readonly code: string;
  readonly entry: string | undefined;
  constructor(code: string, message: string, entry?: string) {
    super(message);
    this.name = "ArchiveError";
    this.code = code;
    this.entry = entry;
  }
}
/** Unpacks a .tar.gz into a directory and answers where the bundle's root is. Throws ArchiveError, and then leaves nothing behind. */
export async function unpackBundle(
  stream: ReadableStream<Uint8Array>,
  intoDir: string,
  limits?: Partial<UnpackLimits>,
  onProgress?: (progress: UnpackProgress) => void,
  signal?: AbortSignal,
): Promise<{ root: string; files: number; compressed: number; unpacked: number }> {
  throw new Error(`not built yet: ${stream} ${intoDir} ${limits} ${onProgress} ${signal}`);
}
