/** Worlds that no recording shows: kernel datapaths, Linux bridge agents, loops, errors that come back. */
import { beforeAll, describe, expect, it } from "vitest";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { traceCloud } from "../explain/trace.ts";
import type { Namespace } from "../host/state.ts";
import type { World } from "../host/world.ts";
import type { StepEvent, TraceEvent, VerdictEvent } from "./event.ts";
import { address, bridge, emptyNamespace, guest, hostOf, link, member } from "./testing/world.ts";
import type { Probe } from "./walk/probe.ts";
import { drain, walk } from "./walk.ts";

const clouds = new Map<string, CollectedCloud>();
beforeAll(async () => {
  for (const name of ["legacy", "dvr"])
    clouds.set(name, await readBundle(new URL(`../demo/${name}`, import.meta.url).pathname));
});

function copy(name: string): CollectedCloud {
  const cloud = clouds.get(name)!;
  return { ...cloud, world: structuredClone(cloud.world) };
}

function path(events: TraceEvent[], leg: string): string[] {
  return events
    .filter((e): e is StepEvent & { kind: "frame" } => e.kind === "frame" && e.leg === leg)
    .map((e) => `${e.host} ${e.device} ${e.dir}`);
}

/** The same hosts with the kernel's datapath: tunnels are vports, routed and addressed by the host's own stack. */
function kernelDatapath(name: string): CollectedCloud {
  const cloud = copy(name);
  for (const host of cloud.world.hosts) {
    if (!host.ovs) continue;
    for (const b of host.ovs.bridges) b.datapathType = "system";
    host.ovs.routes = [];
    host.ovs.tunnelNeighbours = [];
    const root = host.namespaces.find((n) => n.name === "root")!;
    root.links.push({
      ...root.links[0]!,
      name: "vxlan_sys_4789",
      kind: "vxlan",
      ifindex: 900,
      mac: "aa:00:00:00:00:01",
      mtu: 65000,
      up: true,
      carrier: true,
      tunnel: { external: true, port: 4789 },
    });
    for (const n of root.neighbours) {
      const owner = cloud.world.hosts
        .flatMap((h) => h.namespaces.filter((x) => x.name === "root"))
        .find((x) => x.addresses.some((a) => a.address === n.address));
      const dev = owner?.addresses.find((a) => a.address === n.address)?.dev;
      const mac = owner?.links.find((l) => l.name === dev)?.mac;
      if (n.dev === "br-phy" && mac) n.mac = mac;
    }
  }
  return cloud;
}

describe("kernel datapath", () => {
  it.each(["legacy", "dvr"])("routes the tunnel's packets through the host's stack (%s)", (name) => {
    const events = [...traceCloud(kernelDatapath(name), { from: "cirros-vm1", to: "cirros-vm2", proto: "icmp" })];
    const verdict = events.at(-1) as VerdictEvent;
    expect(verdict.code, JSON.stringify(verdict)).toBe("DELIVERED");
    expect(path(events, "request").slice(4, -4)).toEqual([
      "compute1 qvocb9bcee4-5d in",
      "compute1 vxlan_sys_4789 out",
      "compute1 br-phy out",
      "compute1 eth1 out",
      "compute2 eth1 in",
      "compute2 br-phy in",
      "compute2 vxlan_sys_4789 in",
      "compute2 qvo56700a49-25 out",
    ]);
  });
  it("stops where the host's firewall drops VXLAN", () => {
    const cloud = kernelDatapath("legacy");
    const root = cloud.world.hosts.find((h) => h.name === "compute2")!.namespaces.find((n) => n.name === "root")!;
    for (const t of root.iptables!.tables)
      if (t.name === "filter")
        for (const c of t.chains) if (c.name === "INPUT") Object.assign(c, { policy: "DROP", rules: [] });
    const verdict = drain(traceCloud(cloud, { from: "cirros-vm1", to: "cirros-vm2", proto: "icmp" }));
    expect([verdict.code, verdict.host, verdict.device]).toEqual(["FIREWALL_DENIED", "compute2", "br-phy"]);
  });
});

