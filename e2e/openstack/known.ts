import { readFileSync } from "node:fs";

/**
 * What differs on purpose or is not there yet: known-differences.txt has the name of each test, and below it, indented, why. One that
 * is listed and passes fails the run: the list says what is so. `sometimes: ` before the reason says that it may pass.
 */
export function readKnown(file = new URL("known-differences.txt", import.meta.url)): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  let names: string[] = [];
  let explained = false;
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("  ")) {
      for (const name of names) known.set(name, line.trim());
      explained = true;
      continue;
    }
    names = explained ? [line] : [...names, line];
    explained = false;
  }
  return known;
}
