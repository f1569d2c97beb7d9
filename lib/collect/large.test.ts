/** Large hosts, whole and damaged: time grows with the size of the text, not faster. It is this thread's own time, for busy machines. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readHost } from "./host.ts";

const SOURCE = join(import.meta.dirname, "../demo/legacy/compute1");
let dir: string;

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), "large-test-")), "host");
  cpSync(SOURCE, dir, { recursive: true });
});
afterEach(() => rmSync(join(dir, ".."), { recursive: true, force: true }));

const hex = (n: number, width: number) => n.toString(16).padStart(width, "0");
const mac = (n: number) =>
  `fa:16:${hex((n >> 24) & 255, 2)}:${hex((n >> 16) & 255, 2)}:${hex((n >> 8) & 255, 2)}:${hex(n & 255, 2)}`;
const many = <T>(n: number, make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i));

async function timed() {
  const started = process.threadCpuUsage();
  const state = await readHost(dir);
  const used = process.threadCpuUsage(started);
  return { state, seconds: (used.user + used.system) / 1e6 };
}

test("200,000 flows, 20,000 ports, 50,000 FDB and connection entries", async () => {
  const flows = many(
    200_000,
    (i) =>
      ` cookie=0x238e9fc01606f9a8, duration=115.122s, table=${60 + (i % 40)}, n_packets=${i}, n_bytes=0, priority=${i % 100},dl_vlan=${i % 4096},dl_dst=${mac(i)} actions=pop_vlan,output:${i % 1000}`,
  );
  writeFileSync(
    join(dir, "ovs/br-int/ovs-ofctl-O-OpenFlow13-dump-flows.txt"),
    `OFPST_FLOW reply (OF1.3) (xid=0x2):\n${flows.join("\n")}\n`,
  );
  const uuid = (kind: number, i: number) => ["uuid", `${hex(kind, 8)}-0000-0000-0000-${hex(i, 12)}`];
  const n = 20_000;
  const map = (o: Record<string, string>) => ["map", Object.entries(o)];
  const tables = {
    Bridge: { headings: ["name", "ports"], data: [["br-int", ["set", many(n, (i) => uuid(1, i))]]] },
    Port: {
      headings: ["_uuid", "name", "interfaces", "tag", "other_config"],
      data: many(n, (i) => [uuid(1, i), `p${i}`, uuid(2, i), i % 4096, map({ net_uuid: "x" })]),
    },
    Interface: {
      headings: ["_uuid", "name", "type", "options", "ofport", "external_ids"],
      data: many(n, (i) => [uuid(2, i), `p${i}`, "", map({}), i + 1, map({ "iface-id": `${i}` })]),
    },
  };
  for (const [name, table] of Object.entries(tables))
    writeFileSync(join(dir, `ovs/ovs-vsctl-list-${name}.json`), JSON.stringify(table));
  writeFileSync(
    join(dir, "root/bridge-j-fdb.json"),
    JSON.stringify(many(50_000, (i) => ({ mac: mac(i), ifname: "eth0", flags: [], master: "br" }))),
  );
  writeFileSync(
    join(dir, "root/conntrack-L.txt"),
    many(
      50_000,
      (i) =>
        `udp 17 3 src=10.0.0.1 dst=10.0.0.2 sport=${i} dport=53 src=10.0.0.2 dst=10.0.0.1 sport=53 dport=${i} mark=0 use=1\n`,
    ).join(""),
  );
  const { state, seconds } = await timed();
  const bridge = state.ovs?.bridges.find((b) => b.name === "br-int");
  expect(bridge?.flows).toHaveLength(200_000);
  expect(bridge?.ports).toHaveLength(n);
  expect(state.namespaces[0]?.fdb).toHaveLength(50_000);
  expect(state.namespaces[0]?.conntrack).toHaveLength(50_000);
  expect(seconds).toBeLessThan(4);
}, 60_000);

test("the same, cut or broken throughout", async () => {
  const link = (i: number) => `{"mac":"${mac(i)}","ifname":"eth0","flags":[{"x":1},{"y":2}],"master":"br"}`;
  writeFileSync(
    join(dir, "root/bridge-j-fdb.json"),
    `[${many(50_000, (i) => link(i).replace('"ifname"', i % 2 ? "{ifname" : '"ifname')).join(",")}`,
  );
  writeFileSync(join(dir, "root/ipset-save.txt"), "create \n".repeat(200_000));
  writeFileSync(join(dir, "root/iptables-save-c.txt"), `*filter\n${"-A nowhere -j ACCEPT\n".repeat(100_000)}`);
  const { state, seconds } = await timed();
  expect(state.gaps.length).toBeGreaterThan(200);
  expect(state.gaps.length).toBeLessThan(500);
  expect(seconds).toBeLessThan(4);
}, 60_000);