describe("errors that come back", () => {
  it("shows time exceeded on its way to the sender", () => {
    const events = [...traceCloud(copy("legacy"), { from: "cirros-vm1", to: "cirros-vm3", proto: "icmp", ttl: 1 })];
    const verdict = events.at(-1) as VerdictEvent;
    expect([verdict.code, verdict.leg, verdict.netns.slice(0, 7)]).toEqual(["TTL_EXCEEDED", "request", "qrouter"]);
    const errors = events.filter((e): e is StepEvent & { kind: "frame" } => e.kind === "frame" && e.leg === "error");
    expect(errors.at(-1)).toMatchObject({ netns: "guest:cirros-vm1", device: "eth0", dir: "in" });
    expect(errors.at(-1)?.packet).toMatchObject({ icmp_type: 11, ip_src: "172.16.10.1", ip_dst: "172.16.10.237" });
    expect(errors.at(-1)?.packet.quoted).toMatchObject({ ip_dst: "172.16.11.208" });
  });
  it("shows fragmentation needed, with the addresses that the sender knows", () => {
    const cloud = copy("legacy");
    const ns = cloud.world.hosts
      .find((h) => h.name === "network1")!
      .namespaces.find((n) => n.name.startsWith("qrouter"))!;
    ns.links.find((l) => l.name.startsWith("qg-"))!.mtu = 1000;
    const events = [
      ...traceCloud(cloud, { from: "cirros-vm2", to: "172.24.4.1", proto: "icmp", size: 1200, df: true }),
    ];
    expect((events.at(-1) as VerdictEvent).code).toBe("MTU_EXCEEDED");
    const last = events.findLast((e): e is StepEvent & { kind: "frame" } => e.kind === "frame" && e.leg === "error");
    expect(last?.netns).toBe("guest:cirros-vm2");
    expect(last?.packet).toMatchObject({ icmp_type: 3, icmp_code: 4, ip_dst: "172.16.10.126" });
  });
});

describe("TCP and UDP", () => {
  it("assumes that a guest's port is open, and says so", () => {
    const events = [...traceCloud(copy("dvr"), { from: "cirros-vm1", to: "cirros-vm2", proto: "tcp", dport: 22 })];
    expect((events.at(-1) as VerdictEvent).code).toBe("DELIVERED");
    expect(events.some((e) => e.kind === "assume" && e.what.includes("tcp port 22"))).toBe(true);
    expect(events.find((e) => e.kind === "frame" && e.leg === "reply")).toMatchObject({
      packet: { tp_src: 22, tcp_flags: 0x12 },
    });
  });
  it("knows what listens in a namespace: a port that is closed sends the datagram's sender an error", () => {
    const events = [...traceCloud(copy("legacy"), { from: "cirros-vm1", to: "172.16.10.2", proto: "udp", dport: 999 })];
    expect(events.at(-1)).toMatchObject({ kind: "verdict", outcome: "dropped", code: "GUEST_REFUSED", leg: "error" });
  });
  it("blocks by the security group what it does not name", () => {
    const verdict = drain(
      traceCloud(copy("legacy"), { from: "cirros-vm3", to: "cirros-vm5", proto: "tcp", dport: 80 }),
    );
    expect([verdict.code, verdict.device]).toEqual(["SECURITY_GROUP_DENIED", "qbr1f69615b-95"]);
    expect(
      drain(traceCloud(copy("legacy"), { from: "cirros-vm3", to: "cirros-vm5", proto: "tcp", dport: 22 })).code,
    ).toBe("DELIVERED");
  });
});

