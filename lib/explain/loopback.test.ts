/** What never leaves the sender, what nobody answers for, and addresses that do not fit together, in the healthy cloud. */
import { beforeAll, describe, expect, it } from "vitest";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { EndError } from "./end.ts";
import { traceCloud } from "./trace.ts";

let cloud: CollectedCloud;
beforeAll(async () => {
  cloud = await readBundle(new URL("../demo/legacy", import.meta.url).pathname);
});

describe("a machine's own addresses", () => {
  it.each([
    ["cirros-vm1", "cirros-vm1"],
    ["cirros-vm1", "172.16.10.237"],
    ["cirros-vm1", "127.0.0.1"],
    ["cirros-vm1", "127.1.2.3"],
    ["cirros-vm1", "0.0.0.0"],
    ["cirros-vm1", "::1"],
    ["compute1", "compute1"],
    ["compute1", "127.0.0.1"],
    ["compute1", "0.0.0.0"],
  ])("%s reaches %s by lo, and sends no frame", (from, to) => {
    const events = [...traceCloud(cloud, { from, to, proto: "icmp" })];
    expect(events.filter((e) => e.kind === "frame")).toEqual([]);
    expect(events.at(-1)).toMatchObject({ kind: "verdict", code: "DELIVERED", leg: "reply", device: "lo" });
  });
  it("goes out for a floating IP of its own: that address is the router's", () => {
    const events = [...traceCloud(cloud, { from: "cirros-vm1", to: "172.24.4.97", proto: "icmp" })];
    expect(events.some((e) => e.kind === "frame")).toBe(true);
    expect(events.at(-1)).toMatchObject({ code: "DELIVERED" });
  });
});

describe("bad input", () => {
  it.each([
    ["255.255.255.255", /broadcast/],
    ["172.16.10.255", /broadcast/],
    ["172.16.11.255", /broadcast/],
    ["224.0.0.1", /multicast/],
    ["ff02::1", /multicast/],
  ])("%s has no one reply", (to, message) => {
    expect(() => traceCloud(cloud, { from: "cirros-vm1", to, proto: "icmp" })).toThrow(message);
  });
  it("a source of one family, and a target of the other", () => {
    const ask = () => traceCloud(cloud, { from: "cirros-vm1", to: "cirros-vm2", proto: "icmp", fromAddress: "::1" });
    expect(ask).toThrow(EndError);
    expect(ask).toThrow(/^fromAddress: ::1 is IPv6, and .* has IPv4 addresses alone/);
  });
});
