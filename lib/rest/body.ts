/** What a body past the limit is refused with. */

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
