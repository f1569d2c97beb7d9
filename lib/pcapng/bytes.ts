/** Network byte order, addresses and checksums. */

export function u16(value: number): number[] {
  return [(value >>> 8) & 0xff, value & 0xff];
}

export function u32(value: number): number[] {
  return [(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

/** Six octets of `fa:16:3e:…`; zeros for what is no MAC. */
export function macBytes(mac: string | undefined): number[] {
  const parts = (mac ?? "").split(":").map((part) => Number.parseInt(part, 16));
  return parts.length === 6 && parts.every((part) => part >= 0 && part <= 255) ? parts : [0, 0, 0, 0, 0, 0];
}

/** Four octets of a dotted address; zeros for what is none. */
export function ip4Bytes(address: string | undefined): number[] {
  const parts = (address ?? "").split(".").map(Number);
  return parts.length === 4 && parts.every((part) => part >= 0 && part <= 255) ? parts : [0, 0, 0, 0];
}

/** Sixteen octets of an IPv6 address in any RFC 4291 form; zeros for what is none. */
export function ip6Bytes(address: string): number[] {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const tail = dotted ? ip4Bytes(dotted[2]) : [];
  const text = dotted ? `${dotted[1]}${hex16(tail, 0)}:${hex16(tail, 2)}` : address;
  const [head, rest] = text.split("::");
  const groups = (part: string | undefined) => (part ? part.split(":").map((group) => Number.parseInt(group, 16)) : []);
  const left = groups(head);
  const right = groups(rest);
  const fill = rest === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const all = [...left, ...Array.from({ length: fill }, () => 0), ...right];
  return all.length === 8 && all.every((group) => group >= 0 && group <= 0xffff)
    ? all.flatMap(u16)
    : Array.from({ length: 16 }, () => 0);
}

function hex16(bytes: readonly number[], at: number): string {
  return (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16);
}

/** Internet checksum (RFC 1071). */
export function checksum(bytes: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** Checksum of an L4 segment with its pseudo header (RFC 9293 3.1, RFC 8200 8.1). */
export function l4Checksum(
  src: readonly number[],
  dst: readonly number[],
  proto: number,
  segment: readonly number[],
): number {
  const pseudo =
    src.length === 4
      ? [...src, ...dst, 0, proto, ...u16(segment.length)]
      : [...src, ...dst, ...u32(segment.length), 0, 0, 0, proto];
  return checksum([...pseudo, ...segment]);
}

/** CRC-32C, which SCTP uses (RFC 9260 appendix A). */
export function crc32c(bytes: readonly number[]): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** What fills a payload: the counting bytes that ping sends. */
export function filler(length: number): number[] {
  return Array.from({ length: Math.max(0, length) }, (_, at) => at & 0xff);
}
