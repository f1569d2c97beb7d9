/** oslo.config files: sections, `key = value`, continuation lines. A key given twice (MultiOpt) is joined by commas. */
import type { Note } from "../gaps.ts";
import { redactValue } from "../secrets.ts";
import { lines } from "./lines.ts";

export type Ini = Record<string, Record<string, string>>;

/** Values of secret keys are replaced. */
export function parseIni(text: string, note: Note): Ini {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  let key: string | undefined;
  sections.set("DEFAULT", section);
  for (const { number, text: line } of lines(text, note)) {
    if (/^\s*[#;]/.test(line)) continue;
    const head = /^\[([^\]]+)\]\s*$/.exec(line);
    if (head) {
      const name = head[1] as string;
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      key = undefined;
      continue;
    }
    if (/^\s/.test(line)) {
      if (key === undefined) note("a continuation line without its option", number, "");
      else section.set(key, `${section.get(key)}\n${redactValue(key, line.trim())}`);
      continue;
    }
    const m = /^([^=:\s]+)\s*[=:]\s*(.*)$/.exec(line);
    if (!m) {
      // The line may be a piece of a secret: its text stays out of the gap.
      note("neither a section nor an option", number);
      continue;
    }
    key = m[1] as string;
    const value = redactValue(key, (m[2] as string).trim());
    const before = section.get(key);
    section.set(key, before === undefined ? value : `${before},${value}`);
  }
  const out: Ini = {};
  for (const [name, options] of sections)
    if (name !== "DEFAULT" || options.size > 0) out[name] = Object.fromEntries(options);
  return out;
}
