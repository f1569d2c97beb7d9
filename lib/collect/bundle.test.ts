import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { HostState, Namespace } from "../host/state.ts";
import { readBundle } from "./bundle.ts";
import type { CollectedCloud } from "./cloud.ts";

const DEMO = join(import.meta.dirname, "../demo");
const GUESTS = ["cirros-vm1", "cirros-vm2", "cirros-vm3", "cirros-vm4", "cirros-vm5", "vlan-vm1", "vlan-vm2"];

function host(cloud: CollectedCloud, name: string): HostState {
  const found = cloud.world.hosts.find((h) => h.name === name);
  if (!found) throw new Error(`no host ${name}`);
  return found;
}
function netns(state: HostState, prefix: string): Namespace {
  const found = state.namespaces.find((ns) => ns.name.startsWith(prefix));
  if (!found) throw new Error(`no namespace ${prefix}`);
  return found;
}
const names = (list: { name: string }[]) => list.map((x) => x.name);

describe.each(["legacy", "dvr"])("the recorded cloud %s", (mode) => {
  let cloud: CollectedCloud;
  beforeAll(async () => {
    cloud = await readBundle(join(DEMO, mode));
  });

  test("is read without a gap", () => {
    expect(cloud.gaps).toEqual([]);
    expect(names(cloud.world.hosts)).toEqual(["compute1", "compute2", "network1", "outside"]);
    for (const state of cloud.world.hosts) {
      expect(state.unread).toBeUndefined();
      expect(state.namespaces.filter((ns) => ns.unread)).toEqual([]);
      for (const bridge of state.ovs?.bridges ?? []) {
        expect(bridge.flowsKnown).toBe(true);
        expect(bridge.flows.length).toBeGreaterThan(0);
      }
    }
    expect(cloud.takenAt).toMatch(/^2026-11-20T10:/);
  });

  test("has the seven guests, each on its tap", () => {
    const guests = [...cloud.world.guests].sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(names(guests)).toEqual(GUESTS);
    for (const guest of guests) {
      const tap = netns(host(cloud, guest.host), "root").links.find((link) => link.name === guest.tap);
      expect(tap).toMatchObject({ kind: "tap", mtu: guest.mtu, master: guest.tap.replace("tap", "qbr"), up: true });
      expect(guest.serverId).toMatch(/^[0-9a-f-]{36}$/);
      expect(guest.hostRoutes.map((route) => route.dst)).toEqual(["169.254.169.254/32"]);
    }
    expect(guests[0]).toMatchObject({ host: "compute1", mtu: 1450 });
    expect(guests[5]).toMatchObject({ host: "compute1", mtu: 1500 });
  });

  test("derives of each guest what is really inside it", () => {
    for (const guest of cloud.world.guests) {
      const inside = join(DEMO, mode, guest.host, "guests", guest.name);
      const [eth0] = JSON.parse(readFileSync(join(inside, "ip-j-d-link.json"), "utf8")).filter(
        (l: { ifname: string }) => l.ifname === "eth0",
      );
      expect(guest.mac).toBe(eth0.address);
      expect(guest.mtu).toBe(eth0.mtu);
      const links = JSON.parse(readFileSync(join(inside, "ip-j-addr.json"), "utf8"));
      const addresses = links.flatMap(
        (l: { addr_info: { family: string; scope: string; local: string; prefixlen: number }[] }) =>
          l.addr_info
            .filter((a) => a.family === "inet" && a.scope === "global")
            .map((a) => `${a.local}/${a.prefixlen}`),
      );
      expect(guest.fixedIps.map((ip) => `${ip.address}/${ip.prefix}`)).toEqual(addresses);
    }
  });

  test("joins the hosts by underlay, management, and physical networks", () => {
    const segments = cloud.world.segments.map((s) => [
      s.name,
      s.attachments.map((a) => `${a.host} ${a.dev}`),
      s.assumed,
    ]);
    const hosts = ["compute1", "compute2", "network1"];
    expect(segments).toEqual([
      ["underlay", hosts.map((h) => `${h} eth1`), true],
      ["192.168.250.0/24", hosts.map((h) => `${h} eth0`), true],
      ["extern", [...hosts.map((h) => `${h} eth2`), "outside eth0"], true],
      ["physnet1", hosts.map((h) => `${h} eth3`), true],
    ]);
    expect(cloud.world.segments[2]?.reason).toContain(
      "outside eth0 172.24.4.1 is in 172.24.4.0/24 of network extern_net",
    );
  });

  test("has the bridges, their ports, tags and patches", () => {
    for (const name of ["compute1", "compute2", "network1"]) {
      const ovs = host(cloud, name).ovs;
      expect(names(ovs?.bridges ?? []).sort()).toEqual(["br-ex", "br-int", "br-phy", "br-tun", "br-vlan"]);
      const tun = ovs?.bridges.find((b) => b.name === "br-tun");
      const vxlan = tun?.ports.flatMap((p) => p.interfaces).filter((i) => i.type === "vxlan");
      expect(vxlan).toHaveLength(2);
      for (const iface of vxlan ?? []) expect(iface.options).toMatchObject({ in_key: "flow", out_key: "flow" });
      expect(tun?.failMode).toBe("secure");
      expect(tun?.controllers).toEqual(["tcp:127.0.0.1:6633"]);
    }
    const int = host(cloud, "compute1").ovs?.bridges.find((b) => b.name === "br-int");
    const qvo = int?.ports.filter((p) => p.name.startsWith("qvo")) ?? [];
    expect(qvo).toHaveLength(4);
    for (const port of qvo) {
      expect(port.tag).toBeGreaterThan(0);
      expect(port.otherConfig.net_uuid).toMatch(/^[0-9a-f-]{36}$/);
      expect(port.interfaces[0]).toMatchObject({ netns: "root", linkUp: true, state: ["LIVE"] });
    }
    expect(int?.ports.find((p) => p.name === "br-int")?.interfaces[0]).toMatchObject({
      ofport: 65534,
      config: ["PORT_DOWN"],
    });
  });

  test("finds the devices of Open vSwitch that live in namespaces", () => {
    const interfaces =
      host(cloud, "network1")
        .ovs?.bridges.flatMap((b) => b.ports)
        .flatMap((p) => p.interfaces) ?? [];
    const moved = interfaces.filter((i) => i.netns !== undefined && i.netns !== "root");
    for (const iface of moved) expect(iface.type).toBe("internal");
    expect(moved.filter((i) => i.netns?.startsWith("qdhcp-"))).toHaveLength(3);
    expect(moved.filter((i) => /^(qrouter|snat|fip)-/.test(i.netns ?? ""))).toHaveLength(mode === "legacy" ? 3 : 6);
  });

  test("joins veth pairs inside the host, and leaves NICs open", () => {
    const root = netns(host(cloud, "compute1"), "root");
    const qvb = root.links.filter((link) => link.name.startsWith("qvb"));
    expect(qvb).toHaveLength(4);
    for (const link of qvb) {
      expect(link.linkName).toBe(link.name.replace("qvb", "qvo"));
      expect(link.bridgePort).toMatchObject({ state: "forwarding", hairpin: false, learning: true });
    }
    expect(root.links.find((link) => link.name === "eth1")).toMatchObject({ kind: "veth", linkNetnsId: 0 });
    expect(root.links.find((link) => link.name === "eth1")?.linkName).toBeUndefined();
  });

  test("has the firewall, sets and sysctls of a compute host", () => {
    const root = netns(host(cloud, "compute2"), "root");
    expect(names(root.iptables?.tables ?? []).sort()).toEqual(["filter", "raw"]);
    expect(root.ipsets.map((s) => [s.type, s.family])).toContainEqual(["hash:net", "inet"]);
    expect(root.ipsets.find((s) => s.family === "inet")?.members.length).toBeGreaterThan(3);
    expect(root.sysctls["net.bridge.bridge-nf-call-iptables"]).toBe("1");
    expect(root.conntrack.length).toBeGreaterThan(0);
    expect(netns(host(cloud, "outside"), "root").iptables).toEqual({ family: 4, tables: [] });
  });

  test("has each route once, and the default", () => {
    for (const state of cloud.world.hosts) {
      for (const ns of state.namespaces) {
        const keys = ns.routes.map((route) => JSON.stringify(route));
        expect(new Set(keys).size).toBe(keys.length);
        expect(ns.routes.filter((route) => route.family === 6).length).toBeGreaterThan(0);
      }
    }
    const gateway = netns(host(cloud, "network1"), mode === "legacy" ? "qrouter-" : "snat-");
    expect(gateway.routes.find((route) => route.dst === "0.0.0.0/0")).toMatchObject({
      family: 4,
      via: "172.24.4.1",
      table: "main",
    });
  });

  test("has three dnsmasq instances that run", () => {
    const { dnsmasq } = host(cloud, "network1");
    expect(dnsmasq).toHaveLength(3);
    for (const instance of dnsmasq) {
      expect(instance).toMatchObject({ running: true, netns: `qdhcp-${instance.networkId}` });
      expect(instance.interface).toMatch(/^tap/);
      expect(instance.command).toContain("--dhcp-range=");
      expect(instance.hosts.length).toBeGreaterThan(0);
      expect(instance.options.map((o) => o.name)).toContain("router");
      expect(instance.leases.length).toBeGreaterThan(0);
    }
  });

  test("has the control plane's objects", () => {
    const { api } = cloud;
    expect([api.networks, api.subnets, api.routers, api.floatingIps, api.servers].map((l) => l.length)).toEqual([
      4, 4, 1, 1, 7,
    ]);
    expect(api.securityGroups.length).toBeGreaterThan(2);
    expect(api.agents.every((agent) => agent.host !== "")).toBe(true);
    expect(api.projects.map((p) => p.name)).toContain("demo");
  });

  test("shows raw files, without secrets, and no guest's", async () => {
    const files = cloud.files("compute1");
    expect(files.find((f) => f.file === "root/ip-j-addr.json")).toEqual({
      file: "root/ip-j-addr.json",
      status: 0,
      command: "env ip -j addr",
    });
    expect(files.filter((f) => f.file.startsWith("guests/"))).toEqual([]);
    expect(await cloud.raw("compute1", "ovs/br-int/fdb-show.txt")).toContain("VLAN  MAC");
    await expect(cloud.raw("compute1", "guests/cirros-vm1/ip-j-addr.json")).rejects.toThrow("no such file");
    await expect(cloud.raw("compute1", "../compute2/date.txt")).rejects.toThrow("no such file");
    await expect(cloud.raw("compute1", "/etc/passwd")).rejects.toThrow("no such file");
    await expect(cloud.raw("nowhere", "date.txt")).rejects.toThrow("no such host");
  });
});

