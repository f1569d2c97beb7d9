import fc from "fast-check";
import { expect, test } from "vitest";
import { describeQuery, isComplete, type QueryDraft, readDraft, toSearch, unreadable } from "./query.ts";

test("a question survives the URL", () => {
  const draft = fc.record(
    {
      from: fc.string({ minLength: 1, maxLength: 20 }),
      to: fc.string({ minLength: 1, maxLength: 20 }),
      proto: fc.constantFrom("tcp" as const, "udp" as const),
      dport: fc.integer({ min: 1, max: 65535 }),
      size: fc.integer({ min: 0, max: 65507 }),
      ttl: fc.integer({ min: 1, max: 255 }),
      df: fc.constant(true),
    },
    { requiredKeys: ["from", "to", "proto"] },
  );
  fc.assert(
    fc.property(draft, (asked) => {
      expect(readDraft(new URLSearchParams(toSearch(asked)))).toEqual(asked);
    }),
    { seed: 20261121 },
  );
});

test("what a protocol has no use for stays out of the URL", () => {
  expect(toSearch({ from: "a", to: "b", proto: "icmp", dport: 22 })).toBe("from=a&to=b");
  expect(toSearch({ from: "a", to: "b", proto: "dhcp", size: 9, df: true })).toBe("from=a&proto=dhcp");
});

test("DHCP needs no destination, anything else does", () => {
  expect(isComplete({ from: "a", proto: "dhcp" })).toBe(true);
  expect(isComplete({ from: "a" })).toBe(false);
  expect(isComplete({ to: "b" })).toBe(false);
});

test.each<[QueryDraft, string]>([
  [{}, "ICMP"],
  [{ proto: "tcp", dport: 22 }, "TCP 22"],
  [{ size: 1400, df: true }, "ICMP · 1400 bytes · DF"],
  [{ proto: "dhcp", size: 3 }, "DHCP"],
])("%j reads %s", (draft, text) => {
  expect(describeQuery(draft)).toBe(text);
});

test.each<[string, string | undefined]>([
  ["from=a&to=b", undefined],
  ["from=a&to=b&proto=tcp&dport=22&size=9&ttl=3&df=1", undefined],
  ["from=a&to=b&proto=gopher", "proto"],
  ["from=a&to=b&proto=tcp&dport=abc", "dport"],
  ["from=a&to=b&size=-1", "size"],
  ["from=a&to=b&ttl=1.5", "ttl"],
  ["from=a&to=b&ttl=&df=", undefined],
  ["from=a&to=b&df=maybe", "df"],
  ["from=a&to=b&dport=abc", undefined], // ICMP has no ports: it is not asked for.
  ["from=a&proto=dhcp&size=abc", undefined],
])("of %s, unreadable is %s", (search, field) => {
  expect(unreadable(new URLSearchParams(search))?.field).toBe(field);
});
