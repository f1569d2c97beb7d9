/** `sysctl -a`: `name = value`. */
import type { Note } from "../gaps.ts";
import { lines } from "./lines.ts";

export function parseSysctl(text: string, note: Note): Record<string, string> {
  const out: Record<string, string> = Object.create(null);
  for (const { number, text: line } of lines(text, note)) {
    const equals = line.indexOf("=");
    const name = line.slice(0, equals).trim();
    const value = line.slice(equals + 1).trim();
    if (equals < 0 || !/^[a-z][a-z0-9_-]*\.\S+$/.test(name) || value.includes("=")) note("not a setting", number, line);
    else out[name] = value;
  }
  return { ...out };
}
