import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { SearchHit, Topology } from "../api/http.ts";
import { readBundle } from "../collect/bundle.ts";
import type { World } from "../host/world.ts";
import { search } from "./search.ts";
import { topologyOf } from "./topology.ts";

let topology: Topology;
let world: World;
beforeAll(async () => {
  const cloud = await readBundle(path.resolve(import.meta.dirname, "../demo/legacy"));
  world = cloud.world;
  topology = topologyOf(cloud);
});

const find = (q: string): SearchHit[] => search("legacy", q, topology, world);

describe("search", () => {
  test.each([
    ["an instance by its name", "cirros-vm3", { kind: "instance", label: "cirros-vm3" }],
    ["in any case", "CIRROS-VM3", { kind: "instance", label: "cirros-vm3" }],
    ["by the start of an id", "0a3c64a0", { kind: "instance", label: "cirros-vm1" }],
    ["by a MAC", "fa:16:3e:5f:49:6f", { kind: "instance", label: "cirros-vm1" }],
    ["by an address", "172.16.11.208", { kind: "instance", label: "cirros-vm3" }],
    ["by a floating IP", "172.24.4.97", { kind: "instance", label: "cirros-vm1" }],
    ["a network", "vxlan10", { kind: "network", label: "vxlan10" }],
    ["a subnet by its CIDR", "172.16.100.0/24", { kind: "subnet", label: "vlan1000_subnet" }],
    ["a router by an interface's address", "172.16.11.1", { kind: "router", label: "router10_11" }],
    ["a host", "compute2", { kind: "host", label: "compute2", href: "/clouds/legacy/hosts/compute2" }],
    ["a bridge", "br-tun", { kind: "device", label: "br-tun" }],
  ])("%s", (_, q, hit) => {
    expect(find(q)[0]).toMatchObject(hit);
  });

  test("a device leads to its panel, also inside a namespace", () => {
    const hit = find("qr-").find((one) => one.kind === "device");
    expect(hit?.href).toMatch(/^\/clouds\/legacy\/hosts\/network1\?device=qrouter-[0-9a-f-]+%2Fqr-/);
  });

  test("exact matches come before starts, starts before the rest; at most 30", () => {
    expect(find("vlan1000")[0]).toMatchObject({ kind: "network", label: "vlan1000" });
    expect(find("a").length).toBe(30);
  });

  test("nothing for nothing", () => {
    expect(find(" ")).toEqual([]);
    expect(find("no such thing")).toEqual([]);
  });
});
