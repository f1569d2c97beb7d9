/** The hash functions that select a bucket (lib/hash.h of Open vSwitch, the portable version after MurmurHash3). */

function rotate(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

function hashAdd(hash: number, data: number): number {
  const d = Math.imul(rotate(Math.imul(data, 0xcc9e2d51), 15), 0x1b873593);
  return (Math.imul(rotate(hash ^ d, 13), 5) + 0xe6546b64) | 0;
}

function hashFinish(hash: number, final: number): number {
  let h = hash ^ final;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** hash_int, which is hash_2words. */
export function hashInt(x: number, basis: number): number {
  return hashFinish(hashAdd(hashAdd(x, 0), basis), 8);
}

/** hash_uint64 of a number given as bigint. */
export function hashUint64(x: bigint): number {
  return hashFinish(hashAdd(hashAdd(0, Number(x & 0xffffffffn)), Number((x >> 32n) & 0xffffffffn)), 8);
}

/** hash_bytes: four bytes at a time, as a little-endian machine reads them. */
export function hashBytes(bytes: Uint8Array, basis: number): number {
  let hash = basis;
  for (let i = 0; i < bytes.length; i += 4) {
    hash = hashAdd(
      hash,
      (bytes[i] as number) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16) | ((bytes[i + 3] ?? 0) << 24),
    );
  }
  return hashFinish(hash, bytes.length);
}
