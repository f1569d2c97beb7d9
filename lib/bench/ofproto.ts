/**
 * Traces through one switch against `ofproto/trace` of a real Open vSwitch over its control socket, on the same tables; and
 * the time and memory that a dump of 200,000 flows takes.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { compileOvs } from "../datapath/openflow/compile.ts";
import { Random } from "../datapath/openflow/testing/random.ts";
import { PrivateSwitch } from "../datapath/openflow/testing/vswitchd.ts";
import { traceFlow } from "../datapath/openflow/trace.ts";
import type { OvsBridge, OvsState } from "../host/state.ts";
import { parseFlowDump } from "../net/openflow/parse.ts";

interface Row {
  what: string;
  value: number;
  unit: string;
  /** What the value must reach (or, for times and sizes, not pass), and what is striven for. */
  limit?: number;
  goal?: number;
}

const SIZES = [1_000, 10_000, 100_000];
const PACKETS = 500;
const DUMP_FLOWS = 200_000;
const PORTS = 8;

function address(n: number): string {
  const hex = n.toString(16).padStart(6, "0");
  return `fa:16:3e:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4, 6)}`;
}

/** What Neutron's agent writes into br-tun for `n` remote ports: unicast, ARP responder, flood. */
function tunnelFlows(n: number): string[] {
  const lines = [
    "table=0,priority=1,in_port=1 actions=goto_table:2",
    "table=2,priority=1,arp,dl_dst=ff:ff:ff:ff:ff:ff actions=goto_table:21",
    "table=2,priority=0,dl_dst=00:00:00:00:00:00/01:00:00:00:00:00 actions=goto_table:20",
    "table=2,priority=0,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 actions=goto_table:22",
    "table=20,priority=0 actions=goto_table:22",
    "table=21,priority=0 actions=goto_table:22",
    "table=22,priority=0 actions=drop",
  ];
  for (let i = 0; lines.length < n; i++) {
    const vlan = 1 + (i % 1000);
    const port = 2 + (i % (PORTS - 1));
    lines.push(
      `table=20,priority=2,dl_vlan=${vlan},dl_dst=${address(i)} actions=pop_vlan,set_field:0x${vlan.toString(16)}->tun_id,output:${port}`,
      `table=21,priority=1,arp,dl_vlan=${vlan},arp_tpa=10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255} actions=move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],set_field:${address(i)}->eth_src,set_field:2->arp_op,move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],set_field:${address(i)}->arp_sha,IN_PORT`,
    );
  }
  return lines;
}

