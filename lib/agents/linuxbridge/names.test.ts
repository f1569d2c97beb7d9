import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { vlanName } from "./names.ts";
import { sha1 } from "./sha1.ts";

test("the VLAN's device is named after the interface, with a hash where that is too long", () => {
  expect(vlanName("eth1", 4094)).toBe("eth1.4094");
  expect(vlanName("long_interface", 1)).toBe(`long${sha1("long_interface").slice(0, 6)}.1`);
  expect(vlanName("mix_interface", 1)).toBe("mix_interface.1");
});

test("the hash is SHA-1", () => {
  const text = fc.string({ unit: "binary-ascii", maxLength: 150 });
  fc.assert(fc.property(text, (one) => sha1(one) === createHash("sha1").update(one).digest("hex")));
});
