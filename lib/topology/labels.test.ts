import { describe, expect, test } from "vitest";
import type { TopologyRouter } from "../api/http.ts";
import { countsOf, instanceLines, networkNote, routerLine, shortAddress } from "./labels.ts";
import { topology } from "./testing/cloud.ts";

const cloud = topology({
  external: 1,
  networks: 1,
  routers: [{ joins: [0], gateway: true }],
  instances: [{ on: [0] }],
});
const [ext, net] = cloud.networks;
const [router] = cloud.routers;

test.each([
  ["10.0.0.1", "10.0.0.0/24", ".1"],
  ["10.0.0.129", "10.0.0.128/25", ".129"],
  ["10.0.3.1", "10.0.0.0/16", "10.0.3.1"],
  ["2001:db8::1", "2001:db8::/64", "2001:db8::1"],
  ["10.0.0.1", undefined, "10.0.0.1"],
])("the short form of %s in %s is %s", (address, cidr, short) => {
  expect(shortAddress(address, cidr)).toBe(short);
});

test("a network says its segment, its DHCP servers, and what is wrong with it", () => {
  expect(networkNote({ ...net!, segmentationId: 10 }, true)).toBe("VXLAN 10 · DHCP .2");
  expect(networkNote({ ...net!, status: "DOWN" }, false)).toBe("VXLAN · DHCP .2 · no router · down");
  expect(networkNote({ ...ext!, type: "flat", physicalNetwork: "extern", subnets: [] }, false)).toBe(
    "external · flat · extern",
  );
});

test("a router says how it reaches outside", () => {
  expect(routerLine(router!)).toBe("172.24.0.10 · SNAT");
  const { gateway: _, ...inside } = router!;
  expect(routerLine({ ...inside, distributed: true } satisfies TopologyRouter)).toBe("no gateway · DVR");
});

describe("an instance", () => {
  const [vm] = cloud.instances;
  const [port] = vm!.ports;
  test("has one line for each port", () => {
    expect(instanceLines(vm!).map((line) => line.text)).toEqual(["10.0.0.3"]);
    expect(
      instanceLines({
        ...vm!,
        ports: [
          { ...port!, addresses: ["10.0.0.3", "fd00::3"] },
          { ...port!, addresses: [] },
        ],
      }).map((line) => line.text),
    ).toEqual(["10.0.0.3 +1", "no address"]);
    expect(instanceLines({ ...vm!, ports: [] }).map((line) => line.text)).toEqual(["no port"]);
  });
});

test("states are counted in words", () => {
  expect(
    countsOf([
      ["ACTIVE", 41],
      ["ERROR", 1],
    ]),
  ).toBe("41 up · 1 error");
});
