/** One kind of damage at a time, to a copy of a recorded host: each is told, and the rest stays. */
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Gap, HostState } from "../host/state.ts";
import { readBundle } from "./bundle.ts";
import { readHost } from "./host.ts";

const DEMO = join(import.meta.dirname, "../demo/legacy");
const FLOWS = "ovs/br-int/ovs-ofctl-O-OpenFlow13-dump-flows.txt";
let base: string;
let dir: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "damage-test-"));
  dir = join(base, "compute1");
  cpSync(join(DEMO, "compute1"), dir, { recursive: true });
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const path = (file: string) => join(dir, file);
const content = (file: string) => readFileSync(path(file), "utf8");
const change = (file: string, to: (text: string) => string) => writeFileSync(path(file), to(content(file)));
const bridge = (state: HostState, name: string) => state.ovs?.bridges.find((b) => b.name === name);
const root = (state: HostState) => state.namespaces[0];
async function damaged(): Promise<{ state: HostState; gaps: Gap[] }> {
  const state = await readHost(dir);
  return { state, gaps: state.gaps };
}

describe("a flow dump", () => {
  test("missing", async () => {
    rmSync(path(FLOWS));
    const { state, gaps } = await damaged();
    expect(gaps).toMatchObject([{ file: `compute1/${FLOWS}`, reason: expect.stringContaining("listed in index.tsv") }]);
    expect(bridge(state, "br-int")).toMatchObject({ flowsKnown: false, flows: [] });
    expect(bridge(state, "br-tun")?.flowsKnown).toBe(true);
  });

  test("failed, with the error's text", async () => {
    writeFileSync(path(FLOWS), "");
    writeFileSync(path(`${FLOWS}.err`), "ovs-ofctl: br-int is not a bridge or a socket\n");
    change("index.tsv", (text) => text.replace(`${FLOWS}\t0`, `${FLOWS}\t1`));
    const { state, gaps } = await damaged();
    expect(gaps).toHaveLength(1);
    expect(gaps[0]).toMatchObject({ file: `compute1/${FLOWS}`, text: "ovs-ofctl: br-int is not a bridge or a socket" });
    expect(gaps[0]?.reason).toContain("failed with status 1");
    expect(bridge(state, "br-int")?.flowsKnown).toBe(false);
  });

  test("empty", async () => {
    writeFileSync(path(FLOWS), "");
    const { state, gaps } = await damaged();
    expect(gaps).toMatchObject([{ reason: "the file is empty" }]);
    expect(bridge(state, "br-int")?.flowsKnown).toBe(false);
  });

  test("cut in the middle of a line: the flows before it stay", async () => {
    change(FLOWS, (text) => text.slice(0, text.length / 2));
    const { state, gaps } = await damaged();
    expect(gaps.some((gap) => gap.reason.includes("cut") && (gap.line ?? 0) > 5)).toBe(true);
    expect(bridge(state, "br-int")?.flows.length).toBeGreaterThan(5);
    expect(bridge(state, "br-int")?.flowsKnown).toBe(false);
  });

  test("with one line that is no flow: it is named, with its table", async () => {
    const lines = content(FLOWS).split("\n");
    const before = (await damaged()).state;
    lines.splice(4, 0, " cookie=0x1, table=60, n_packets=0, n_bytes=0, priority=9,frobnicate=3 actions=NORMAL");
    writeFileSync(path(FLOWS), lines.join("\n"));
    const { state, gaps } = await damaged();
    expect(gaps).toMatchObject([{ file: `compute1/${FLOWS}`, line: 5, text: expect.stringContaining("frobnicate") }]);
    expect(bridge(state, "br-int")?.flows).toEqual(bridge(before, "br-int")?.flows);
    expect(bridge(state, "br-int")).toMatchObject({ flowsKnown: false, flowErrors: [{ table: 60 }] });
  });

  test.each(["OpenFlow10", "OpenFlow14", "OpenFlow15", ""])("of version %s is taken", async (version) => {
    const to = FLOWS.replace("-O-OpenFlow13", version === "" ? "" : `-O-${version}`);
    renameSync(path(FLOWS), path(to));
    change("index.tsv", (text) => text.replaceAll(FLOWS, to));
    const { state, gaps } = await damaged();
    expect(gaps).toEqual([]);
    expect(bridge(state, "br-int")?.flows.length).toBeGreaterThan(20);
  });
});