/** Two hosts of the Linux bridge agent: tap and vxlan-10 in brq, the NIC carries the tunnel. */
function linuxBridgeWorld(kind: "vxlan" | "vlan"): World {
  const hosts = [1, 2].map((n) => {
    const nic = link(`nic${n}`, "physical", { mtu: 1600 });
    const tunnel =
      kind === "vxlan"
        ? link("vxlan-10", "vxlan", {
            mac: `02:00:00:10:00:0${n}`,
            mtu: 1550,
            tunnel: { key: 10, local: `192.0.2.${n}`, port: 8472 },
            ...member("brqnet"),
          })
        : link(`nic${n}.100`, "vlan", {
            vlan: { id: 100, protocol: "802.1Q" },
            linkName: `nic${n}`,
            ...member("brqnet"),
          });
    const tap = link(`tap0000000${n}-00`, "tap", { ifindex: 5, ...member("brqnet") });
    const root = emptyNamespace("root", [bridge("brqnet"), nic, tunnel, tap], [address(`nic${n}`, `192.0.2.${n}`)]);
    if (kind === "vxlan")
      root.fdb.push(
        { mac: "00:00:00:00:00:00", dev: "vxlan-10", dst: `192.0.2.${3 - n}`, self: true, permanent: true, flags: [] },
        {
          mac: `fa:16:3e:00:00:0${3 - n}`,
          dev: "vxlan-10",
          dst: `192.0.2.${3 - n}`,
          self: true,
          permanent: true,
          flags: [],
        },
      );
    return hostOf(`host${n}`, [root]);
  });
  const attachments = [1, 2].map((n) => ({ host: `host${n}`, netns: "root", dev: `nic${n}` }));
  return {
    hosts,
    guests: [guest(1, "host1"), guest(2, "host2")],
    segments: [{ name: "wire", attachments, assumed: false, reason: "" }],
    gaps: [],
  };
}

const PING: Pick<Probe, "to" | "proto"> = { to: "10.1.0.2", proto: "icmp" };

describe("Linux bridge agent", () => {
  it("carries a ping through brq, the vxlan device and the host's stack", () => {
    const world = linuxBridgeWorld("vxlan");
    const events = [...walk(world, { from: { kind: "guest", guest: world.guests[0]! }, ...PING })];
    expect((events.at(-1) as VerdictEvent).code, JSON.stringify(events.at(-1))).toBe("DELIVERED");
    expect(path(events, "request")).toEqual([
      "host1 eth0 out",
      "host1 tap00000001-00 in",
      "host1 vxlan-10 out",
      "host1 nic1 out",
      "host2 nic2 in",
      "host2 vxlan-10 in",
      "host2 tap00000002-00 out",
      "host2 eth0 in",
    ]);
    expect(events.find((e) => e.kind === "frame" && e.device === "nic1" && e.leg === "request")).toMatchObject({
      packet: { vxlan: { vni: 10, src: "192.0.2.1", dst: "192.0.2.2" } },
    });
  });
  it("finds IPv6 neighbours by solicitation", () => {
    const world = linuxBridgeWorld("vlan");
    for (const [i, g] of world.guests.entries()) g.fixedIps = [{ address: `2001:db8::${i + 1}`, prefix: 64 }];
    const events = [
      ...walk(world, { from: { kind: "guest", guest: world.guests[0]! }, to: "2001:db8::2", proto: "icmp" }),
    ];
    expect((events.at(-1) as VerdictEvent).code, JSON.stringify(events.at(-1))).toBe("DELIVERED");
    expect(events.find((e) => e.kind === "frame")).toMatchObject({
      leg: "arp-request",
      packet: { eth_dst: "33:33:ff:00:00:02", icmp_type: 135, nd_target: "2001:db8::2" },
    });
    expect(events.find((e) => e.kind === "frame" && e.leg === "reply")).toMatchObject({ packet: { icmp_type: 129 } });
  });
  it("names the entry that the vxlan device lacks", () => {
    const world = linuxBridgeWorld("vxlan");
    world.hosts[0]!.namespaces[0]!.fdb = [];
    const verdict = drain(walk(world, { from: { kind: "guest", guest: world.guests[0]! }, ...PING }));
    expect([verdict.code, verdict.device]).toEqual(["L2POP_ENTRY_MISSING", "vxlan-10"]);
  });
  it("tags frames in a VLAN subinterface", () => {
    const world = linuxBridgeWorld("vlan");
    const events = [...walk(world, { from: { kind: "guest", guest: world.guests[0]! }, ...PING })];
    expect((events.at(-1) as VerdictEvent).code).toBe("DELIVERED");
    expect(path(events, "request").slice(2, -2)).toEqual([
      "host1 nic1.100 out",
      "host1 nic1 out",
      "host2 nic2 in",
      "host2 nic2.100 in",
    ]);
    expect(events.find((e) => e.kind === "frame" && e.device === "nic1" && e.leg === "request")).toMatchObject({
      packet: { vlan: 100 },
    });
  });
});

