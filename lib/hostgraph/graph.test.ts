import { describe, expect, it } from "vitest";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { HostState, Link, Namespace, OvsPort } from "../host/state.ts";
import { hostGraph } from "./graph.ts";
import { layoutHost } from "./layout/layout.ts";
import { hostSummaries } from "./summary.ts";

const legacy = await readBundle("lib/demo/legacy");
const dvr = await readBundle("lib/demo/dvr");

const hostOf = (cloud: CollectedCloud, name: string): HostState => {
  const host = cloud.world.hosts.find((one) => one.name === name);
  if (!host) throw new Error(`no host ${name}`);
  return host;
};
const node = (cloud: CollectedCloud, host: string, id: string) =>
  hostGraph(cloud, hostOf(cloud, host)).nodes.find((n) => n.id === id);
const edges = (cloud: CollectedCloud, host: string) =>
  hostGraph(cloud, hostOf(cloud, host)).edges.map((edge) => `${edge.kind} ${edge.from} ${edge.to}`);

/** The cloud with one host changed: the recordings themselves stay as they are. */
function changed(
  cloud: CollectedCloud,
  name: string,
  change: (host: HostState) => void,
): { cloud: CollectedCloud; host: HostState } {
  const host = structuredClone(hostOf(cloud, name));
  change(host);
  const hosts = cloud.world.hosts.map((one) => (one.name === name ? host : one));
  return { cloud: { ...cloud, world: { ...cloud.world, hosts } }, host };
}
const marksOf = ({ cloud, host }: { cloud: CollectedCloud; host: HostState }) =>
  hostGraph(cloud, host)
    .nodes.filter((n) => n.marks.length > 0)
    .map((n) => `${n.id} ${n.marks.join(" ")}`);
const root = (host: HostState) => host.namespaces.find((ns) => ns.name === "root") as Namespace; // Every recorded host has it.
const port = (host: HostState, name: string) =>
  host.ovs?.bridges.flatMap((bridge) => bridge.ports).find((one) => one.name === name) as OvsPort; // Named from the recording.
const link = (host: HostState, name: string) => root(host).links.find((one) => one.name === name) as Link; // Likewise.

describe("list of hosts", () => {
  it("says what each host is for, and what it carries", () => {
    const [compute1, compute2, network1, outside] = hostSummaries(legacy);
    expect(compute1).toMatchObject({
      name: "compute1",
      roles: ["compute"],
      guests: 4,
      namespaces: 1,
      tunnelAddress: "10.0.44.31",
    });
    expect(compute1?.flows).toBe(68);
    expect(compute2?.guests).toBe(3);
    expect(network1).toMatchObject({ roles: ["network"], guests: 0, namespaces: 5, tunnelAddress: "10.0.44.21" });
    expect(network1?.agents.every((agent) => agent.alive)).toBe(true);
    expect(outside).toMatchObject({ roles: ["outside"], agents: [], flows: 0, bridges: 0 });
  });

  it("keeps a compute with DVR's namespaces a compute", () => {
    expect(hostSummaries(dvr).map((host) => host.roles)).toEqual([["compute"], ["compute"], ["network"], ["outside"]]);
  });
});

