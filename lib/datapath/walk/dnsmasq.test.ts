import { describe, expect, it } from "vitest";
import type { DnsmasqInstance } from "../../host/state.ts";
import { leaseFor, rangesOf } from "./dnsmasq.ts";

const COMMAND =
  "dnsmasq --dhcp-range=set:subnet-a,10.0.0.0,static,255.255.255.0,86400s --dhcp-range=set:subnet-b,10.1.0.10,10.1.0.99,255.255.255.0,1h --dhcp-option-force=option:mtu,1450";

const KNOWN = { mac: "fa:16:3e:00:00:01", address: "10.0.0.5", tags: [], line: "fa:16:3e:00:00:01,host,10.0.0.5" };

const server = (more: Partial<DnsmasqInstance> = {}): DnsmasqInstance => ({
  networkId: "n",
  netns: "qdhcp-n",
  command: COMMAND,
  running: true,
  hosts: [KNOWN],
  options: [
    { tag: "subnet-a", name: "router", value: "10.0.0.1", line: "" },
    { tag: "subnet-b", name: "router", value: "10.1.0.1", line: "" },
  ],
  addnHosts: [],
  leases: [],
  ...more,
});

describe("dnsmasq as the DHCP agent runs it", () => {
  it("reads ranges of the command line", () => {
    expect(rangesOf(COMMAND)).toEqual([
      { tag: "subnet-a", start: "10.0.0.0", isStatic: true, netmask: "255.255.255.0", lease: "86400s" },
      { tag: "subnet-b", start: "10.1.0.10", end: "10.1.0.99", isStatic: false, netmask: "255.255.255.0", lease: "1h" },
    ]);
  });
  it("gives a known MAC its address, with the options of the range's tag", () => {
    expect(leaseFor(server(), "fa:16:3e:00:00:01")).toMatchObject({
      kind: "leased",
      address: "10.0.0.5",
      tag: "subnet-a",
      options: { mtu: "1450", router: "10.0.0.1", "lease-time": "86400s" },
    });
  });
  it("gives a MAC with several addresses the one that stands last", () => {
    const hosts = ["10.0.0.5", "10.1.0.20"].map((address) => ({ ...KNOWN, address, line: `x,${address}` }));
    expect(leaseFor(server({ hosts }), KNOWN.mac)).toMatchObject({ address: "10.1.0.20", tag: "subnet-b" });
  });
  it("gives an unknown MAC an address of a dynamic range only", () => {
    expect(leaseFor(server(), "fa:16:3e:00:00:02")).toMatchObject({
      kind: "leased",
      address: "10.1.0.10",
      tag: "subnet-b",
    });
    const fixed = server({ command: COMMAND.replace(/ --dhcp-range=set:subnet-b\S+/, "") });
    expect(leaseFor(fixed, "fa:16:3e:00:00:02")).toMatchObject({ kind: "none" });
  });
  it("gives nothing that another machine holds, and nothing outside its ranges", () => {
    const leases = [{ expiry: 1, mac: "fa:16:3e:00:00:09", address: "10.0.0.5", name: "*" }];
    expect(leaseFor(server({ leases }), "fa:16:3e:00:00:01")).toMatchObject({
      kind: "none",
      reason: expect.stringContaining("00:09"),
    });
    const hosts = [{ mac: "fa:16:3e:00:00:01", address: "10.9.0.5", tags: [], line: "x,10.9.0.5" }];
    expect(leaseFor(server({ hosts }), "fa:16:3e:00:00:01")).toMatchObject({
      kind: "none",
      reason: expect.stringContaining("no dhcp-range"),
    });
  });
});