function packets(n: number): string[] {
  const r = new Random(7);
  return Array.from({ length: PACKETS }, (_, k) => {
    const i = r.below(n / 2 - 10);
    const vlan = 1 + (i % 1000);
    if (k % 4 === 0)
      return `arp,in_port=1,dl_vlan=${vlan},dl_src=fa:16:3f:00:00:01,dl_dst=ff:ff:ff:ff:ff:ff,arp_op=1,arp_spa=10.255.0.1,arp_tpa=10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
    return `icmp,in_port=1,dl_vlan=${vlan},dl_src=fa:16:3f:00:00:01,dl_dst=${address(i)},nw_src=10.255.0.1,nw_dst=10.0.0.1,nw_ttl=64,icmp_type=8,icmp_code=0`;
  });
}

function stateOf(flows: OvsBridge["flows"]): OvsState {
  const names = ["tun", ...Array.from({ length: PORTS }, (_, i) => `p${i + 1}`)];
  const common = { otherConfig: {}, externalIds: {} };
  const ports = names.map((name, i) => {
    const type = i === 0 ? "internal" : "";
    return {
      name,
      trunks: [],
      ...common,
      interfaces: [{ name, type, ofport: i || 65534, options: {}, externalIds: {}, config: [], state: [] }],
    };
  });
  const bridge = { name: "tun", datapathType: "dummy", failMode: "secure", protocols: [], controllers: [], ...common };
  return {
    ...common,
    bridges: [{ ...bridge, ports, flows, groups: [], fdb: [], flowsKnown: true }],
    routes: [],
    tunnelNeighbours: [],
  };
}

/** Runs `once` over the packets until a good second has passed; returns packets per second. */
async function rate(list: readonly string[], once: (flow: string) => unknown): Promise<number> {
  for (const flow of list) await once(flow);
  let done = 0;
  const start = performance.now();
  while (performance.now() - start < 1000) {
    for (const flow of list) {
      const answer = once(flow);
      if (answer instanceof Promise) await answer;
    }
    done += list.length;
  }
  return (done * 1000) / (performance.now() - start);
}

async function compareTables(ovs: PrivateSwitch): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of SIZES) {
    await ovs.ofctl("del-flows", "tun", []);
    await ovs.ofctl("add-flows", "tun", ["-"], tunnelFlows(size).join("\n"));
    const { flows } = parseFlowDump(await ovs.dump("OpenFlow13", "dump-flows", "tun"));
    const compiled = compileOvs(stateOf(flows));
    const list = packets(size);
    const theirs = await rate(list, (flow) => ovs.appctl("ofproto/trace", "tun", flow));
    const ours = await rate(list, (flow) => traceFlow(compiled, "tun", flow).outputs.length);
    rows.push(
      { what: `${size} flows: ofproto/trace`, value: theirs, unit: "traces/s" },
      { what: `${size} flows: engine, from text to steps`, value: ours, unit: "traces/s" },
      { what: `${size} flows: times as fast`, value: ours / theirs, unit: "×", limit: 2, goal: 10 },
    );
  }
  return rows;
}

function makeDump(): string {
  const r = new Random(11);
  const lines = ["OFPST_FLOW reply (OF1.3) (xid=0x2):"];
  for (let i = 0; i < DUMP_FLOWS; i++) {
    const vlan = 1 + r.below(4000);
    lines.push(
      ` cookie=0xba5cff23f391896e, duration=${(r.below(1_000_000) / 1000).toFixed(3)}s, table=20, n_packets=${r.below(1000)}, n_bytes=${r.below(100_000)}, priority=2,dl_vlan=${vlan},dl_dst=${address(i)} actions=pop_vlan,set_field:0x${vlan.toString(16)}->tun_id,output:${2 + r.below(30)}`,
    );
  }
  return lines.join("\n");
}

/** In a process of its own, so that the memory is that of reading alone. */
async function readDump(): Promise<Row[]> {
  const dir = await mkdtemp(join(tmpdir(), "underlay-bench-"));
  try {
    const file = join(dir, "ovs-ofctl-dump-flows.txt");
    await writeFile(file, makeDump());
    const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, "--read", file]);
    const { milliseconds, megabytes } = JSON.parse(stdout) as { milliseconds: number; megabytes: number };
    return [
      { what: `read a dump of ${DUMP_FLOWS} flows`, value: milliseconds, unit: "ms", limit: 1500, goal: 700 },
      { what: "  resident memory after it", value: megabytes, unit: "MB", limit: 500 },
    ];
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function readOnce(file: string): void {
  const start = performance.now();
  const { flows, errors } = parseFlowDump(readFileSync(file, "utf8"));
  const milliseconds = performance.now() - start;
  if (flows.length !== DUMP_FLOWS || errors.length > 0) throw new Error("the dump was not read as written");
  process.stdout.write(JSON.stringify({ milliseconds, megabytes: process.memoryUsage.rss() / 1e6 }));
}

export async function run(): Promise<Row[]> {
  const rows = await readDump();
  const ovs = await PrivateSwitch.start();
  try {
    await ovs.vsctl("add-br", "tun", "--", "set", "bridge", "tun", "datapath_type=dummy", "fail-mode=secure");
    for (let i = 1; i <= PORTS; i++)
      await ovs.vsctl(
        "add-port",
        "tun",
        `p${i}`,
        "--",
        "set",
        "interface",
        `p${i}`,
        "type=dummy",
        `ofport_request=${i}`,
      );
    rows.push(...(await compareTables(ovs)));
  } finally {
    await ovs.stop();
  }
  return rows;
}

if (import.meta.main) {
  if (process.argv[2] === "--read") readOnce(process.argv[3] as string);
  else
    for (const row of await run()) {
      const least = row.unit === "×" ? "at least" : "at most";
      const asked =
        row.limit === undefined ? "" : `  (${least} ${row.limit}${row.goal ? `, striving for ${row.goal}` : ""})`;
      process.stdout.write(
        `${row.what.padEnd(46)} ${row.value.toFixed(row.value < 100 ? 1 : 0).padStart(9)} ${row.unit}${asked}\n`,
      );
    }
}
