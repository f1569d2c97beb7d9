/** Reads a request's body within a limit, whatever its Content-Length says. */

/** Next bundles this module for routes and once more for what the server starts with: `instanceof` would tell the two apart. */
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

/** @returns undefined when there is no body. Throws BodyTooLarge. */
export async function readBytes(request: Request, limit: number): Promise<Uint8Array | undefined> {
  if (request.body === null) return undefined;
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw new BodyTooLarge(limit);
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    size += value.byteLength;
    if (size > limit) {
      await reader.cancel();
      throw new BodyTooLarge(limit);
    }
    chunks.push(value);
  }
}
