/** A new cloud's first content: it is there once, its pages can be drawn, and packets go where they should. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { topologyOf } from "../clouds/topology.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { type EmbeddedCloud, openEmbedded, storePlace } from "../embedded.ts";
import { traceCloud } from "../explain/trace.ts";
import { hostGraph } from "../hostgraph/graph.ts";
import { panelOf } from "../hostgraph/lookup.ts";
import { hostSummaries } from "../hostgraph/summary.ts";
import { serviceContext } from "../identity/context.ts";
import { endsOf } from "../server/trace-ends.ts";
import { cloudOf } from "../simulation/world.ts";

let data: string;
let opened: EmbeddedCloud;

function open(env: Record<string, string> = {}): Promise<EmbeddedCloud> {
  return openEmbedded({
    place: storePlace(data, {}),
    env,
    signal: new AbortController().signal,
    report(error) {
      throw error;
    },
  });
}

beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), "underlay-story-"));
  opened = await open();
});
afterAll(async () => {
  await opened.close();
  rmSync(data, { recursive: true });
});

const cloud = (): CollectedCloud => cloudOf(opened.simulation.moment());

function verdict(from: string, to: string) {
  let last: { kind: string; outcome?: string; code?: string } | undefined;
  for (const event of traceCloud(cloud(), { from, to, proto: "icmp" })) last = event;
  return last?.code;
}

describe("a new cloud", () => {
  test("has networks, routers, floating IPs and servers on their hosts", () => {
    const { api, world } = cloud();
    expect(api.networks.map((one) => one.name).sort()).toEqual([
      "extern_net",
      "vlan1000",
      "vxlan10",
      "vxlan11",
      "vxlan20",
    ]);
    expect(api.routers.map((one) => [one.name, one.distributed]).sort()).toEqual([
      ["router10_11", false],
      ["router20", true],
    ]);
    expect(api.floatingIps).toHaveLength(2);
    expect(api.ports.filter((one) => one.device_owner === "compute:nova" && one.status !== "ACTIVE")).toEqual([]);
    expect(world.guests.map((one) => `${one.name} ${one.host}`).sort()).toEqual([
      "cirros-vm1 compute1",
      "cirros-vm2 compute2",
      "cirros-vm3 compute2",
      "cirros-vm4 compute1",
      "cirros-vm5 compute1",
      "dvr-vm1 compute1",
      "dvr-vm2 compute2",
      "vlan-vm1 compute1",
      "vlan-vm2 compute2",
      "vlan-vm3 compute3",
    ]);
  });

  test("has a way outside on every host that its distributed router is on", () => {
    const hosts = cloud().world.hosts.filter((one) => one.namespaces.some((ns) => ns.name.startsWith("fip-")));
    expect(hosts.map((one) => one.name).sort()).toEqual(["compute1", "compute2", "network1"]);
  });

  test.each([
    ["cirros-vm1", "cirros-vm2", "DELIVERED"],
    ["cirros-vm1", "cirros-vm3", "DELIVERED"],
    ["cirros-vm1", "cirros-vm4", "DELIVERED"],
    ["cirros-vm1", "cirros-vm5", "SECURITY_GROUP_DENIED"],
    ["vlan-vm1", "vlan-vm2", "DELIVERED"],
    ["vlan-vm1", "vlan-vm3", "DELIVERED"],
    ["dvr-vm1", "dvr-vm2", "DELIVERED"],
    ["cirros-vm1", "172.24.4.1", "DELIVERED"],
    ["cirros-vm2", "172.24.4.1", "DELIVERED"],
    ["dvr-vm1", "172.24.4.1", "DELIVERED"],
    ["dvr-vm2", "172.24.4.1", "DELIVERED"],
  ])("a ping from %s to %s: %s", (from, to, code) => {
    expect(verdict(from, to)).toBe(code);
  });

  test.each([
    ["cirros-vm1", "dvr-vm1"],
    ["dvr-vm1", "cirros-vm1"],
    ["dvr-vm2", "cirros-vm1"],
  ])("a ping from %s to %s, which no router joins, ends at a device of the router that should", (from, to) => {
    const last = [...traceCloud(cloud(), { from, to, proto: "icmp" })].at(-1);
    expect(last).toMatchObject({ code: "ROUTER_INTERFACE_MISSING", netns: expect.stringMatching(/^qrouter-/) });
    const host = cloud().world.hosts.find((one) => one.name === last?.host);
    const links = host?.namespaces.find((one) => one.name === last?.netns)?.links;
    expect(links?.map((one) => one.name)).toContain(last?.device);
  });

  test("is reached from outside by its floating IPs", () => {
    for (const one of cloud().api.floatingIps) expect(verdict("outside", one.floating_ip_address)).toBe("DELIVERED");
  });

  test("can be drawn: topology, hosts, every device", async () => {
    const now = cloud();
    expect(topologyOf(now).networks).toHaveLength(5);
    expect(hostSummaries(now)).toHaveLength(5);
    expect(endsOf(now).filter((one) => one.kind === "instance")).toHaveLength(10);
    const outside = endsOf(now).filter((one) => one.kind === "host" && one.detail.endsWith("outside"));
    expect(outside.map((one) => one.label)).toEqual(["outside"]);
    for (const host of now.world.hosts) {
      expect(hostGraph(now, host).nodes.length).toBeGreaterThan(0);
      for (const ns of host.namespaces)
        for (const { name } of ns.links)
          if (name !== "lo") await panelOf(now, "embedded", host.name, { netns: ns.name, name });
    }
  });

  test("tells which commands made a device", () => {
    const [guest] = cloud().world.guests.filter((one) => one.name === "cirros-vm1");
    const bridge = `qbr${guest?.portId.slice(0, 11)}`;
    const lines = opened.simulation.history("compute1", bridge).flatMap((deed) => deed.commands);
    expect(lines.some((line) => line.includes(bridge) && /brctl addbr|ip link add/.test(line))).toBe(true);
  });

  test("is the same after a restart, and what was removed stays away", async () => {
    const context = serviceContext();
    const resource = opened.neutron.resources.find((one) => one.name === "floatingip");
    if (!resource) throw new Error("there are no floating IPs");
    const [gone] = cloud().api.floatingIps;
    await opened.neutron.api.remove(context, resource, gone?.id ?? "");
    await opened.simulation.settled();
    const before = cloud();
    await opened.close();
    opened = await open();
    expect(cloud().api.floatingIps).toEqual(before.api.floatingIps);
    expect(cloud().api.ports).toEqual(before.api.ports);
    expect(cloud().api.floatingIps).toHaveLength(1);
  });

  test("begins with nothing where that is asked for", async () => {
    const empty = await openEmbedded({
      place: { file: path.join(data, "empty.db") },
      env: { UNDERLAY_EMPTY_CLOUD: "1" },
      signal: new AbortController().signal,
      report(error) {
        throw error;
      },
    });
    expect(empty.simulation.moment().api.networks).toEqual([]);
    expect(empty.simulation.moment().hosts).toHaveLength(4);
    await empty.close();
  });
});
