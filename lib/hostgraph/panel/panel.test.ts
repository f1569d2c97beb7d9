import { describe, expect, it } from "vitest";
import { flowText } from "../../client/flow-text.ts";
import { readBundle } from "../../collect/bundle.ts";
import type { CollectedCloud } from "../../collect/cloud.ts";
import { hostGraph } from "../graph.ts";
import { hostNamed, panelOf, rawText } from "../lookup.ts";

const legacy = await readBundle("lib/demo/legacy");
const dvr = await readBundle("lib/demo/dvr");
const DHCP = "qdhcp-3c9a2c1f-099a-4fc9-bee1-b377a05a8081";

const panel = (cloud: CollectedCloud, host: string, netns: string, name: string) =>
  panelOf(cloud, "demo", host, { netns, name });
const sections = async (cloud: CollectedCloud, host: string, netns: string, name: string) =>
  Object.keys(await panel(cloud, host, netns, name)).slice(3);

describe("device panel", () => {
  it("has only the sections that the device has", async () => {
    expect(await sections(legacy, "compute1", "root", "br-int")).toEqual(["summary", "flows", "fdb", "raw"]);
    expect(await sections(legacy, "compute1", "root", "eth0")).toEqual([
      "summary",
      "firewall",
      "ipsets",
      "neighbours",
      "routes",
      "raw",
    ]);
    expect(await sections(legacy, "compute1", "root", "tap1f69615b-95")).toEqual(["summary", "fdb", "firewall", "raw"]);
    expect(await sections(legacy, "network1", DHCP, "")).toEqual([
      "summary",
      "firewall",
      "routes",
      "neighbours",
      "leases",
      "raw",
    ]);
  });

  it("answers for every device of both clouds", async () => {
    for (const cloud of [legacy, dvr]) {
      for (const host of cloud.world.hosts) {
        for (const node of hostGraph(cloud, host).nodes) {
          const one = await panelOf(cloud, "demo", host.name, node);
          expect(one.summary.length, node.id).toBeGreaterThan(1);
        }
        for (const ns of host.namespaces)
          expect((await panelOf(cloud, "demo", host.name, { netns: ns.name, name: "" })).id).toBe(`${ns.name}/`);
      }
    }
  });

  it("groups flows by table with Neutron's name, by falling priority, with every flow of the dump", async () => {
    const { flows } = await panel(legacy, "compute1", "root", "br-int");
    expect(flows?.tables.map((table) => [table.table, table.name])).toContainEqual([60, "TRANSIENT_TABLE"]);
    expect(flows?.tables.reduce((n, table) => n + table.flows.length, 0)).toBe(flows?.total);
    for (const table of flows?.tables ?? []) {
      const priorities = table.flows.map((flow) => flow.priority);
      expect(priorities).toEqual(priorities.toSorted((a, b) => b - a));
    }
    expect(flows?.tables.find((table) => table.table === 0)?.next).toEqual([0, 24, 25, 59]);
  });

  it("prints flows as ovs-ofctl did", async () => {
    const { flows } = await panel(legacy, "compute1", "root", "br-int");
    const dump = await legacy.raw("compute1", "ovs/br-int/ovs-ofctl-O-OpenFlow13-dump-flows.txt");
    const lines = new Set(dump.split("\n").map((line) => line.trim()));
    for (const table of flows?.tables ?? [])
      for (const flow of table.flows.map((one) => flowText(table.table, one))) expect(lines.has(flow), flow).toBe(true);
  });

  it("weaves the names of ports, networks, guests and tables into flows", async () => {
    const { flows } = await panel(legacy, "compute1", "root", "br-int");
    const hints =
      flows?.tables.flatMap((table) =>
        table.flows.flatMap((flow) => flow.hints.map((hint) => `${hint.token} ${hint.name}`)),
      ) ?? [];
    expect(hints).toContain("in_port=4 qvocb9bcee4-5d · cirros-vm1");
    expect(hints).toContain("goto_table:25 MAC_SPOOF_TABLE");
    expect(hints).toContain("fa:16:3e:5f:49:6f cirros-vm1");
    expect(hints).toContain(`${"arp_spa=172.16.10.28".replace("arp_spa=", "")} cirros-vm5`);
    const tun = await panel(legacy, "compute1", "root", "br-tun");
    const names =
      tun.flows?.tables.flatMap((table) =>
        table.flows.flatMap((flow) => flow.hints.map((hint) => `${hint.token} ${hint.name}`)),
      ) ?? [];
    expect(names).toContain("tun_id=0xa vxlan10");
    expect(names).toContain("dl_vlan=1 vxlan10");
    expect(names.some((name) => name.endsWith("vxlan-0a002c20 · compute2"))).toBe(true);
  });

  it("gives a port the flows that name it, and those alone", async () => {
    const { flows } = await panel(legacy, "compute1", "root", "qvocb9bcee4-5d");
    const texts = flows?.tables.flatMap((table) => table.flows.map((flow) => flowText(table.table, flow))) ?? [];
    expect(texts.length).toBeGreaterThan(4);
    for (const text of texts) expect(text).toMatch(/in_port=4\b|output:4\b|fa:16:3e:5f:49:6f|172\.16\.10\.237/);
    expect(flows?.total).toBeGreaterThan(texts.length);
  });

  it("puts the port's own chains first, and the sets that they use beside them", async () => {
    const { firewall, ipsets } = await panel(legacy, "compute1", "guest:cirros-vm1", "eth0");
    expect(firewall?.[0]?.chains.slice(0, 3).map((chain) => chain.name)).toEqual([
      "neutron-openvswi-icb9bcee4-5",
      "neutron-openvswi-ocb9bcee4-5",
      "neutron-openvswi-scb9bcee4-5",
    ]);
    expect(firewall?.[0]?.chains.map((chain) => chain.name)).toContain("neutron-openvswi-sg-fallback");
    expect(ipsets?.map((set) => set.name)).toContainEqual(expect.stringMatching(/^NIPv4/));
  });

  it("prints routes, rules and connections as the kernel's tools do", async () => {
    const router =
      hostGraph(dvr, hostNamed(dvr, "compute1")).namespaces?.find((ns) => ns.name.startsWith("qrouter-"))?.name ?? "";
    const { routes, conntrack } = await panel(dvr, "compute1", router, "");
    expect(routes?.rules).toContain("0: from all lookup local");
    expect(
      routes?.tables
        .find((table) => table.name === "main")
        ?.routes.some((route) =>
          /^172\.16\.10\.0\/24 dev qr-\S+ proto kernel scope link src 172\.16\.10\.1$/.test(route),
        ),
    ).toBe(true);
    const dump = await dvr.raw("compute1", `netns/${router}/conntrack-L.txt`);
    const squeeze = (text: string) => text.replace(/\s+/g, " ").replace(/ use=\d+$/, "");
    const lines = new Set(dump.split("\n").map((line) => squeeze(line.trim())));
    for (const entry of conntrack ?? []) expect(lines.has(squeeze(entry)), entry).toBe(true);
  });

  it("shows the leases of a DHCP server", async () => {
    const { leases } = await panel(legacy, "network1", DHCP, "tapbd9a34aa-0e");
    expect(leases?.network).toBe("vxlan11");
    expect(leases?.leases[0]).toContain("fa:16:3e:9f:93:e4 172.16.11.208");
    expect(leases?.hosts).toHaveLength(2);
  });

  it("carries the recorded text of the device's own files first", async () => {
    const { raw } = await panel(legacy, "compute1", "root", "br-int");
    expect(raw?.[0]?.file).toMatch(/^ovs\/br-int\//);
    expect(raw?.some((one) => one.command === "ovs-ofctl -O OpenFlow13 dump-flows br-int")).toBe(true);
  });

  it("refuses what is not there, and files outside the index", async () => {
    await expect(panel(legacy, "compute1", "root", "nope")).rejects.toMatchObject({ code: "not_found" });
    await expect(panel(legacy, "compute9", "root", "br-int")).rejects.toMatchObject({ code: "not_found" });
    await expect(rawText(legacy, "compute1", "../network1/index.tsv")).rejects.toMatchObject({ code: "not_found" });
    await expect(rawText(legacy, "compute1", "/etc/passwd")).rejects.toMatchObject({ code: "not_found" });
  });
});
