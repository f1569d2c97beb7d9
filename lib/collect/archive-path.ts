/** Names of an archive's entries: what may become a path on this machine. */
import { ArchiveError } from "./archive-error.ts";

/** Bytes of one file name, on every common Linux file system. */
const NAME_LIMIT = 255;

/**
 * Path inside the target directory, without `.` and empty parts; "" for the root itself. Throws ArchiveError for a name
 * that is absolute, climbs with `..`, or is too long. Odd characters are no harm: a device may have them in its name.
 */
export function entryPath(name: string, limit: number): string {
  if (name.length > limit) throw new ArchiveError("bad_path", `a name is longer than ${limit} characters`, name);
  if (name.startsWith("/") || /^[A-Za-z]:[\\/]/.test(name))
    throw new ArchiveError("bad_path", "an absolute name", name);
  if (name.includes("\0")) throw new ArchiveError("bad_path", "a name with a NUL character", name);
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  for (const part of parts) {
    if (part === ".." || /^\.\.\\|\\\.\.(\\|$)/.test(part))
      throw new ArchiveError("bad_path", 'a name with ".." in it', name);
    if (Buffer.byteLength(part) > NAME_LIMIT)
      throw new ArchiveError("bad_path", `a part of a name is longer than ${NAME_LIMIT} bytes`, name);
  }
  return parts.join("/");
}
