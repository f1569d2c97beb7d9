import { describe, expect, it } from "vitest";
import { hostView, networkView, portView, remoteView, uuid } from "../testing/cloud.ts";
import { afterViews, flowsOf, portOf } from "../testing/run.ts";

const RED = networkView("10");
const BLUE = networkView("11", { segmentationId: 11 });
const networks = [RED, BLUE];
const QVO_1 = "qvo00000001-00";
const QVO_2 = "qvo00000002-00";

describe("local VLANs", () => {
  it("are one for each network, the lowest free one first", () => {
    const ports = [portView("01", RED), portView("02", BLUE), portView("03", RED)];
    const host = afterViews([hostView({ networks, ports })]);
    expect([QVO_1, QVO_2, "qvo00000003-00"].map((name) => portOf(host, "br-int", name)?.tag)).toEqual([1, 2, 1]);
    expect(portOf(host, "br-int", QVO_2)?.otherConfig).toEqual({
      net_uuid: BLUE.id,
      network_type: "vxlan",
      physical_network: "None",
      segmentation_id: "11",
      tag: "2",
    });
  });

  it("stay a network's while it has a port here, and are free afterwards", () => {
    const one = portView("01", RED);
    const two = portView("02", BLUE);
    const green = networkView("12", { segmentationId: 12 });
    const host = afterViews([
      hostView({ networks, ports: [one, two] }),
      hostView({ networks, ports: [two] }),
      hostView({ networks: [...networks, green], ports: [two, portView("03", green)] }),
    ]);
    expect(portOf(host, "br-int", QVO_2)?.tag).toBe(2);
    expect(portOf(host, "br-int", "qvo00000003-00")?.tag).toBe(1);
    expect(flowsOf(host, "br-tun", 4)).toEqual([
      "priority=0 actions=drop",
      "priority=1,tun_id=0xb actions=push_vlan:0x8100,set_field:4098->vlan_vid,goto_table:10",
      "priority=1,tun_id=0xc actions=push_vlan:0x8100,set_field:4097->vlan_vid,goto_table:10",
    ]);
  });
});

describe("a port", () => {
  it("that is down is on the dead VLAN, and comes back when it is up", () => {
    const up = portView("01", RED);
    const down = { ...up, adminUp: false };
    const views = [up, down, up].map((port) => hostView({ networks, ports: [port] }));
    const dead = afterViews(views.slice(0, 2));
    expect(portOf(dead, "br-int", QVO_1)?.tag).toBe(4095);
    expect(flowsOf(dead, "br-int", 0)).toContain("priority=2,in_port=4 actions=drop");
    const back = afterViews(views);
    expect(portOf(back, "br-int", QVO_1)?.tag).toBe(1);
    expect(flowsOf(back, "br-int", 0)).not.toContain("priority=2,in_port=4 actions=drop");
  });

  it("of another agent's is wired once it is there, and its trunk of the dead VLAN is cleared", () => {
    const dhcp = portView("01", RED, { deviceOwner: "network:dhcp", vifType: "ovs" });
    const view = hostView({ networks, ports: [dhcp] });
    const before = afterViews([view]);
    const bridge = before.ovs?.bridges.find((one) => one.name === "br-int");
    if (!before.ovs || !bridge) throw new Error("no br-int");
    const externalIds = { "iface-id": dhcp.id, "attached-mac": dhcp.mac, "iface-status": "active" };
    const tap = {
      name: "tap00000001-00",
      tag: 4095,
      vlanMode: "trunk" as const,
      trunks: [4095],
      otherConfig: {},
      externalIds: {},
      interfaces: [
        { name: "tap00000001-00", type: "internal", ofport: 9, options: {}, externalIds, config: [], state: [] },
      ],
    };
    const bridges = before.ovs.bridges.map((one) => (one === bridge ? { ...one, ports: [...one.ports, tap] } : one));
    const host = afterViews([view], { ...before, ovs: { ...before.ovs, bridges } });
    const wired = portOf(host, "br-int", "tap00000001-00");
    expect(wired).toMatchObject({ tag: 1, trunks: [] });
    expect(wired?.vlanMode).toBeUndefined();
    expect(flowsOf(host, "br-int", 25)).toEqual([]);
  });

  it("may send from its allowed address pairs, too", () => {
    const pair = { address: "10.9.1.2/16", mac: "FA:16:3E:00:00:FF" };
    const ports = [portView("01", RED, { allowedAddressPairs: [pair] })];
    const host = afterViews([hostView({ networks, ports })]);
    expect(flowsOf(host, "br-int", 24)).toEqual([
      "priority=0 actions=drop",
      "priority=2,icmp6,in_port=4,icmp_type=136,nd_target=fe80::f816:3eff:fe00:1 actions=goto_table:59",
      "priority=2,icmp6,in_port=4,icmp_type=136,nd_target=fe80::f816:3eff:fe00:ff actions=goto_table:59",
      "priority=2,arp,in_port=4,arp_spa=172.16.10.1 actions=goto_table:25",
      "priority=2,arp,in_port=4,arp_spa=10.9.0.0/16 actions=goto_table:25",
    ]);
    expect(flowsOf(host, "br-int", 25)).toEqual([
      "priority=2,in_port=4,dl_src=fa:16:3e:00:00:01 actions=goto_table:30",
      "priority=2,in_port=4,dl_src=fa:16:3e:00:00:ff actions=goto_table:30",
    ]);
  });

  it.each([
    ["without port security", { portSecurity: false }, {}],
    ["under the native firewall", {}, { firewallDriver: "openvswitch" }],
  ] as const)("%s is not checked here", (_, port, settings) => {
    const host = afterViews([hostView({ settings, networks, ports: [portView("01", RED, port)] })]);
    expect(flowsOf(host, "br-int", 24)).toEqual(["priority=0 actions=drop"]);
    expect(flowsOf(host, "br-int", 25)).toEqual([]);
  });
});

