/** Text into lines, with the damage that text can have said as gaps. */
import type { Note } from "../gaps.ts";

/** No tool here prints a longer line for anything that is worth reading. */
export const LINE_LIMIT = 1_000_000;

export interface Line {
  /** 1-based. */
  number: number;
  text: string;
}

/** Lines that are not blank, without their line ends. A line past LINE_LIMIT is noted and left out. */
export function* lines(text: string, note: Note): Generator<Line> {
  let start = 0;
  let number = 0;
  while (start < text.length) {
    let end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    number++;
    const stop = end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    if (stop - start > LINE_LIMIT) {
      note(`line of ${stop - start} characters is too long to be read`, number, text.slice(start, start + 200));
    } else {
      const line = text.slice(start, stop);
      if (line.trim() !== "") yield { number, text: line };
    }
    start = end + 1;
  }
}
