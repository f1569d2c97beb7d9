import { expect, test } from "vitest";
import { FLOODING_ENTRY, forwardingTable } from "./forwarding.ts";

const network = {
  segments: [{ id: "s", network_type: "vxlan", physical_network: null, segmentation_id: 10 }],
};
const endpoints = [
  { host: "compute1", ip: "10.0.0.1", types: ["vxlan", "gre"] },
  { host: "compute2", ip: "10.0.0.2", types: ["vxlan"] },
  { host: "compute3", ip: "10.0.0.3", types: ["gre"] },
  { host: "network1", ip: "10.0.0.4", types: ["vxlan"] },
];
const port = (last: string, hosts: string[], device_owner = "compute:nova") => ({
  port: {
    mac_address: `fa:16:3e:00:00:0${last}`,
    fixed_ips: [{ subnet_id: "n", ip_address: `172.16.0.${last}` }],
    device_owner,
  },
  hosts,
});
const entry = (last: string) => ({ mac_address: `fa:16:3e:00:00:0${last}`, ip_address: `172.16.0.${last}` });

test("a host knows the addresses behind each tunnel, and floods only to hosts with ports of the network", () => {
  const placed = [port("1", ["compute1"]), port("2", ["compute2"]), port("3", ["compute2"])];
  expect(forwardingTable("compute1", network, placed, endpoints)).toEqual({
    segment_id: 10,
    network_type: "vxlan",
    ports: { "10.0.0.2": [FLOODING_ENTRY, entry("2"), entry("3")] },
  });
  expect(forwardingTable("compute2", network, placed, endpoints)?.ports).toEqual({
    "10.0.0.1": [FLOODING_ENTRY, entry("1")],
  });
});

test("a host without ports of the network needs nothing, nor one that has no such tunnels", () => {
  const placed = [port("1", ["compute1"]), port("2", ["compute3"])];
  expect(forwardingTable("network1", network, placed, endpoints)).toBeUndefined();
  expect(forwardingTable("compute3", network, placed, endpoints)).toBeUndefined();
});

test("a distributed router's interface opens tunnels, but is behind none of them", () => {
  const placed = [port("1", ["compute1"]), port("9", ["compute1", "compute2"], "network:router_interface_distributed")];
  expect(forwardingTable("compute1", network, placed, endpoints)?.ports).toEqual({ "10.0.0.2": [FLOODING_ENTRY] });
});
