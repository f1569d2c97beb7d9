import { expect, test } from "vitest";
import type { Guest } from "../../host/world.ts";
import { guestRoute } from "./guest.ts";

const GUEST = {
  fixedIps: [
    { address: "2001:db8::5", prefix: 64, gateway: "2001:db8::", router: "fe80::1" },
    { address: "10.0.0.5", prefix: 24, gateway: "10.0.0.1" },
  ],
  hostRoutes: [
    { dst: "10.1.0.0/24", via: "0.0.0.0" },
    { dst: "10.2.0.0/24", via: "10.0.0.9" },
  ],
} as unknown as Guest;

test.each([
  ["its own subnet", "10.0.0.7", "10.0.0.7"],
  ["another subnet of its network, which DHCP says is on the link", "10.1.0.7", "10.1.0.7"],
  ["a host route", "10.2.0.7", "10.0.0.9"],
  ["anything else", "10.9.0.7", "10.0.0.1"],
])("a guest sends to %s from its address of the same family", (_, dst, nexthop) => {
  expect(guestRoute(GUEST, dst)).toEqual({ nexthop, src: "10.0.0.5" });
});

test("IPv6 leaves by the router that advertises itself, from the guest's global address", () => {
  expect(guestRoute(GUEST, "2001:db8:1::7")).toEqual({ nexthop: "fe80::1", src: "2001:db8::5" });
});