describe("loops", () => {
  it("stops between two bridges that are joined twice", () => {
    const pair = (name: string, peer: string, master: string) =>
      link(name, "veth", { linkName: peer, ...member(master) });
    const root = emptyNamespace(
      "root",
      [
        bridge("br1"),
        bridge("br2"),
        pair("a1", "a2", "br1"),
        pair("a2", "a1", "br2"),
        pair("b1", "b2", "br1"),
        pair("b2", "b1", "br2"),
        link("tap00000001-00", "tap", member("br1")),
      ],
      [],
    );
    const world: World = {
      hosts: [hostOf("host1", [root])],
      guests: [guest(1, "host1"), guest(2, "host1")],
      segments: [],
      gaps: [],
    };
    expect(drain(walk(world, { from: { kind: "guest", guest: world.guests[0]! }, ...PING })).code).toBe(
      "LOOP_DETECTED",
    );
  });
  it("stops between two routers that point at each other", () => {
    const side = (n: number): Namespace => {
      const ns = emptyNamespace(
        `r${n}`,
        [link(`v${n}`, "veth", { mac: `02:00:00:00:00:0${n}`, linkName: `v${3 - n}`, linkNetns: `r${3 - n}` })],
        [address(`v${n}`, `10.9.0.${n}`)],
      );
      ns.routes.push({
        family: 4,
        type: "unicast",
        dst: "0.0.0.0/0",
        table: "main",
        via: `10.9.0.${3 - n}`,
        dev: `v${n}`,
        metric: 0,
        flags: [],
      });
      return ns;
    };
    const veth = (name: string, peer: string, netns: string) =>
      link(name, "veth", { linkName: peer, linkNetns: netns });
    const sender = emptyNamespace("r0", [veth("w0", "w1", "r1")], [address("w0", "10.8.0.1")]);
    const via = { family: 4, type: "unicast", table: "main", metric: 0, flags: [] } as const;
    sender.routes.push({ ...via, flags: [], dst: "0.0.0.0/0", via: "10.8.0.2", dev: "w0" });
    const first = side(1);
    const near = emptyNamespace("r1", [veth("w1", "w0", "r0")], [address("w1", "10.8.0.2")]);
    first.links.push(...near.links);
    first.addresses.push(...near.addresses);
    first.routes.push(...near.routes);
    const world: World = { hosts: [hostOf("host1", [sender, first, side(2)])], guests: [], segments: [], gaps: [] };
    const verdict = drain(
      walk(world, { from: { kind: "netns", host: "host1", netns: "r0" }, to: "8.8.8.8", proto: "icmp" }),
    );
    expect(verdict.code, JSON.stringify(verdict)).toBe("LOOP_DETECTED");
  });
});

describe("what is not there", () => {
  it("is unknown, and says what is missing", () => {
    const world: World = { hosts: [], guests: [guest(1, "host1")], segments: [], gaps: [] };
    const from = { kind: "guest" as const, guest: world.guests[0]! };
    expect(drain(walk(world, { from, ...PING }))).toMatchObject({
      outcome: "unknown",
      code: "STATE_INCOMPLETE",
      element: { text: expect.stringContaining("host1") },
    });
    expect(drain(walk(world, { from: { kind: "netns", host: "h", netns: "x" }, ...PING }))).toMatchObject({
      outcome: "unknown",
    });
  });
});
