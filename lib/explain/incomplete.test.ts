/** Bundles with parts cut out: where the walk would need them the verdict is unknown and names the file. */
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { TraceQuery } from "../api/http.ts";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { VerdictEvent } from "../datapath/event.ts";
import { traceCloud } from "./trace.ts";

const ping = (from: string, to: string): TraceQuery => ({ from, to, proto: "icmp" });
const VM1_TO_VM2 = ping("cirros-vm1", "cirros-vm2");
const VM1_TO_VM3 = ping("cirros-vm1", "cirros-vm3");
const TO_OUTSIDE = ping("cirros-vm1", "172.24.4.1");
const ROUTER = "network1/netns/qrouter-dbf66ea4-91da-4a1b-b9b1-8cbcea946e95";
const FLOWS = "ovs-ofctl-O-OpenFlow13-dump-flows.txt";

const directory = mkdtempSync(join(tmpdir(), "underlay-cut-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let count = 0;

/** The legacy cloud without, or with nothing in, that file or directory. */
async function cut(path: string, how: "removed" | "emptied"): Promise<CollectedCloud> {
  const copy = join(directory, `cut${++count}`);
  cpSync(new URL("../demo/legacy", import.meta.url).pathname, copy, { recursive: true });
  if (how === "removed") rmSync(join(copy, path), { recursive: true });
  else writeFileSync(join(copy, path), "");
  return await readBundle(copy);
}

const verdictOf = (cloud: CollectedCloud, query: TraceQuery) => [...traceCloud(cloud, query)].at(-1) as VerdictEvent;

interface Cut {
  path: string;
  how?: "emptied";
  query?: TraceQuery;
  /** What the verdict names; the path itself when absent. */
  names?: RegExp;
}

const CUTS: Cut[] = [
  { path: "compute2", names: /compute2/ },
  { path: "compute1", names: /host compute1 is not in the snapshot/ },
  { path: "network1", query: VM1_TO_VM3, names: /network1|10\.0\.44\.21/ },
  { path: `compute1/ovs/br-tun/${FLOWS}` },
  { path: `compute2/ovs/br-tun/${FLOWS}` },
  { path: `compute2/ovs/br-tun/${FLOWS}`, how: "emptied" },
  { path: "compute2/ovs/br-int", names: new RegExp(`compute2/ovs/br-int/${FLOWS}`) },
  { path: "compute2/root/iptables-save-c.txt" },
  { path: "compute2/root/iptables-save-c.txt", how: "emptied" },
  { path: "compute2/root/ipset-save.txt" },
  { path: "compute2/root/sysctl-net.txt" },
  { path: "compute2/root/ip-j-d-link.json" },
  { path: "compute2/root", names: /compute2\/root\/ip-j-d-link\.json/ },
  { path: "compute2/ovs", names: /compute2\/ovs\/ovs-vsctl/ },
  { path: "compute2/ovs/ovs-vsctl-list-Interface.json" },
  { path: "compute2/ovs/ovs-vsctl-list-Interface.json", how: "emptied" },
  { path: "compute2/ovs/ovs-vsctl-list-Port.json", how: "emptied" },
  { path: "compute2/ovs/ovs-vsctl-list-Bridge.json", how: "emptied" },
  { path: "compute1/ovs/route-show.txt" },
  { path: "compute1/root/ip-j-d-link.json" },
  { path: "compute1/root/ip-j-addr.json", query: { from: "cirros-vm1", proto: "dhcp" } },
  { path: "compute1/ovs/ovs-vsctl-list-Bridge.json" },
  { path: "compute1/ovs/ovs-vsctl-list-Port.json" },
  { path: "compute1/ovs/ovs-vsctl-list-Interface.json" },
  { path: "api/subnets.json", query: ping("cirros-vm1", "172.16.10.126") },
  { path: "api/networks.json", query: TO_OUTSIDE },
  { path: "outside/root/ip-j-addr.json", query: TO_OUTSIDE },
  { path: `${ROUTER}/ip-j-addr.json`, query: TO_OUTSIDE },
  { path: `${ROUTER}/ip-j-d-link.json`, query: VM1_TO_VM3 },
  { path: `${ROUTER}/ip-j-rule.json`, query: VM1_TO_VM3 },
  {
    path: "network1/dnsmasq/6f1232c9-5d5f-4d14-bf55-5520c6ff9405/host",
    query: { from: "cirros-vm1", proto: "dhcp" },
  },
  { path: "network1/netns", query: VM1_TO_VM3, names: /network1\/netns\/qrouter-\S+\/ip-j-d-link\.json/ },
];

describe("a bundle without", () => {
  it.each(CUTS.map((c) => ({ how: "removed" as const, ...c })))("$path $how", async ({ path, how, query, names }) => {
    const v = verdictOf(await cut(path, how), query ?? VM1_TO_VM2);
    expect([v.outcome, v.code], v.summary).toEqual(["unknown", "STATE_INCOMPLETE"]);
    if (names) expect(v.element?.text).toMatch(names);
    else expect(v.element?.text).toContain(path);
  });

  it("what the walk does not need is whole", async () => {
    for (const path of [`${ROUTER}/ip-j-6-rule.json`, `${ROUTER}/ip-j-6-route-table-all.json`])
      expect(verdictOf(await cut(path, "removed"), VM1_TO_VM3).code, path).toBe("DELIVERED");
    for (const path of ["compute2/root/ip-j-6-rule.json", "compute1/ovs/tnl-neigh-show.txt", "network1/netns"])
      expect(verdictOf(await cut(path, "removed"), VM1_TO_VM2).code, path).toBe("DELIVERED");
  });
});

describe("a device of a kind that nobody knows", () => {
  it("is a gap, and ends the walk where a frame meets it", async () => {
    const copy = join(directory, `cut${++count}`);
    cpSync(new URL("../demo/legacy", import.meta.url).pathname, copy, { recursive: true });
    const file = join(copy, "compute1/root/ip-j-d-link.json");
    const links = JSON.parse(readFileSync(file, "utf8")) as { ifname: string; linkinfo?: { info_kind: string } }[];
    const bridge = links.find((l) => l.ifname.startsWith("qbrcb9bcee4"));
    if (!bridge?.linkinfo) throw new Error("cirros-vm1 has no qbr bridge");
    bridge.linkinfo.info_kind = "frob";
    writeFileSync(file, JSON.stringify(links));
    const cloud = await readBundle(copy);
    const reason = `${bridge.ifname} is of kind frob, which is not supported`;
    expect(cloud.gaps.map((g) => g.reason)).toContain(reason);
    const v = verdictOf(cloud, VM1_TO_VM2);
    expect([v.outcome, v.code, v.element?.type], v.summary).toEqual(["unknown", "STATE_INCOMPLETE", "gap"]);
    expect(v.element?.text).toContain(reason);
  });
});

describe("flows that nobody understands", () => {
  const added = async (flow: string): Promise<CollectedCloud> => {
    const copy = join(directory, `cut${++count}`);
    cpSync(new URL("../demo/legacy", import.meta.url).pathname, copy, { recursive: true });
    appendFileSync(join(copy, "compute1/ovs/br-int", FLOWS), ` cookie=0x0, duration=1s, ${flow}\n`);
    return await readBundle(copy);
  };
  it.each([
    ["action", "table=60, n_packets=0, n_bytes=0, priority=900 actions=frobnicate(1)", /frobnicate/],
    ["match", "table=60, n_packets=0, n_bytes=0, priority=900,frobnicated=7 actions=drop", /frobnicated/],
  ])("end as unknown where an unknown %s is on the path, with the text", async (_, flow, text) => {
    const v = verdictOf(await added(flow), VM1_TO_VM2);
    expect([v.outcome, v.code], v.summary).toEqual(["unknown", "STATE_INCOMPLETE"]);
    expect(v.element?.text).toMatch(text);
  });
  it("do not matter in a table that the packet never sees", async () => {
    const flow = "table=77, n_packets=0, n_bytes=0, priority=900,frobnicated=7 actions=frobnicate(1)";
    expect(verdictOf(await added(flow), VM1_TO_VM2).code).toBe("DELIVERED");
  });
});
