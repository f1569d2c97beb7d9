import { describe, expect, it } from "vitest";
import { inferSegments } from "../../collect/segments.ts";
import { namespaceOf } from "../../host/edit.ts";
import { SETTINGS } from "../testing/cloud.ts";
import type { HostSettings } from "../view.ts";
import { baseline } from "./baseline.ts";
import { placeOf } from "./place.ts";

const LINUX_BRIDGE: HostSettings = {
  ...SETTINGS,
  name: "compute3",
  agents: ["compute", "linuxbridge"],
  bridgeMappings: {},
  interfaceMappings: { physnet1: "eth3" },
  localIp: "10.0.44.33",
};

function addresses(settings: HostSettings): string[] {
  return namespaceOf(baseline(settings), "root").addresses.flatMap(({ family, scope, address, prefix, dev }) =>
    family === 4 && scope === "global" ? [`${dev} ${address}/${prefix}`] : [],
  );
}

describe("a host before its agents", () => {
  it("has its tunnel endpoint on a bridge of the userspace datapath", () => {
    expect(addresses(SETTINGS)).toEqual(["eth0 192.168.250.31/24", "br-phy 10.0.44.31/24"]);
    const host = baseline(SETTINGS);
    expect(host.ovs?.bridges.map((bridge) => `${bridge.name}: ${bridge.ports.map((port) => port.name)}`)).toEqual([
      "br-phy: br-phy,eth1",
      "br-ex: br-ex,eth2",
      "br-vlan: br-vlan,eth3",
    ]);
    expect(host.ovs?.routes).toContainEqual({ dst: "10.0.44.0/24", dev: "br-phy", src: "10.0.44.31", local: false });
  });

  it("has it on the card itself with Linux bridges, and no switch", () => {
    expect(addresses(LINUX_BRIDGE)).toEqual(["eth0 192.168.250.33/24", "eth1 10.0.44.33/24"]);
    const host = baseline(LINUX_BRIDGE);
    expect(host.ovs).toBeUndefined();
    expect(namespaceOf(host, "root").links.map((link) => link.name)).toEqual(["lo", "eth0", "eth1", "eth3"]);
  });

  it("has cards whose MACs tell its number, each another one", () => {
    expect(placeOf(SETTINGS).mac(2)).toBe("52:54:00:31:00:02");
    const many = Array.from({ length: 1000 }, (_, i) => `10.0.${44 + Math.floor(i / 250)}.${1 + (i % 250)}`);
    const macs = many.map((localIp) => placeOf({ ...SETTINGS, localIp }).mac(0));
    expect(new Set(macs).size).toBe(many.length);
  });

  it("is on the same wires as the others", () => {
    const hosts = [SETTINGS, LINUX_BRIDGE, { ...SETTINGS, name: "network1", localIp: "10.0.44.21" }].map((one) =>
      baseline(one),
    );
    const api = {
      networks: [],
      subnets: [],
      ports: [],
      routers: [],
      floatingIps: [],
      securityGroups: [],
      agents: [],
      servers: [],
      projects: [],
    };
    const { segments, gaps } = inferSegments(hosts, api);
    expect(gaps).toEqual([]);
    const named = segments.map(
      (one) => `${one.name}: ${one.attachments.map((at) => `${at.host} ${at.dev}`).join(", ")}`,
    );
    expect(named).toEqual(
      expect.arrayContaining([
        "underlay: compute1 eth1, compute3 eth1, network1 eth1",
        "physnet1: compute1 eth3, compute3 eth3, network1 eth3",
        "extern: compute1 eth2, network1 eth2",
      ]),
    );
  });
});
