/** `ip -j netns list`, and its plain form `ip netns list`. */
import type { Note } from "../gaps.ts";
import { Fields } from "./fields.ts";
import { jsonObjects } from "./json.ts";
import { lines } from "./lines.ts";

export interface NetnsEntry {
  name: string;
  /** Namespace id as the host's own namespace numbers it. */
  id?: number;
}

export function parseNetnsJson(text: string, note: Note): NetnsEntry[] {
  const out: NetnsEntry[] = [];
  for (const object of jsonObjects(text, note)) {
    const f = new Fields(object, "namespace", note);
    const name = f.needText("name");
    const id = f.number("id");
    if (f.ok) out.push(id === undefined ? { name } : { name, id });
  }
  return out;
}

export function parseNetnsText(text: string, note: Note): NetnsEntry[] {
  const out: NetnsEntry[] = [];
  for (const { number, text: line } of lines(text, note)) {
    const m = /^(\S+)(?: \(id: (\d+)\))?\s*$/.exec(line);
    if (!m) note("not a namespace", number, line);
    else if (m[2] === undefined) out.push({ name: m[1] as string });
    else out.push({ name: m[1] as string, id: Number(m[2]) });
  }
  return out;
}
