/** Gaps of one host, gathered while its files are read. */
import type { Gap } from "../host/state.ts";

/** Says what of the file at hand could not be read. `line` is 1-based; `text` is the text at fault. */
export type Note = (reason: string, line?: number, text?: string) => void;

const TEXT_LIMIT = 200;
/** Past this many places of one file, one more gap counts the rest: a damaged dump must not drown the others. */
const PLACES_PER_FILE = 100;

export class GapLog {
  readonly gaps: Gap[] = [];
  readonly host: string;
  readonly #rest = new Map<string, { gap: Gap; count: number }>();
  readonly #places = new Map<string, number>();

  constructor(host: string) {
    this.host = host;
  }

  /** A note for one file; `file` is the path inside the host's directory. */
  for(file: string): Note {
    return (reason, line, text) => this.add(file, reason, line, text);
  }

  add(file: string, reason: string, line?: number, text?: string): void {
    const path = file === "" ? this.host : `${this.host}/${file}`;
    const places = (this.#places.get(file) ?? 0) + 1;
    this.#places.set(file, places);
    if (places <= PLACES_PER_FILE) {
      const gap: Gap = { host: this.host, file: path, reason };
      if (line !== undefined) gap.line = line;
      if (text !== undefined) gap.text = cut(text);
      this.gaps.push(gap);
      return;
    }
    const rest = this.#rest.get(file);
    if (rest) {
      rest.count++;
      rest.gap.reason = restReason(rest.count);
    } else {
      const gap: Gap = { host: this.host, file: path, reason: restReason(1) };
      this.gaps.push(gap);
      this.#rest.set(file, { gap, count: 1 });
    }
  }

  countOf(file: string): number {
    return this.#places.get(file) ?? 0;
  }
}

function restReason(count: number): string {
  return count === 1
    ? "1 more place in this file could not be read"
    : `${count} more places in this file could not be read`;
}

export function cut(text: string): string {
  return text.length > TEXT_LIMIT ? text.slice(0, TEXT_LIMIT) : text;
}
