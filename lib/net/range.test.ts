import fc from "fast-check";
import { expect, test } from "vitest";
import { formatMac } from "./address.ts";
import { eui64Address, isEui64Address, linkLocalAddress } from "./eui64.ts";
import { cidrsOf, covers, type IpRange, ipText, mergeRanges, networkRange, overlaps, subtractRanges } from "./range.ts";

const range = (first: number, last: number): IpRange => ({ family: 4, first: BigInt(first), last: BigInt(last) });
const ranges = fc.array(
  fc.tuple(fc.nat(60), fc.nat(20)).map(([first, more]) => range(first, first + more)),
  { maxLength: 6 },
);
const numbers = (all: readonly IpRange[]) => {
  const set = new Set<number>();
  for (const { first, last } of all) for (let n = Number(first); n <= Number(last); n++) set.add(n);
  return set;
};

test("differences of ranges are differences of sets, in the fewest ranges", () => {
  fc.assert(
    fc.property(ranges, ranges, (some, taken) => {
      const left = subtractRanges(some, taken);
      expect(numbers(left)).toEqual(numbers(some).difference(numbers(taken)));
      expect(mergeRanges(left)).toEqual(left);
    }),
  );
});

test("a range is its networks, each as large as it can be", () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), (first, more) => {
      const whole = range(first, first + more);
      const parts = cidrsOf(whole).map(({ base, prefix }) => networkRange(`${ipText(4, base)}/${prefix}`));
      expect(mergeRanges(parts)).toEqual([whole]);
      expect(parts.reduce((sum, part) => sum + Number(part.last - part.first) + 1, 0)).toBe(more + 1);
    }),
  );
});

test("networks overlap and cover", () => {
  const [small, large] = [networkRange("10.1.0.7/24"), networkRange("10.0.0.0/8")];
  expect([overlaps(small, large), covers(large, small), covers(small, large)]).toEqual([true, true, false]);
  expect(overlaps(networkRange("::/0"), large)).toBe(false);
});

test("a link-local address is the EUI-64 address of fe80::/64", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (number) => {
      expect(linkLocalAddress(formatMac(number))).toBe(eui64Address("fe80::/64", formatMac(number)));
    }),
    { examples: [[0], [0x020000000000], [0x0200ff000000], [0x123456]] },
  );
});

test("a MAC makes the address that RFC 4291 says", () => {
  expect(eui64Address("2001:db8::/64", "34:56:78:9a:bc:de")).toBe("2001:db8::3656:78ff:fe9a:bcde");
  expect(isEui64Address("2001:db8::3656:78ff:fe9a:bcde")).toBe(true);
  expect(isEui64Address("2001:db8::5")).toBe(false);
});
