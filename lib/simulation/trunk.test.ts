/** A guest's trunk, from the API to the switch of its host. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { topologyOf } from "../clouds/topology.ts";
import { traceCloud } from "../explain/trace.ts";
import type { HostState, OvsBridge } from "../host/state.ts";
import { hostGraph } from "../hostgraph/graph.ts";
import { deviceUp } from "../neutron/core/device-up.ts";
import { type TestCloud, testCloud } from "./testing/cloud.ts";
import { cloudOf } from "./world.ts";

let cloud: TestCloud;
let trunk: { id: string };
let parent: { id: string; network_id: string };
let sub: { id: string; mac_address: string; network_id: string };

beforeAll(async () => {
  cloud = await testCloud();
  const { make, service } = cloud;
  const port = async (name: string, cidr: string) => {
    const network = await make("networks", "network", { name });
    await make("subnets", "subnet", { network_id: network.id, ip_version: 4, cidr });
    return make("ports", "port", { network_id: network.id, name });
  };
  parent = await port("parent", "10.0.0.0/24");
  sub = await port("sub", "10.0.1.0/24");
  const sub_ports = [{ port_id: sub.id, segmentation_type: "vlan", segmentation_id: 101 }];
  trunk = await make("trunks", "trunk", { port_id: parent.id, sub_ports });
  const values = { device_id: "vm", device_owner: "compute:nova", "binding:host_id": "compute1" };
  await service.call(service.admin, "PUT", `ports/${parent.id}`, { port: values });
  await deviceUp(service.neutron, parent.id);
  await cloud.simulation.settled();
  await cloud.simulation.settled();
});
afterAll(() => cloud?.close());

function host(): HostState {
  const found = cloud.simulation.moment().hosts.find((one) => one.name === "compute1");
  if (!found) throw new Error("no compute1");
  return found;
}

const bridge = (name: string): OvsBridge | undefined => host().ovs?.bridges.find((one) => one.name === name);
const portOf = (on: string, name: string) => bridge(on)?.ports.find((one) => one.name === name);
const short = (id: string) => id.slice(0, 11);

test("the guest's port is in the trunk's own bridge, and patch ports join that to br-int", () => {
  const own = `tbr-${trunk.id}`.slice(0, 14);
  expect(
    bridge(own)
      ?.ports.map((one) => one.name)
      .sort(),
  ).toEqual([own, `qvo${short(parent.id)}`, `spt-${short(sub.id)}`, `tpt-${short(parent.id)}`].sort());
  expect(portOf(own, `spt-${short(sub.id)}`)).toMatchObject({
    tag: 101,
    interfaces: [{ type: "patch", options: { peer: `spi-${short(sub.id)}` } }],
  });
  expect(portOf(own, `tpt-${short(parent.id)}`)?.tag).toBeUndefined();
  expect(portOf(own, `qvo${short(parent.id)}`)?.interfaces[0]?.externalIds).toMatchObject({
    bridge_name: own,
    trunk_id: trunk.id,
    subport_ids: `["${sub.id}"]`,
  });
  expect(portOf("br-int", `qvo${short(parent.id)}`)).toBeUndefined();
});

test("on br-int both are ports of their networks, each in its local VLAN", () => {
  const ends = [`tpi-${short(parent.id)}`, `spi-${short(sub.id)}`].map((name) => portOf("br-int", name));
  expect(ends.map((one) => one?.otherConfig.net_uuid)).toContain(sub.network_id);
  const tags = new Set(ends.map((one) => one?.tag));
  expect(tags.size).toBe(2);
  expect(tags).not.toContain(4095);
  expect(ends[1]?.interfaces[0]).toMatchObject({
    type: "patch",
    options: { peer: `spt-${short(sub.id)}` },
    externalIds: { "iface-id": sub.id, "attached-mac": sub.mac_address },
  });
  const [own] = ends.filter((one) => one?.otherConfig.net_uuid === sub.network_id);
  const { networks } = hostGraph(cloudOf(cloud.simulation.moment()), host());
  expect(networks.find(({ id }) => id === sub.network_id)?.localVlan).toBe(own?.tag);
});

test("the guest is reached through its trunk's bridge", async () => {
  const { id } = await cloud.guest("compute2", parent.network_id, { name: "peer" });
  await cloud.simulation.settled();
  await cloud.simulation.settled();
  const events = [...traceCloud(cloudOf(cloud.simulation.moment()), { from: parent.id, to: id, proto: "icmp" })];
  expect(events.at(-1)).toMatchObject({ kind: "verdict", outcome: "delivered" });
  expect(events.some((one) => "bridge" in one && String(one.bridge).startsWith("tbr-"))).toBe(true);
});

test("the guest's VLAN device sends and is reached by its subport", async () => {
  const { id } = await cloud.guest("compute2", sub.network_id, { name: "far" });
  await cloud.simulation.settled();
  await cloud.simulation.settled();
  const now = cloudOf(cloud.simulation.moment());
  const drawn = topologyOf(now).instances.find((one) => one.ports.some((port) => port.id === parent.id));
  expect(drawn?.ports).toMatchObject([{ id: parent.id }, { id: sub.id, networkId: sub.network_id, vlan: 101 }]);
  for (const [from, to] of [
    [sub.id, id],
    [id, sub.id],
  ] as const) {
    const events = [...traceCloud(now, { from, to, proto: "icmp" })];
    expect(events.at(-1)).toMatchObject({ outcome: "delivered" });
    const tap = events.filter((one) => one.kind === "frame" && one.device === `tap${short(parent.id)}`);
    expect(tap.length).toBeGreaterThan(0);
    expect(tap).toEqual(tap.map(() => expect.objectContaining({ packet: expect.objectContaining({ vlan: 101 }) })));
    expect(events.some((one) => one.device === "eth0.101")).toBe(true);
  }
  await cloud.simulation.addressed();
  const leases = cloud.simulation.moment().hosts.flatMap((one) => one.dnsmasq.flatMap((served) => served.leases));
  expect(leases.map((one) => one.mac)).toContain(sub.mac_address);
});

test("a subport that is taken off goes with both of its ends, and the trunk with its guest", async () => {
  const { service, simulation } = cloud;
  const body = { sub_ports: [{ port_id: sub.id }] };
  await service.call(service.admin, "PUT", `trunks/${trunk.id}/remove_subports`, body);
  await simulation.settled();
  expect(JSON.stringify(host().ovs?.bridges)).not.toContain(short(sub.id));
  await service.call(service.admin, "PUT", `ports/${parent.id}`, { port: { "binding:host_id": "", device_id: "" } });
  await simulation.settled();
  expect(host().ovs?.bridges.map((one) => one.name)).not.toContain(`tbr-${trunk.id}`.slice(0, 14));
  expect(JSON.stringify(host().ovs?.bridges)).not.toContain(short(parent.id));
  const commands = simulation.history("compute1").flatMap((deed) => deed.commands);
  expect(commands.filter((line) => line.includes(`spt-${short(sub.id)}`)).length).toBeGreaterThan(1);
});

test("on a Linux bridge host a subport is a VLAN device on the guest's, in its own network's bridge", async () => {
  const { make, service, simulation } = cloud;
  const [outer, inner] = [
    await make("ports", "port", { network_id: parent.network_id }),
    await make("ports", "port", { network_id: sub.network_id }),
  ];
  const sub_ports = [{ port_id: inner.id, segmentation_type: "vlan", segmentation_id: 55 }];
  const { id } = await make("trunks", "trunk", { port_id: outer.id, sub_ports });
  const bind = { device_id: "lb", device_owner: "compute:nova", "binding:host_id": "compute3" };
  await service.call(service.admin, "PUT", `ports/${outer.id}`, { port: bind });
  const links = async () => {
    await simulation.settled();
    await simulation.settled();
    return simulation.moment().hosts.find((one) => one.name === "compute3")?.namespaces[0]?.links ?? [];
  };
  expect((await links()).find((one) => one.name === `tap${short(inner.id)}`)).toMatchObject({
    kind: "vlan",
    vlan: { id: 55 },
    linkName: `tap${short(outer.id)}`,
    master: `brq${short(sub.network_id)}`,
    up: true,
  });
  await service.call(service.admin, "PUT", `trunks/${id}/remove_subports`, { sub_ports: [{ port_id: inner.id }] });
  expect((await links()).map((one) => one.name)).not.toContain(`tap${short(inner.id)}`);
});
