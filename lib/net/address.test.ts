import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  broadcastOf,
  canonicalIp,
  canonicalMac,
  cidrContains,
  formatIpv4,
  formatIpv6,
  formatMac,
  multicastMac,
  parseCidr,
  parseIpv4,
  parseIpv6,
  parseMac,
  solicitedNode,
} from "./address.ts";

describe("IPv4", () => {
  test("numbers and text are each other's inverse", () => {
    fc.assert(fc.property(fc.nat(0xffffffff), (n) => parseIpv4(formatIpv4(n)) === n));
  });
  test.each(["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "1..2.3", "-1.2.3.4", "1.2.3.a"])(
    "%j is none",
    (t) => {
      expect(parseIpv4(t)).toBeUndefined();
    },
  );
});

describe("IPv6", () => {
  test("numbers and text are each other's inverse, and the URL standard writes the same", () => {
    const groups = fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(groups, (g) => {
        const n = g.reduce((v, x) => (v << 16n) | BigInt(x), 0n);
        const text = formatIpv6(n);
        expect(parseIpv6(text)).toBe(n);
        if (n >> 32n !== 0xffffn && n >> 32n !== 0n) {
          const full = g.map((x) => x.toString(16)).join(":");
          expect(`[${text}]`).toBe(new URL(`http://[${full}]/`).hostname);
        }
      }),
    );
  });
  test.each([
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "12345::",
    "g::",
    "::1%eth0",
    "1:2:3:4:5:6:7:8::",
  ])("%j is none", (t) => {
    expect(parseIpv6(t)).toBeUndefined();
  });
  test("embedded IPv4", () => {
    expect(canonicalIp("::FFFF:10.0.0.1")).toBe("::ffff:10.0.0.1");
    expect(canonicalIp("::102:304")).toBe("::1.2.3.4");
    expect(canonicalIp("::1:0")).toBe("::0.1.0.0");
    expect(canonicalIp("::ffff")).toBe("::ffff");
  });
});

describe("networks", () => {
  test("masks and prefixes", () => {
    expect(parseCidr("10.1.2.3/255.255.0.0")).toEqual({ family: 4, address: "10.1.2.3", prefix: 16 });
    expect(parseCidr("fd00::/8")).toEqual({ family: 6, address: "fd00::", prefix: 8 });
    expect(parseCidr("10.0.0.0/33")).toBeUndefined();
    expect(parseCidr("10.0.0.0/255.0.255.0")).toBeUndefined();
    expect(parseCidr("default")).toBeUndefined();
  });
  test("membership", () => {
    expect(cidrContains("10.0.0.0/8", "10.255.0.1")).toBe(true);
    expect(cidrContains("0.0.0.0/0", "200.1.1.1")).toBe(true);
    expect(cidrContains("0.0.0.0/0", "::1")).toBe(false);
    expect(cidrContains("fe80::/10", "febf::1")).toBe(true);
    expect(broadcastOf({ family: 4, address: "10.1.2.3", prefix: 22 })).toBe("10.1.3.255");
    expect(broadcastOf({ family: 4, address: "10.1.2.3", prefix: 31 })).toBeUndefined();
  });
});

describe("MACs", () => {
  test("text forms", () => {
    expect(canonicalMac("FA-16-3E-0-1-A")).toBe("fa:16:3e:00:01:0a");
    expect(canonicalMac("fa:16:3e:00:01")).toBeUndefined();
    expect(formatMac(parseMac("fa:16:3e:00:01:0a") ?? 0)).toBe("fa:16:3e:00:01:0a");
  });
  test("multicast", () => {
    expect(multicastMac("224.128.0.251")).toBe("01:00:5e:00:00:fb");
    expect(multicastMac("ff02::1:ff00:1")).toBe("33:33:ff:00:00:01");
    expect(solicitedNode("fe80::f816:3eff:fe12:3456")).toBe("ff02::1:ff12:3456");
  });
});