describe("device graph", () => {
  it("joins a guest to the wire", () => {
    const all = edges(legacy, "compute1");
    expect(all).toContain("guest guest:cirros-vm1/eth0 root/tapcb9bcee4-5d");
    expect(all).toContain("member root/tapcb9bcee4-5d root/qbrcb9bcee4-5d");
    expect(all).toContain("veth root/qvbcb9bcee4-5d root/qvocb9bcee4-5d");
    expect(all).toContain("member root/qvocb9bcee4-5d root/br-int");
    expect(all).toContain("patch root/patch-int root/patch-tun");
    expect(all).toContain("tunnel root/vxlan-0a002c20 root/br-phy");
    expect(all).toContain("member root/eth1 root/br-phy");
  });

  it("knows the network and the local VLAN of a port", () => {
    expect(node(legacy, "compute1", "root/qvocb9bcee4-5d")).toMatchObject({
      kind: "qvo",
      tag: 1,
      networkName: "vxlan10",
      label: "cirros-vm1",
    });
    expect(node(legacy, "compute1", "root/qvo76e2234a-cf")).toMatchObject({ tag: 2, networkName: "vlan1000" });
    const graph = hostGraph(legacy, hostOf(legacy, "compute1"));
    expect(graph.networks.map((n) => [n.name, n.localVlan])).toEqual([
      ["vlan1000", 2],
      ["vxlan10", 1],
    ]);
  });

  it("puts routers' and DHCP's ports into their namespaces, plugged into br-int", () => {
    const graph = hostGraph(dvr, hostOf(dvr, "network1"));
    const kinds = graph.nodes
      .filter((n) => n.netns !== "root")
      .map((n) => `${n.netns.split("-")[0]} ${n.name.slice(0, 3)} ${n.bridge ?? "-"}`);
    expect(kinds).toContain("snat sg- root/br-int");
    expect(kinds).toContain("qdhcp tap root/br-int");
    expect(kinds).toContain("qrouter rfp -");
    expect(edges(dvr, "network1").filter((edge) => edge.startsWith("veth"))).toHaveLength(1);
    expect(graph.namespaces?.find((ns) => ns.name.startsWith("qrouter-"))?.title).toBe("router10_11");
  });

  it("draws a plain machine", () => {
    const scene = layoutHost(hostGraph(legacy, hostOf(legacy, "outside")));
    expect(scene.cards.map((card) => [card.id, card.node.kind])).toEqual([["root/eth0", "nic"]]);
    expect(scene.wires).toEqual([]);
  });

  it("draws every device of both clouds, each once", () => {
    for (const cloud of [legacy, dvr]) {
      for (const host of cloud.world.hosts) {
        const graph = hostGraph(cloud, host);
        const scene = layoutHost(graph);
        const drawn = [...scene.cards.map((c) => c.id), ...scene.boxes.flatMap((b) => (b.node ? [b.id] : []))];
        expect(drawn.toSorted()).toEqual(graph.nodes.map((n) => n.id).toSorted());
      }
    }
  });
});

describe("marks", () => {
  it("are absent from sound hosts", () => {
    for (const cloud of [legacy, dvr])
      for (const host of cloud.world.hosts) expect(marksOf({ cloud, host })).toEqual([]);
  });

  it("show a dead port", () => {
    const world = changed(legacy, "compute1", (host) => {
      port(host, "qvocb9bcee4-5d").tag = 4095;
    });
    expect(marksOf(world)).toEqual(["root/qvocb9bcee4-5d dead-vlan"]);
  });

  it("show a port that is down, and one that Open vSwitch could not add", () => {
    const world = changed(legacy, "compute1", (host) => {
      link(host, "tap762569f4-9f").up = false;
      const [iface] = port(host, "qvo1f69615b-95").interfaces;
      if (iface) iface.ofport = -1;
    });
    expect(marksOf(world).toSorted()).toEqual(["root/qvo1f69615b-95 down", "root/tap762569f4-9f down"]);
  });

  it("show what Neutron does not know", () => {
    const { host } = changed(legacy, "compute1", () => {});
    const ports = legacy.api.ports.filter((one) => !one.id.startsWith("1f69615b"));
    const cloud = { ...legacy, api: { ...legacy.api, ports } };
    expect(marksOf({ cloud, host })).toEqual([
      "root/qbr1f69615b-95 unknown-to-neutron",
      "root/qvo1f69615b-95 unknown-to-neutron",
      "root/qvb1f69615b-95 unknown-to-neutron",
      "root/tap1f69615b-95 unknown-to-neutron",
    ]);
  });

  it("show what Neutron expects and the host does not have", () => {
    const compute = changed(legacy, "compute1", (host) => {
      root(host).links = root(host).links.filter((one) => one.name !== "tap76e2234a-cf");
    });
    expect(marksOf(compute)).toEqual(["root/tap76e2234a-cf expected-missing"]);
    const network = changed(legacy, "network1", (host) => {
      host.namespaces = host.namespaces.filter((ns) => !ns.name.startsWith("qdhcp-3c9a2c1f"));
      for (const bridge of host.ovs?.bridges ?? [])
        bridge.ports = bridge.ports.filter((one) => one.name !== "tapbd9a34aa-0e");
    });
    expect(marksOf(network)).toEqual(["qdhcp-3c9a2c1f-099a-4fc9-bee1-b377a05a8081/tapbd9a34aa-0e expected-missing"]);
  });

  it("say nothing where the API or the host's links were not recorded", () => {
    const { host } = changed(legacy, "compute1", () => {});
    const cloud = { ...legacy, api: { ...legacy.api, ports: [] } };
    expect(marksOf({ cloud, host })).toEqual([]);
    const blind = changed(legacy, "compute1", (one) => {
      root(one).links = [];
    });
    expect(marksOf(blind).filter((mark) => mark.endsWith("expected-missing"))).toEqual([]);
  });
});
