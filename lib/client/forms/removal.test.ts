import { expect, test } from "vitest";
import type { Topology } from "../../api/http.ts";
import { removalOf, without } from "./removal.ts";

const port = {
  id: "p1",
  networkId: "n1",
  mac: "fa:16:3e:00:00:01",
  status: "ACTIVE",
  addresses: ["10.0.0.5"],
  floatingIps: ["192.0.2.9"],
  securityGroupIds: ["g1"],
  portSecurity: true,
  tap: "",
};
const owned = { projectId: "a", status: "ACTIVE" };
const cloud: Topology = {
  networks: [
    {
      ...owned,
      id: "n1",
      name: "blue",
      external: false,
      shared: false,
      mtu: 1450,
      subnets: [{ id: "s1", name: "", cidr: "10.0.0.0/24", dhcp: true, dhcpAddresses: [], dns: [], ipVersion: 4 }],
    },
  ],
  routers: [
    {
      ...owned,
      id: "r1",
      name: "r",
      distributed: false,
      ha: false,
      interfaces: [
        { portId: "i1", networkId: "n1", subnetId: "s1", address: "10.0.0.1", owner: "network:router_interface" },
      ],
      routes: [],
    },
  ],
  instances: [{ ...owned, id: "v1", name: "vm", ports: [port] }],
  floatingIps: [{ id: "f1", address: "192.0.2.9", portId: "p1", routerId: "r1", networkId: "x", status: "ACTIVE" }],
  securityGroups: [{ id: "g1", name: "default", projectId: "a", rules: [] }],
  projects: [],
  otherPorts: [],
};

test("a network says which subnets go with it, and what is still on it", () => {
  expect(removalOf(cloud, { kind: "network", id: "n1", name: "blue" })).toEqual({
    goes: ["Subnet 10.0.0.0/24"],
    blocks: ["Instance vm has a port on it", "Router r has an interface on it"],
  });
});

test("a router is held by its interfaces and by floating IPs behind it", () => {
  expect(removalOf(cloud, { kind: "router", id: "r1", name: "r" }).blocks).toEqual([
    "It has an interface 10.0.0.1 on blue",
    "Floating IP 192.0.2.9 is reached through it",
  ]);
});

test("an instance takes its ports along and frees its floating IPs", () => {
  expect(removalOf(cloud, { kind: "instance", id: "v1", name: "vm" })).toEqual({
    goes: ["Port 10.0.0.5", "Floating IP 192.0.2.9 stays, associated with nothing"],
    blocks: [],
  });
});

test("what is taken out of the picture leaves the rest untouched", () => {
  const left = without(cloud, [{ kind: "interface", id: "i1", name: "", of: "r1" }]);
  expect(left.routers[0]?.interfaces).toEqual([]);
  expect([left.networks[0] === cloud.networks[0], left.instances === cloud.instances]).toEqual([true, true]);
});