describe("any file", () => {
  test("binary data", async () => {
    const bytes = readFileSync(path("root/sysctl-net.txt"));
    bytes.set([0, 255, 254, 0], 400);
    writeFileSync(path("root/sysctl-net.txt"), bytes);
    const { state, gaps } = await damaged();
    expect(gaps[0]?.reason).toBe("bytes that are no text");
    expect(gaps[0]?.line).toBeGreaterThan(5);
    expect(root(state)?.unread).toEqual(["sysctls"]);
    expect(Object.keys(root(state)?.sysctls ?? {}).length).toBeGreaterThan(100);
  });

  test("a line of several megabytes", async () => {
    change("root/conntrack-L.txt", (text) => `${"x".repeat(3_000_000)}\n${text}`);
    const started = process.threadCpuUsage();
    const { state, gaps } = await damaged();
    expect(process.threadCpuUsage(started).user / 1e6).toBeLessThan(1);
    expect(gaps).toMatchObject([{ file: "compute1/root/conntrack-L.txt", line: 1, text: "x".repeat(200) }]);
    expect(root(state)?.conntrack.length).toBeGreaterThan(50);
  });

  test("thousands of bad lines are counted, not listed", async () => {
    change("root/conntrack-L.txt", (text) => `${"bad line\n".repeat(5000)}${text}`);
    const { gaps } = await damaged();
    expect(gaps).toHaveLength(101);
    expect(gaps[100]?.reason).toBe("4900 more places in this file could not be read");
  });

  test("JSON that is cut keeps its whole elements", async () => {
    change("root/ip-j-d-link.json", (text) => text.slice(0, 9000));
    const { state, gaps } = await damaged();
    expect(gaps.map((gap) => gap.file)).toContain("compute1/root/ip-j-d-link.json");
    expect(
      root(state)
        ?.links.map((link) => link.name)
        .slice(0, 3),
    ).toEqual(["lo", "ovs-netdev", "br-ex"]);
    expect(root(state)?.unread).toContain("links");
  });

  test("JSON with one broken element loses that one", async () => {
    const before = (await damaged()).state;
    change("root/ip-j-addr.json", (text) => text.replace('"ifname":"eth0"', '"ifname:"eth0"'));
    const { state, gaps } = await damaged();
    expect(gaps.some((gap) => gap.text?.includes('"ifname:"eth0"'))).toBe(true);
    const lost = (root(before)?.addresses ?? []).filter(
      (a) => !root(state)?.addresses.some((b) => b.address === a.address),
    );
    expect(new Set(lost.map((a) => a.dev))).toEqual(new Set(["eth0"]));
  });

  test("unknown link kinds and address families", async () => {
    change("root/ip-j-d-link.json", (text) => text.replace('"info_kind":"veth"', '"info_kind":"quantum"'));
    change("root/ip-j-addr.json", (text) => text.replace('"family":"inet"', '"family":"ipx"'));
    const { state, gaps } = await damaged();
    expect(root(state)?.links.find((link) => link.kind === "other")).toMatchObject({ rawKind: "quantum" });
    expect(gaps.map((gap) => gap.reason)).toContain("address family ipx is not supported");
  });

  test("an unknown iptables extension is a gap, and its rule stays", async () => {
    change("root/iptables-save-c.txt", (text) => text.replace("-m set --match-set", "-m quantum --spin"));
    const { state, gaps } = await damaged();
    expect(gaps).toMatchObject([
      { file: "compute1/root/iptables-save-c.txt", text: expect.stringContaining("quantum") },
    ]);
    expect(root(state)?.unread).toBeUndefined();
  });

  test("an iptables file that is empty on a host with agents is not believed", async () => {
    writeFileSync(path("root/iptables-save-c.txt"), "");
    const { state, gaps } = await damaged();
    expect(gaps).toMatchObject([{ reason: "the file is empty" }]);
    expect(root(state)?.iptables).toBeUndefined();
    expect(root(state)?.unread).toEqual(["iptables"]);
  });
});

test("no chains are true of a host with the native firewall, whose agent writes none", async () => {
  writeFileSync(path("root/iptables-save-c.txt"), "");
  change("etc-neutron/openvswitch_agent.ini", (text) => text.replace("iptables_hybrid", "openvswitch"));
  const { state, gaps } = await damaged();
  expect(gaps).toEqual([]);
  expect(root(state)?.iptables).toEqual({ family: 4, tables: [] });
});