describe("physical networks", () => {
  const vlan = networkView("20", { type: "vlan", physicalNetwork: "physnet1", segmentationId: 1000, mtu: 1500 });
  const flat = networkView("21", { type: "flat", physicalNetwork: "extern", segmentationId: null, mtu: 1500 });

  it("are reached by their bridges", () => {
    const ports = [portView("01", vlan), portView("02", flat)];
    const host = afterViews([hostView({ networks: [vlan, flat], ports })]);
    expect(flowsOf(host, "br-vlan", 0)).toContain(
      "priority=4,in_port=2,dl_vlan=1 actions=set_field:5096->vlan_vid,NORMAL",
    );
    expect(flowsOf(host, "br-ex", 0)).toContain("priority=4,in_port=2,dl_vlan=2 actions=pop_vlan,NORMAL");
    expect(flowsOf(host, "br-int", 0)).toEqual(
      expect.arrayContaining([
        "priority=3,in_port=2,dl_vlan=1000 actions=set_field:4097->vlan_vid,goto_table:59",
        "priority=3,in_port=1,vlan_tci=0x0000/0x1fff actions=push_vlan:0x8100,set_field:4098->vlan_vid,goto_table:59",
      ]),
    );
  });

  it("that the host is not mapped to are not reached, though the port has its tag", () => {
    const lost = networkView("22", { type: "vlan", physicalNetwork: "physnet9", segmentationId: 7 });
    const host = afterViews([hostView({ networks: [lost], ports: [portView("01", lost)] })]);
    expect(portOf(host, "br-int", QVO_1)?.tag).toBe(1);
    expect(flowsOf(host, "br-vlan", 0)).toEqual(["priority=0 actions=NORMAL", "priority=2,in_port=2 actions=drop"]);
  });
});

describe("tunnels with l2population", () => {
  it("lead where a network's ports are, and go with the last one", () => {
    const ports = [portView("01", RED)];
    const far = remoteView("02", RED);
    const view = (remotePorts: (typeof far)[]) => hostView({ networks, ports, remotePorts });
    const host = afterViews([view([far])]);
    expect(portOf(host, "br-tun", "vxlan-0a002c20")?.interfaces[0]?.options).toMatchObject({
      remote_ip: "10.0.44.32",
      local_ip: "10.0.44.31",
    });
    expect(flowsOf(host, "br-tun", 20)).toContain(
      "priority=2,dl_vlan=1,dl_dst=fa:16:3e:00:01:02 actions=pop_vlan,set_field:0xa->tun_id,output:2",
    );
    expect(flowsOf(host, "br-tun", 22)).toContain(
      "priority=1,dl_vlan=1 actions=pop_vlan,set_field:0xa->tun_id,output:2",
    );
    expect(flowsOf(host, "br-tun", 21).some((flow) => flow.includes("arp_tpa=172.16.10.2"))).toBe(true);
    const alone = afterViews([view([])], host);
    expect(portOf(alone, "br-tun", "vxlan-0a002c20")).toBeUndefined();
    expect([20, 21, 22].map((table) => flowsOf(alone, "br-tun", table).length)).toEqual([1, 1, 1]);
  });

  it("are not made for networks that are not here", () => {
    const host = afterViews([
      hostView({ networks, ports: [portView("01", RED)], remotePorts: [remoteView("02", BLUE)] }),
    ]);
    expect(portOf(host, "br-tun", "vxlan-0a002c20")).toBeUndefined();
  });

  it("flood to a distributed router's host, and say nothing of its interface", () => {
    const far = { ...remoteView("02", RED), deviceOwner: "network:router_interface_distributed" };
    const host = afterViews([hostView({ networks, ports: [portView("01", RED)], remotePorts: [far] })]);
    expect(flowsOf(host, "br-tun", 22)).toHaveLength(2);
    expect(flowsOf(host, "br-tun", 20)).toHaveLength(1);
  });
});

