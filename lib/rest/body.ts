/** Bodies that no service reads: past the limit, or nested too deep. */

/** The bundler copies this module: `instanceof` would tell the copies apart. */
const BRAND = Symbol.for("underlay.BodyTooLarge");

export class BodyTooLarge extends Error {
  readonly [BRAND] = true;
  constructor(limit: number) {
    super(`Request is too large: at most ${limit} bytes are read.`);
  }
}

export function isBodyTooLarge(error: unknown): error is BodyTooLarge {
  return typeof error === "object" && error !== null && BRAND in error;
}

/** Objects and lists within each other: more than any resource has, and less than any stack holds. */
const DEEPEST = 64;

/** @param text of a JSON document */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/gs)) {
    if (token === "[" || token === "{") depth += 1;
    else if (token === "]" || token === "}") depth -= 1;
    if (depth > DEEPEST) return true;
  }
  return false;
}
