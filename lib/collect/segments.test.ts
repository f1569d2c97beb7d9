import { describe, expect, test } from "vitest";
import type { CloudApi, NeutronAgent, NeutronNetwork, NeutronSubnet } from "../api/neutron.ts";
import type { HostState } from "../host/state.ts";
import { inferSegments } from "./segments.ts";
import { address, bridge, host, link, namespace } from "./testing.ts";

const NO_API: CloudApi = {
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

function apiWith(type: string, physnet: string, segment: number | null, cidr: string): CloudApi {
  const network = {
    id: "n1",
    name: "ext",
    "provider:network_type": type,
    "provider:physical_network": physnet,
    "provider:segmentation_id": segment,
  };
  const subnet = { id: "s1", network_id: "n1", cidr };
  return { ...NO_API, networks: [network as unknown as NeutronNetwork], subnets: [subnet as unknown as NeutronSubnet] };
}

const agent = (mappings: string, more: Record<string, string> = {}) => ({
  "openvswitch_agent.ini": { ovs: { bridge_mappings: mappings, ...more } },
});
const vxlan = (name: string, local: string, remote: string) => ({
  name,
  type: "vxlan",
  options: { local_ip: local, remote_ip: remote },
});
const shown = (hosts: Parameters<typeof inferSegments>[0], api = NO_API) =>
  inferSegments(hosts, api).segments.map(
    (s) =>
      `${s.name}: ${s.attachments.map((a) => `${a.host} ${a.dev}${a.accessVlan === undefined ? "" : ` access ${a.accessVlan}`}`).join(", ")}`,
  );

describe("tunnel endpoints", () => {
  test("on a NIC, on a VLAN of a bond, and on an OVS bridge's own port", () => {
    const a = host("a", namespace("root", [link("ens3")], [address("ens3", "10.0.0.1/24")]), [
      bridge("br-tun", [vxlan("v1", "10.0.0.1", "10.0.0.2")]),
    ]);
    const bond = [
      link("bond0", "bond"),
      link("eno1", "physical", { master: "bond0", carrier: false }),
      link("eno2", "physical", { master: "bond0" }),
      link("bond0.44", "vlan", { linkName: "bond0", vlan: { id: 44, protocol: "802.1Q" } }),
    ];
    const b = host("b", namespace("root", bond, [address("bond0.44", "10.0.0.2/24")]), [
      bridge("br-tun", [vxlan("v1", "10.0.0.2", "10.0.0.1")]),
    ]);
    const c = host("c", namespace("root", [link("eth9"), link("br-phy", "tap")], [address("br-phy", "10.0.0.3/24")]), [
      bridge("br-phy", ["eth9", { name: "br-phy", type: "internal" }]),
      bridge("br-tun", [vxlan("v1", "10.0.0.3", "10.0.0.1")]),
    ]);
    // b's tag is the only one: the others are taken to be on access ports of that VLAN.
    expect(shown([a, b, c])).toEqual(["underlay: a ens3 access 44, b eno2, c eth9 access 44"]);
  });

  test("on VLANs that differ are joined above their tags", () => {
    const of = (name: string, vlan: number, ip: string) =>
      host(
        name,
        namespace(
          "root",
          [link("eth0"), link(`eth0.${vlan}`, "vlan", { linkName: "eth0", vlan: { id: vlan, protocol: "802.1Q" } })],
          [address(`eth0.${vlan}`, `${ip}/24`)],
        ),
        [bridge("br-tun", [vxlan("v", ip, "10.0.0.9")])],
      );
    expect(shown([of("a", 5, "10.0.0.1"), of("b", 6, "10.0.0.2")])).toEqual(["underlay: a eth0.5, b eth0.6"]);
  });

  test("whose remote no host owns are gaps, and the lone host keeps its wire", () => {
    const a = host("a", namespace("root", [link("ens3")], [address("ens3", "10.0.0.1/24")]), [
      bridge("br-tun", [vxlan("v1", "10.0.0.1", "10.0.0.2"), vxlan("v2", "10.0.0.1", "flow")]),
    ]);
    const { segments, gaps } = inferSegments([a], NO_API);
    expect(segments).toMatchObject([{ name: "underlay", assumed: true, attachments: [{ host: "a", dev: "ens3" }] }]);
    expect(gaps).toMatchObject([
      { host: "a", text: "br-tun v1 remote_ip=10.0.0.2", reason: expect.stringContaining("10.0.0.2") },
    ]);
  });

  test("in two subnets are two underlays", () => {
    const of = (name: string, ip: string) =>
      host(name, namespace("root", [link("eth0")], [address("eth0", `${ip}/24`)]), [
        bridge("br-tun", [vxlan("v", ip, "10.9.9.9")]),
      ]);
    expect(shown([of("a", "10.0.0.1"), of("b", "10.0.1.1")])).toEqual([
      "underlay 10.0.0.0/24: a eth0",
      "underlay 10.0.1.0/24: b eth0",
    ]);
  });

  test("of a linuxbridge agent's kernel VXLAN", () => {
    const of = (name: string, ip: string) => {
      const links = [link("eth1"), link("vxlan-10", "vxlan", { tunnel: { key: 10, local: ip } })];
      return host(name, namespace("root", links, [address("eth1", `${ip}/24`)]));
    };
    expect(shown([of("a", "10.0.0.1"), of("b", "10.0.0.2")])).toEqual(["underlay: a eth1, b eth1"]);
  });
});

describe("physical networks", () => {
  test("several on one bridge are one wire", () => {
    const of = (name: string) =>
      host(name, namespace("root", [link("eth2")]), [bridge("br-ex", ["eth2"])], agent("extern:br-ex, lab:br-ex"));
    expect(shown([of("a"), of("b")])).toEqual(["extern + lab: a eth2, b eth2"]);
  });

  test("share the wire with the underlay when they share the NIC", () => {
    const of = (name: string, ip: string) =>
      host(
        name,
        namespace("root", [link("eth0"), link("br-ex", "openvswitch")], [address("br-ex", `${ip}/24`)]),
        [
          bridge("br-ex", ["eth0", { name: "br-ex", type: "internal" }]),
          bridge("br-tun", [vxlan("v", ip, "10.0.0.1")]),
        ],
        agent("public:br-ex"),
      );
    const { segments } = inferSegments([of("a", "10.0.0.1"), of("b", "10.0.0.2")], NO_API);
    expect(segments.map((s) => s.name)).toEqual(["underlay + public"]);
    expect(segments[0]?.reason).toContain("tunnel endpoints in 10.0.0.0/24");
    expect(segments[0]?.reason).toContain("mapped to physical network public");
  });

  test("are known without the configuration: from what agents report, or from the agents' patch ports", () => {
    const patch = { name: "phy-br-ex", type: "patch", options: { peer: "int-br-ex" } };
    const of = (name: string, config?: HostState["config"]) =>
      host(name, namespace("root", [link("eth2")]), [bridge("br-ex", ["eth2", patch])], config);
    const reported = { host: "a", configurations: { bridge_mappings: { extern: "br-ex" } } } as unknown as NeutronAgent;
    expect(shown([of("a"), of("b", agent("extern:br-ex"))], { ...NO_API, agents: [reported] })).toEqual([
      "extern: a eth2, b eth2",
    ]);
    expect(shown([of("a"), of("b", agent("extern:br-ex"))])).toEqual(["extern: a eth2, b eth2"]);
    expect(shown([of("a"), of("b")])).toEqual(["br-ex: a eth2, b eth2"]);
  });

  test("of an agent that has stopped are still true; a package's defaults on another machine are not", () => {
    const idle = [{ pid: 1, command: "init" }];
    const stopped = {
      ...host("a", namespace("root", [link("eth2")]), [bridge("br-ex", ["eth2"])], agent("p:br-ex")),
      processes: idle,
    };
    const other = {
      ...host("b", namespace("root", [link("br-ex", "bridge")]), undefined, agent("p:br-ex")),
      processes: idle,
    };
    expect(shown([stopped, other])).toEqual(["p: a eth2"]);
    expect(inferSegments([stopped, other], NO_API).gaps).toEqual([]);
  });

  test("of a linuxbridge agent name the NIC itself", () => {
    const config = { "linuxbridge_agent.ini": { linux_bridge: { physical_interface_mappings: "provider:eno5" } } };
    const of = (name: string) =>
      host(
        name,
        namespace("root", [link("eno5"), link("eno5.100", "vlan", { linkName: "eno5" }), link("brq1", "bridge")]),
        undefined,
        config,
      );
    expect(shown([of("a"), of("b")])).toEqual(["provider: a eno5, b eno5"]);
  });

  test("on a DPDK port, behind a patch to another bridge, and by one member of a bond", () => {
    const a = host(
      "a",
      namespace("root", []),
      [
        bridge("br-ex", [
          { name: "dpdk0", type: "dpdk" },
          { name: "vhu1", type: "dpdkvhostuserclient" },
        ]),
      ],
      agent("p:br-ex"),
    );
    const patch = (name: string, peer: string) => ({ name, type: "patch", options: { peer } });
    const b = host(
      "b",
      namespace("root", [link("eth7")]),
      [bridge("br-ex", [patch("to-phy", "to-ex")]), bridge("br-phy", [patch("to-ex", "to-phy"), "eth7"])],
      agent("p:br-ex"),
    );
    const bonded = bridge("br-ex", []);
    bonded.ports.push({
      ...bridge("x", ["e1"]).ports[0],
      name: "bond1",
      interfaces: bridge("x", [
        { name: "e1", linkUp: false },
        { name: "e2", linkUp: true },
      ]).ports.flatMap((p) => p.interfaces),
    } as (typeof bonded.ports)[number]);
    const c = host("c", namespace("root", [link("e1"), link("e2")]), [bonded], agent("p:br-ex"));
    expect(shown([a, b, c])).toEqual(["p: a dpdk0, b eth7, c e2"]);
  });

  test("mapped to a bridge without a NIC are gaps; guests' and containers' ports are no NICs", () => {
    const links = [
      link("tap1", "tap"),
      link("qvo1", "veth", { linkName: "qvb1" }),
      link("vm9", "veth", { linkNetnsId: 4, linkIndex: 9 }),
    ];
    const a = host(
      "a",
      namespace("root", links),
      [bridge("br-ex", ["tap1", "qvo1", { name: "vm9", externalIds: { "iface-id": "p9" } }])],
      agent("p:br-ex,q:br-none"),
    );
    const { segments, gaps } = inferSegments([a], NO_API);
    expect(segments).toEqual([]);
    expect(gaps.map((gap) => gap.text)).toEqual(["p:br-ex", "q:br-none"]);
  });
});

describe("hosts outside of the cloud", () => {
  const node = host("node", namespace("root", [link("eth2")]), [bridge("br-ex", ["eth2"])], agent("extern:br-ex"));
  const outside = host("gw", namespace("root", [link("ens1")], [address("ens1", "203.0.113.1/24")]));

  test("join the physical network that their subnet is on", () => {
    expect(shown([node, outside], apiWith("flat", "extern", null, "203.0.113.0/24"))).toEqual([
      "extern: node eth2, gw ens1",
    ]);
    expect(shown([node, outside], apiWith("flat", "extern", null, "198.51.100.0/24"))).toEqual(["extern: node eth2"]);
    expect(shown([node, outside], apiWith("vxlan", "", 7, "203.0.113.0/24"))).toEqual(["extern: node eth2"]);
  });

  test("join a VLAN of it by an access port, or by a tagged device", () => {
    const api = apiWith("vlan", "extern", 300, "203.0.113.0/24");
    expect(shown([node, outside], api)).toEqual(["extern: node eth2, gw ens1 access 300"]);
    const links = [link("ens1"), link("ens1.300", "vlan", { linkName: "ens1", vlan: { id: 300, protocol: "802.1Q" } })];
    const tagged = host("gw", namespace("root", links, [address("ens1.300", "203.0.113.1/24")]));
    expect(shown([node, tagged], api)).toEqual(["extern: node eth2, gw ens1"]);
  });
});

test("a package's default configuration on a machine that runs no agent says nothing", () => {
  const node = host("node", namespace("root", [link("eth2")]), [bridge("br-ex", ["eth2"])], agent("extern:br-ex"));
  const root = namespace("root", [link("ens1")], [address("ens1", "203.0.113.1/24")]);
  const gateway = host("gw", root, undefined, agent("external:br-ex"));
  gateway.processes.push({ pid: 1, command: "/sbin/init" });
  const api = apiWith("flat", "extern", null, "203.0.113.0/24");
  expect(shown([node, gateway], api)).toEqual(["extern: node eth2, gw ens1"]);
  expect(inferSegments([node, gateway], api).gaps).toEqual([]);
});

describe("common subnets", () => {
  test("join NICs, and neither containers' bridges nor host routes nor link-local addresses", () => {
    const of = (name: string, n: number) => {
      const links = [
        link("eth0"),
        link("docker0", "bridge"),
        link("veth1", "veth", { master: "docker0", linkNetnsId: 3, linkIndex: 2 }),
        link("lo", "loopback"),
      ];
      const addresses = [
        address("eth0", `192.0.2.${n}/24`),
        address("docker0", "172.17.0.1/16"),
        address("lo", "192.0.2.99/32"),
        { ...address("eth0", "fe80::1/64"), scope: "link" },
      ];
      return host(name, namespace("root", links, addresses));
    };
    expect(shown([of("a", 1), of("b", 2)])).toEqual(["192.0.2.0/24: a eth0, b eth0"]);
    expect(shown([of("a", 1)])).toEqual([]);
  });

  test("count veths as NICs where the host itself is a container", () => {
    const of = (name: string, n: number) => {
      const links = [
        link("eth0", "veth", { linkNetnsId: 0, linkIndex: 5 }),
        link("eth1", "veth", { linkNetnsId: 0, linkIndex: 6, master: "brx" }),
        link("brx", "bridge"),
      ];
      return host(
        name,
        namespace("root", links, [address("eth0", `192.0.2.${n}/24`), address("brx", `198.51.100.${n}/24`)]),
      );
    };
    expect(shown([of("a", 1), of("b", 2)])).toEqual([
      "192.0.2.0/24: a eth0, b eth0",
      "198.51.100.0/24: a eth1, b eth1",
    ]);
  });

  test("no bridge loop hangs the search", () => {
    const links = [link("b1", "bridge", { master: "b2" }), link("b2", "bridge", { master: "b1" })];
    expect(shown([host("a", namespace("root", links, [address("b1", "192.0.2.1/24")]))])).toEqual([]);
    const patch = (name: string, peer: string) => ({ name, type: "patch", options: { peer } });
    const loop = [bridge("x", [patch("p", "q")]), bridge("y", [patch("q", "p")])];
    expect(inferSegments([host("a", namespace("root", []), loop, agent("n:x"))], NO_API).gaps).toHaveLength(1);
  });
});
