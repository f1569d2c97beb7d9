import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";

/**
 * A directory of the user's alone, and those above it. Node's own `recursive` never ends in a place that takes none, like /proc.
 * Throws an Error of one line.
 */
export function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  const parent = path.dirname(directory);
  if (parent !== directory) makeDirectory(parent);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    if (code !== "EEXIST") throw new Error(`cannot make the directory ${directory}: ${REASONS[code] ?? code}`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  ENOENT: "nothing can be made there",
  ENOSPC: "no space is left on the disk",
  ENOTDIR: "there is a file on the way",
  EROFS: "it can only be read there",
};