test("a distributed router's veth pairs are joined across namespaces", async () => {
  const cloud = await readBundle(join(DEMO, "dvr"));
  for (const name of ["compute1", "compute2", "network1"]) {
    const state = host(cloud, name);
    const fip = netns(state, "fip-");
    const router = netns(state, "qrouter-");
    const rfp = router.links.find((link) => link.name.startsWith("rfp-"));
    const fpr = fip.links.find((link) => link.name.startsWith("fpr-"));
    expect(rfp).toMatchObject({ linkName: fpr?.name, linkNetns: fip.name });
    expect(fpr).toMatchObject({ linkName: rfp?.name, linkNetns: router.name });
  }
  const rules = netns(host(cloud, "compute1"), "qrouter-").rules.filter((rule) => rule.priority > 32767);
  expect(rules.map((rule) => rule.src)).toEqual(["172.16.10.237/32", "172.16.10.1/24", "172.16.11.1/24"]);
});

test("an aborted reading says so, and so does a directory that is no bundle", async () => {
  const abort = new AbortController();
  abort.abort(new Error("left"));
  await expect(readBundle(join(DEMO, "legacy"), { signal: abort.signal })).rejects.toThrow("left");
  await expect(readBundle(join(DEMO, "legacy/compute1"))).rejects.toThrow("no host in compute1");
  await expect(readBundle(join(DEMO, "nowhere"))).rejects.toThrow("cannot be read");
});

test("progress counts hosts", async () => {
  const seen: string[] = [];
  await readBundle(join(DEMO, "legacy"), { onProgress: (done, total) => seen.push(`${done}/${total}`) });
  expect(seen).toEqual(["0/4", "1/4", "2/4", "3/4", "4/4"]);
});
