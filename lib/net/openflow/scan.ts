/** Small text tools that the flow parsers share. */

/** What is wrong with a piece of flow text. Callers add file and line. */
export class FlowSyntaxError extends Error {
  readonly text: string;
  constructor(reason: string, text: string) {
    super(reason);
    this.name = "FlowSyntaxError";
    this.text = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  }
}

/**
 * Cuts at commas (and, with `blanks`, at spaces) outside of brackets and double quotes. Empty pieces are left out.
 * Throws FlowSyntaxError when brackets or quotes do not close.
 */
export function splitTop(text: string, blanks = false): string[] {
  const out: string[] = [];
  let depth = 0;
  let start = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (quoted) {
      if (c === 92) i++;
      else if (c === 34) quoted = false;
      continue;
    }
    if (c === 34) quoted = true;
    else if (c === 40) depth++;
    else if (c === 41) {
      if (--depth < 0) throw new FlowSyntaxError("a bracket closes that was not open", text);
    } else if (depth === 0 && (c === 44 || (blanks && c <= 32))) {
      if (i > start) out.push(text.slice(start, i));
      start = i + 1;
    }
  }
  if (depth !== 0 || quoted)
    throw new FlowSyntaxError(quoted ? "a quote does not close" : "a bracket does not close", text);
  if (text.length > start) out.push(text.slice(start));
  return out;
}

/** The number in `text`, below `limit`. */
export function needNumber(text: string, what: string, limit = 0x100000000): number {
  const n = /^(?:[0-9]+|0[xX][0-9a-fA-F]+)$/.test(text) ? Number(text) : Number.NaN;
  if (!(n < limit)) throw new FlowSyntaxError(`${what}: expected a number below ${limit}`, text);
  return n;
}
