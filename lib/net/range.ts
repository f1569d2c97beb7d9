/** Runs of addresses as numbers of one family: what pools, free space and prefixes are reckoned with. */
import { formatIpv4, formatIpv6, type IpFamily, networkOf, parseCidr, requireIp } from "./address.ts";

/** Both ends belong to it. */
export interface IpRange {
  readonly family: IpFamily;
  readonly first: bigint;
  readonly last: bigint;
}

const BITS = { 4: 32, 6: 128 } as const;

/** Throws RangeError for what is no address. */
export function ipNumber(address: string): bigint {
  return BigInt(requireIp(address).value);
}

export function ipText(family: IpFamily, value: bigint): string {
  return family === 4 ? formatIpv4(Number(value)) : formatIpv6(value);
}

/** All addresses of a network, host bits cleared. Throws RangeError for what is none. */
export function networkRange(cidr: string): IpRange {
  const parsed = parseCidr(cidr);
  if (!parsed) throw new RangeError(`not a network: ${cidr.slice(0, 60)}`);
  const { family, base, prefix } = networkOf(parsed);
  const first = BigInt(base);
  return { family, first, last: first + (1n << BigInt(BITS[family] - prefix)) - 1n };
}

export function rangeBetween(start: string, end: string): IpRange {
  const { family } = requireIp(start);
  return { family, first: ipNumber(start), last: ipNumber(end) };
}

export function overlaps(a: IpRange, b: IpRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

/** Whether `inner` lies in `outer` as a whole. */
export function covers(outer: IpRange, inner: IpRange): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

export function rangeSize(range: IpRange): bigint {
  return range.last - range.first + 1n;
}

/** Sorted, and joined where they touch: the same addresses in the fewest ranges. All of one family. */
export function mergeRanges(ranges: readonly IpRange[]): IpRange[] {
  const merged: IpRange[] = [];
  for (const range of ranges.toSorted(byFirst)) {
    const before = merged.at(-1);
    if (before && range.first <= before.last + 1n)
      merged[merged.length - 1] = { ...before, last: larger(before.last, range.last) };
    else merged.push(range);
  }
  return merged;
}

/** What of `ranges` is in none of `taken`. All of one family. */
export function subtractRanges(ranges: readonly IpRange[], taken: readonly IpRange[]): IpRange[] {
  const holes = mergeRanges(taken);
  return mergeRanges(ranges).flatMap((range) => {
    const left: IpRange[] = [];
    let first = range.first;
    for (const hole of holes) {
      if (hole.last < first) continue;
      if (hole.first > range.last) break;
      if (hole.first > first) left.push({ ...range, first, last: hole.first - 1n });
      first = hole.last + 1n;
    }
    if (first <= range.last) left.push({ ...range, first });
    return left;
  });
}

/** The fewest networks that together are the range: `[10.0.0.0/24, 10.0.1.0/25]`. */
export function cidrsOf(range: IpRange): { readonly base: bigint; readonly prefix: number }[] {
  const bits = BITS[range.family];
  const cidrs = [];
  for (let base = range.first; base <= range.last; ) {
    let size = 0;
    while (size < bits && (base >> BigInt(size)) % 2n === 0n && base + (2n << BigInt(size)) - 1n <= range.last) size++;
    cidrs.push({ base, prefix: bits - size });
    base += 1n << BigInt(size);
  }
  return cidrs;
}

function byFirst(a: IpRange, b: IpRange): number {
  return a.first < b.first ? -1 : a.first > b.first ? 1 : 0;
}

function larger(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}
