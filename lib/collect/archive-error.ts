/** Why an archive was refused. */
export type ArchiveErrorCode =
  | "not_an_archive"
  | "corrupt"
  | "truncated"
  | "too_large"
  | "ratio"
  | "too_many_files"
  | "bad_path"
  | "link"
  | "device"
  | "duplicate"
  | "empty"
  | "not_a_bundle"
  | "no_space"
  | "write_failed"
  | "aborted";

export class ArchiveError extends Error {
  readonly code: ArchiveErrorCode;
  /** Name of the entry at fault, as the archive has it, cut to 200 characters. */
  readonly entry: string | undefined;

  constructor(code: ArchiveErrorCode, message: string, entry?: string) {
    super(message);
    this.name = "ArchiveError";
    this.code = code;
    this.entry = entry?.slice(0, 200);
  }
}
