/** Healthy recorded clouds are as they should be; of a broken one, the check names the place and repairs it. */
import { beforeAll, describe, expect, test } from "vitest";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { FAULT_KINDS } from "../faults/catalogue.ts";
import { inject } from "../faults/inject.ts";
import { run, Scene } from "../faults/scene.ts";
import { parseCommands } from "../host/command/shell.ts";
import { applyAll } from "../host/run.ts";
import type { HostState } from "../host/state.ts";
import { viewsOf } from "../intent/recorded.ts";
import { checkCloud, checkHost } from "./check.ts";

const withHosts = (cloud: CollectedCloud, hosts: readonly HostState[]): CollectedCloud => ({
  ...cloud,
  world: { ...cloud.world, hosts: [...hosts] },
});

describe.each(["legacy", "dvr"])("the recorded %s cloud", (name) => {
  let cloud: CollectedCloud;
  let scene: Scene;
  let views: ReturnType<typeof viewsOf>;
  beforeAll(async () => {
    cloud = await readBundle(new URL(`../demo/${name}`, import.meta.url).pathname);
    scene = new Scene(cloud);
    views = viewsOf(cloud.api, cloud.world.hosts);
  });

  test("differs in nothing; the machine outside is not checked", () => {
    const { hosts } = checkCloud(cloud);
    expect(hosts.flatMap((one) => [...one.differences, ...(one.repair === "" ? [] : [one.repair])])).toEqual([]);
    expect(hosts.filter((one) => !one.checked).map((one) => [one.name, one.notChecked])).toEqual([
      ["outside", ["no agent reports from it"]],
    ]);
  });

  test("lacks what Neutron gave to an agent that did not take it up; without schedules, that is not checked", () => {
    const { schedules, ...api } = cloud.api;
    const [given] = schedules?.networks ?? [];
    const ports = api.ports.filter((one) => one.network_id !== given?.network || one.device_owner !== "network:dhcp");
    const untaken = checkCloud({ ...cloud, api: { ...cloud.api, ports } });
    expect(untaken.hosts.flatMap((one) => one.differences.filter(({ waitsFor }) => waitsFor))).toMatchObject([
      { kind: "missing", name: `qdhcp-${given?.network}`, waitsFor: ["DHCP agent"] },
    ]);
    const { hosts } = checkCloud({ ...cloud, api });
    expect(hosts.flatMap((one) => one.differences)).toEqual([]);
    expect(hosts.find((one) => one.name === "network1")?.notChecked.join()).toContain("the recording does not say");
  });

  test("what was not read is no difference", () => {
    const flowless = cloud.world.hosts.map((host) =>
      host.name === "compute1" && host.ovs
        ? { ...host, ovs: { ...host.ovs, bridges: host.ovs.bridges.map((one) => ({ ...one, flows: [] })) } }
        : host,
    );
    const file = "compute1/ovs/br-int/ovs-ofctl-O-OpenFlow13-dump-flows.txt";
    const broken = { ...withHosts(cloud, flowless), gaps: [{ host: "compute1", file, reason: "the file is missing" }] };
    const compute1 = checkCloud(broken).hosts.find((one) => one.name === "compute1");
    expect(compute1).toMatchObject({ checked: true, differences: [], repair: "" });
    expect(compute1?.notChecked.join()).toContain("dump-flows.txt: the file is missing");
  });

  test.each([
    ["a device", "ip link add dup0 type dummy && ip link set dup0 up"],
    ["a pair of devices on the switch", "ip link add qvbx type veth peer name qvox && ovs-vsctl add-port br-int qvox"],
    ["a bridge with a tap", "brctl addbr brqx && ip tuntap add tapx mode tap && brctl addif brqx tapx"],
    ["a switch", "ovs-vsctl add-br br-x"],
    ["a namespace", "ip netns add qrouter-x"],
    ["an address", "ip addr add 10.1.1.1/24 dev eth1"],
    ["forwarding", "sysctl -w net.ipv4.ip_forward=1"],
    ["a routing rule", "ip rule add from 9.9.9.9 lookup 5"],
    ["a policy", "iptables -P FORWARD DROP"],
    ["a tag", "ovs-vsctl set Port patch-tun tag=7"],
    [
      "a tunnel's tag and option",
      "ovs-vsctl set Port vxlan-0a002c15 tag=7 -- set Interface vxlan-0a002c15 options:key=5",
    ],
    ["a port's VLAN mode", "ovs-vsctl set Port qvo1f69615b-95 vlan_mode=trunk trunks=5 protected=true"],
    ["a setting", "sysctl -w net.ipv4.conf.eth1.rp_filter=1"],
    ["another port's id", "ovs-vsctl set Interface qvo1f69615b-95 external_ids:iface-id=nobody"],
    ["a spanning tree", "brctl stp qbr1f69615b-95 on && brctl setageing qbr1f69615b-95 30"],
    ["a lack of addresses", "ip addr flush dev br-phy"],
    ["a lack of the kernel's own routing rule", "ip rule del priority 32766"],
  ])("%s made by hand is taken away again, with no other change", (_what, lines) => {
    const compute1 = cloud.world.hosts.find((one) => one.name === "compute1") as HostState;
    const changed = applyAll(compute1, parseCommands(lines.replaceAll(" && ", "\n")));
    const report = checkHost(cloud, changed, views.get("compute1"));
    expect(report.differences.length).toBeGreaterThan(0);
    const repair = parseCommands(report.repair ?? "");
    expect(repair.length).toBeLessThan(8);
    expect(checkHost(cloud, applyAll(changed, repair), views.get("compute1")).differences).toEqual([]);
  });

  test.each(["br-phy", "br-vlan", "br-ex", "br-int", "br-tun"])(
    "%s is made again with all that hangs on it",
    (bridge) => {
      const compute1 = cloud.world.hosts.find((one) => one.name === "compute1") as HostState;
      const changed = applyAll(compute1, parseCommands(`ovs-vsctl del-br ${bridge}`));
      const { repair = "", differences } = checkHost(cloud, changed, views.get("compute1"));
      expect(differences.length).toBeGreaterThan(0);
      const mended = applyAll(changed, parseCommands(repair));
      expect(checkHost(cloud, mended, views.get("compute1")).differences).toEqual([]);
    },
  );

  test("a table that somebody asked for is no difference", () => {
    const compute1 = cloud.world.hosts.find((one) => one.name === "compute1") as HostState;
    const asked = applyAll(compute1, parseCommands("ip6tables -t security -P INPUT ACCEPT"));
    expect(asked).not.toBe(compute1);
    expect(checkHost(cloud, asked, views.get("compute1")).differences).toEqual([]);
  });

  test.each(FAULT_KINDS.map((one) => [one.kind, one] as const))("%s is found and repaired", (_kind, kind) => {
    const [place] = kind.places(scene);
    if (!place) return; // What only a distributed router has.
    const { hosts } = inject(cloud.world.hosts, place);
    const report = checkCloud(withHosts(cloud, hosts), views);
    const touched = hosts.filter((host, i) => host !== cloud.world.hosts[i]).map((host) => host.name);
    const found = report.hosts.filter((one) => one.differences.length > 0).map((one) => one.name);
    expect(touched).toEqual(expect.arrayContaining(found));
    expect(found.length).toBeGreaterThan(0);
    const mended = hosts.map((host) => {
      const repair = report.hosts.find((one) => one.name === host.name)?.repair ?? "";
      return applyAll(host, parseCommands(repair));
    });
    const healthy = run(cloud, place.trace).verdict.code;
    expect(run(withHosts(cloud, mended), place.trace).verdict.code).toBe(healthy);
    expect(checkCloud(withHosts(cloud, mended), views).hosts.flatMap((one) => one.differences)).toEqual([]);
  });
});
