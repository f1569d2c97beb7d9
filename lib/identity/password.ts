/**
 * Passwords as argon2id hashes in the encoded (PHC) form, so that parameters can rise later: a hash says its own, and
 * `isOutdated` tells which to replace at the next login. Hashing runs on libuv's threads, a few at a time.
 */
import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

/**
 * Of OWASP's equally strong recommendations the one with the least memory, since libuv's threads keep what they once took:
 * some 30 ms on one core of today, and 7 MiB.
 */
const MEMORY_KIB = 7_168;
const PASSES = 5;
const LANES = 1;
const TAG_BYTES = 32;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

const derive: (parameters: Argon2Parameters) => Promise<Buffer> = (parameters) =>
  promisify(argon2)("argon2id", parameters);

export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive({
    message: password,
    nonce,
    memory: MEMORY_KIB,
    passes: PASSES,
    parallelism: LANES,
    tagLength: TAG_BYTES,
  });
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${base64(nonce)}$${base64(tag)}`;
}

/** A hash that cannot be read is not matched by anything. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [, memory, passes, parallelism, nonce = "", tag = ""] = PHC.exec(hash) ?? [];
  if (memory === undefined) return false;
  const expected = Buffer.from(tag, "base64");
  const found = await derive({
    message: password,
    nonce: Buffer.from(nonce, "base64"),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: expected.length,
  });
  return timingSafeEqual(found, expected);
}

/** Made with other parameters than today's. */
export function isOutdated(hash: string): boolean {
  return !hash.startsWith(`$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$`);
}

const base64 = (bytes: Buffer) => bytes.toString("base64").replaceAll("=", "");