describe("a host", () => {
  test("without an index is read from the files that are there", async () => {
    const before = (await damaged()).state;
    rmSync(path("index.tsv"));
    const { state, gaps } = await damaged();
    expect(gaps).toEqual([]);
    expect(state).toEqual(before);
  });

  test("whose index climbs out of the directory", async () => {
    change("index.tsv", (text) => `${text}../secret\t0\tcat\n/etc/passwd\t0\tcat\nno tabs\n`);
    const { gaps } = await damaged();
    expect(gaps.map((gap) => gap.reason)).toEqual([
      "a path that leaves the host's directory",
      "a path that leaves the host's directory",
      "not a line of file, exit status, command",
    ]);
  });

  test("without ovs/ says that Open vSwitch runs there", async () => {
    rmSync(path("ovs"), { recursive: true });
    rmSync(path("index.tsv"));
    const { state, gaps } = await damaged();
    expect(gaps).toMatchObject([{ file: "compute1/ovs" }]);
    expect(state.unread).toEqual(["ovs"]);
  });

  test("without a namespace that it lists", async () => {
    writeFileSync(path("ip-j-netns.json"), '[{"name":"qrouter-1","id":0}]');
    const { state, gaps } = await damaged();
    expect(gaps).toMatchObject([{ file: "compute1/netns/qrouter-1" }]);
    expect(state.unread).toEqual(["namespaces"]);
  });

  test("without its Interface table: bridges and flows stay, ports are unknown", async () => {
    rmSync(path("ovs/ovs-vsctl-list-Interface.json"));
    const { state } = await damaged();
    expect(bridge(state, "br-int")?.flowsKnown).toBe(true);
    expect(bridge(state, "br-int")?.unread).toEqual(["ports"]);
    rmSync(path("ovs/ovs-vsctl-list-Bridge.json"));
    const worse = (await damaged()).state;
    expect(worse.ovs?.bridges.map((b) => [b.name, b.flowsKnown, b.unread])).toContainEqual(["br-tun", true, ["ports"]]);
  });

  test("with odd names: newlines, quotes, markup are data", async () => {
    const odd = "<b>\"x\n'";
    change("root/ip-j-d-link.json", (text) => text.replaceAll('"br-phy"', JSON.stringify(odd)));
    const { state } = await damaged();
    expect(root(state)?.links.map((link) => link.name)).toContain(odd);
  });
});

describe("API answers", () => {
  const api = (file: string) => join(base, "api", file);
  beforeEach(() => cpSync(join(DEMO, "api"), join(base, "api"), { recursive: true }));

  test("a broken object is named, and the others stay", async () => {
    const answer = JSON.parse(readFileSync(api("ports.json"), "utf8"));
    const [first, second] = answer.ports;
    first.mac_address = 5;
    second.fixed_ips = "none";
    answer.ports.push("nonsense", answer.ports[2]);
    writeFileSync(api("ports.json"), JSON.stringify(answer));
    const cloud = await readBundle(base);
    expect(cloud.api.ports).toHaveLength(answer.ports.length - 4);
    const gaps = cloud.world.gaps.filter((gap) => gap.file === "api/ports.json").map((gap) => gap.reason);
    expect(gaps[0]).toContain(`object ${first.id}: mac_address`);
    expect(gaps[1]).toContain(`object ${second.id}: fixed_ips`);
    expect(gaps[2]).toContain("object without id");
    expect(gaps[3]).toContain("listed twice");
  });

  test("missing, an error, no JSON, no list", async () => {
    rmSync(api("nova-servers-detail.json"));
    writeFileSync(api("routers.json"), '{"error": "403 Forbidden"}');
    writeFileSync(api("subnets.json"), "<html>502</html>");
    writeFileSync(api("networks.json"), "[]");
    const cloud = await readBundle(base);
    const gaps = cloud.world.gaps.filter((gap) => gap.host === "api");
    const of = (file: string) => gaps.find((gap) => gap.file === `api/${file}`);
    expect(of("nova-servers-detail.json")?.reason).toBe("not in the bundle");
    expect(of("routers.json")).toMatchObject({ reason: "the API answered with an error", text: "403 Forbidden" });
    expect(of("subnets.json")?.reason).toContain("not valid JSON");
    expect(of("networks.json")?.reason).toContain('no list "networks"');
    // Without Nova the ports' own names are the guests'.
    expect(cloud.world.guests.map((guest) => guest.name)).toContain("cirros-vm1");
  });

  test("under the names that a bundle made by hand gives them", async () => {
    renameSync(api("nova-servers-detail.json"), api("servers.json"));
    renameSync(api("keystone-projects.json"), api("projects.json"));
    const cloud = await readBundle(base);
    expect(cloud.world.gaps.filter((gap) => gap.reason === "not in the bundle")).toEqual([]);
    expect(cloud.api.servers).toHaveLength(7);
  });

  test("none at all", async () => {
    rmSync(join(base, "api"), { recursive: true });
    const cloud = await readBundle(base);
    expect(cloud.world.gaps).toContainEqual({
      host: "api",
      file: "api",
      reason: expect.stringContaining("no API answers"),
    });
    expect(cloud.world.guests).toEqual([]);
  });

  test("tunnels to hosts that are not in the bundle stay visible", async () => {
    const cloud = await readBundle(base);
    const reasons = cloud.world.gaps.map((gap) => gap.reason);
    expect(reasons).toContain("no host of the bundle has the tunnel endpoint 10.0.44.21");
    expect(reasons).toContain("no host of the bundle has the tunnel endpoint 10.0.44.32");
    expect(reasons.filter((reason) => reason.includes("is bound to host compute2"))).toHaveLength(3);
    expect(cloud.world.segments.find((s) => s.name === "underlay")?.attachments).toEqual([
      { host: "compute1", netns: "root", dev: "eth1" },
    ]);
  });
});