describe("tunnels without l2population", () => {
  const settings = { l2Population: false, arpResponder: false, tunnelTypes: ["gre", "vxlan"] } as const;
  const tunnelPeers = [
    { host: "compute2", type: "gre", ip: "10.0.44.32" },
    { host: "network1", type: "vxlan", ip: "10.0.44.21" },
  ] as const;

  it("lead to every host, each type for its own networks", () => {
    const gre = networkView("30", { type: "gre", segmentationId: 77 });
    const host = afterViews([hostView({ settings, networks: [gre], ports: [portView("01", gre)], tunnelPeers })]);
    expect(portOf(host, "br-tun", "gre-0a002c20")?.interfaces[0]?.type).toBe("gre");
    expect(portOf(host, "br-tun", "vxlan-0a002c15")?.interfaces[0]?.type).toBe("vxlan");
    expect(flowsOf(host, "br-tun", 3)).toContain(
      "priority=1,tun_id=0x4d actions=push_vlan:0x8100,set_field:4097->vlan_vid,goto_table:10",
    );
    expect(flowsOf(host, "br-tun", 22)).toContain(
      "priority=1,dl_vlan=1 actions=pop_vlan,set_field:0x4d->tun_id,output:2",
    );
    expect(flowsOf(host, "br-tun", 21)).toEqual([]);
  });
});

describe("what is not the agent's", () => {
  it("stays: learned flows, and those with another cookie", () => {
    const view = hostView({ networks, ports: [portView("01", RED)] });
    const host = afterViews([view]);
    const tun = host.ovs?.bridges.find((one) => one.name === "br-tun");
    const [own] = tun?.flows ?? [];
    if (!host.ovs || !tun || !own) throw new Error("no flows");
    const match = { fields: [{ name: "dl_dst", value: "fa:16:3e:00:00:99" }] };
    const learned = { ...own, table: 20, priority: 1, hardTimeout: 300, match };
    const foreign = { ...own, table: 22, cookie: "0x1", match };
    const stale = { ...own, table: 22, priority: 7, match };
    const flows = [...tun.flows, learned, foreign, stale];
    const bridges = host.ovs.bridges.map((one) => (one === tun ? { ...one, flows } : one));
    const after = afterViews([view], { ...host, ovs: { ...host.ovs, bridges } });
    const left = after.ovs?.bridges.find((one) => one.name === "br-tun")?.flows ?? [];
    expect(left).toContain(learned);
    expect(left).toContain(foreign);
    expect(left).not.toContain(stale);
  });

  it("is left as it is when nothing changed: the host is the same object", () => {
    const view = hostView({ networks, ports: [portView("01", RED)], remotePorts: [remoteView("02", RED)] });
    const host = afterViews([view]);
    expect(afterViews([view], host)).toBe(host);
    expect(afterViews([{ ...view, ports: [...view.ports] }], host)).toBe(host);
  });
});

describe("a distributed router's network", () => {
  const subnet = {
    id: uuid("5"),
    networkId: "",
    ipVersion: 4,
    cidr: "172.16.10.0/24",
    gateway: "172.16.10.254",
    enableDhcp: true,
    dnsNameservers: [],
    hostRoutes: [],
    ipv6AddressMode: null,
    ipv6RaMode: null,
  } as const;
  const vlan = networkView("20", {
    type: "vlan",
    physicalNetwork: "physnet1",
    segmentationId: 1000,
    subnets: [{ ...subnet, networkId: uuid("20") }],
  });

  it("on a physical network delivers by that network's own VLAN", () => {
    // As plugged by the L3 agent: here the hypervisor's way of plugging stands in for it.
    const gateway = portView("fe", vlan);
    const view = hostView({
      settings: { distributedRouting: true },
      networks: [vlan],
      ports: [portView("01", vlan), gateway],
      dvrMacs: [
        { host: "compute1", mac: "fa:16:3f:00:00:01" },
        { host: "compute2", mac: "fa:16:3f:00:00:02" },
      ],
    });
    const plugged = afterViews([view]);
    const owner = { ...gateway, deviceOwner: "network:router_interface_distributed" };
    const host = afterViews([{ ...view, ports: [view.ports[0] ?? gateway, owner] }], plugged);
    expect(flowsOf(host, "br-int", 2)).toEqual([
      "priority=1 actions=drop",
      "priority=20,dl_vlan=1000,dl_dst=fa:16:3e:00:00:01 actions=set_field:fa:16:3e:00:00:fe->eth_src,goto_table:59",
    ]);
    expect(flowsOf(host, "br-int", 60)).toContain(
      "priority=20,dl_vlan=1000,dl_dst=fa:16:3e:00:00:01 actions=pop_vlan,output:4",
    );
    expect(flowsOf(host, "br-vlan", 1)).toEqual([
      "priority=0 actions=goto_table:2",
      "priority=2,dl_vlan=1,dl_dst=fa:16:3e:00:00:fe actions=drop",
      "priority=1,dl_vlan=1,dl_src=fa:16:3e:00:00:fe actions=set_field:fa:16:3f:00:00:01->eth_src,goto_table:2",
    ]);
    expect(flowsOf(host, "br-vlan", 3)).toContain("priority=2,dl_src=fa:16:3f:00:00:02 actions=output:2");
  });
});
