/**
 * Every place where a packet of the recordings entered an Open vSwitch, with what its own `ofproto/trace` said then: the
 * same flows, and the same outputs with the same headers.
 */
import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { readHost } from "../collect/host.ts";
import { type CompiledOvs, compileOvs } from "../datapath/openflow/compile.ts";
import { parseExactFlow } from "../datapath/openflow/flow-text.ts";
import { packetOfKey } from "../datapath/openflow/headers.ts";
import { execute } from "../datapath/openflow/testing/datapath-actions.ts";
import { readTrace } from "../datapath/openflow/testing/trace-text.ts";
import { traceFlow } from "../datapath/openflow/trace.ts";
import { viewPacket } from "../net/packet.ts";
import { main } from "./ofproto-trace.ts";

interface Recorded {
  id: string;
  host: string;
  bridge: string;
  flow: string;
  output: string;
}

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

function recorded(mode: string): Recorded[] {
  const truth = JSON.parse(readFileSync(path(`../../e2e/recordings/${mode}/truth.json`), "utf8"));
  return truth.cases.flatMap((c: Record<string, unknown>) =>
    Object.entries(c)
      .filter(([k]) => k.startsWith("trace_"))
      .flatMap(([k, v]) => (v as Omit<Recorded, "id">[]).map((t) => ({ ...t, id: `${c.id} ${k}` }))),
  );
}

/** Datapath port numbers to names, by dpctl/show. */
function datapathPorts(mode: string, host: string): Map<number, string> {
  const text = readFileSync(path(`../demo/${mode}/${host}/ovs/dpctl-show.txt`), "utf8");
  return new Map([...text.matchAll(/^\s+port (\d+): (\S+)/gm)].map((m) => [Number(m[1]), m[2] as string]));
}

interface Out {
  port: string;
  vlan?: number | undefined;
  tun?: number | undefined;
  headers: string;
}

const headersOf = (v: ReturnType<typeof viewPacket>): string =>
  JSON.stringify([v.eth_src, v.eth_dst, v.ip_src, v.ip_dst, v.ttl, v.tp_src, v.tp_dst, v.arp_op, v.arp_spa, v.arp_tpa]);

function expected(r: Recorded, ovs: CompiledOvs, ports: Map<number, string>): Out[] {
  const start = parseExactFlow(r.flow, ovs.portNames(r.bridge) ?? new Map());
  return execute(readTrace(r.output), start).map((o) => {
    const v = viewPacket(packetOfKey(o.key));
    return {
      port: o.tun ? `tunnel to ${o.tun.dst}` : (ports.get(o.port) ?? `port ${o.port}`),
      vlan: v.vlan,
      tun: o.tun?.key,
      headers: headersOf(v),
    };
  });
}

function actual(r: Recorded, ovs: CompiledOvs): Out[] {
  const key = parseExactFlow(r.flow, ovs.portNames(r.bridge) ?? new Map());
  return ovs.receiveKey(r.bridge, key).outputs.map((o) => {
    const v = viewPacket(o.packet);
    const port = o.kind === "controller" ? "controller" : o.tun ? `tunnel to ${o.tun.dst}` : o.port;
    return { port, vlan: v.vlan, tun: o.kind === "port" ? o.tun?.key : undefined, headers: headersOf(v) };
  });
}

const sorted = (list: Out[]): string[] => list.map((o) => JSON.stringify(o)).sort();

describe.each(["legacy", "dvr"])("recorded in mode %s", (mode) => {
  it("visits the same flows and leaves by the same ports", async () => {
    const hosts = new Map<string, CompiledOvs>();
    let compared = 0;
    const wrong: unknown[] = [];
    for (const r of recorded(mode)) {
      let ovs = hosts.get(r.host);
      if (!ovs) {
        const host = await readHost(path(`../demo/${mode}/${r.host}`));
        if (!host.ovs) throw new Error(`${r.host} has no Open vSwitch`);
        ovs = compileOvs(host.ovs);
        hosts.set(r.host, ovs);
      }
      const want = expected(r, ovs, datapathPorts(mode, r.host));
      const got = actual(r, ovs);
      compared++;
      const flows = readTrace(r.output).flatMap((s) =>
        s.flows.filter((f) => f.bridge !== "br-phy").map((f) => `${f.bridge} ${f.table}`),
      );
      const visited = traceFlow(ovs, r.bridge, r.flow).tables.map((t) => `${t.bridge} ${t.table}`);
      if (sorted(want).join() !== sorted(got).join() || flows.sort().join() !== visited.sort().join())
        wrong.push({ id: r.id, host: r.host, flow: r.flow, want, got });
    }
    expect(compared).toBeGreaterThan(100);
    expect(wrong).toEqual([]);
  });
});

describe("the command", () => {
  const host = path("../demo/legacy/compute1");
  const flow = "arp,in_port=4,dl_src=fa:16:3e:5f:49:6f,dl_dst=ff:ff:ff:ff:ff:ff,arp_op=1";

  async function runCommand(...args: string[]): Promise<{ status: number; out: string; err: string }> {
    let out = "";
    let err = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      out += text;
      return true;
    });
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      err += text;
      return true;
    });
    const status = await main(args);
    vi.restoreAllMocks();
    return { status, out, err };
  }

  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("prints outputs and tables, and exits 0", async () => {
    const r = recorded("legacy").find((x) => x.host === "compute1" && x.bridge === "br-int");
    const { status, out } = await runCommand("--host", host, "br-int", r?.flow ?? "", "--json");
    const parsed = JSON.parse(out);
    expect(status).toBe(0);
    expect(Object.keys(parsed)).toEqual(["outputs", "tables"]);
    expect(parsed.outputs[0]).toMatchObject({
      port: expect.any(String),
      vlan: null,
      tun_id: null,
      packet: { ttl: 64 },
    });
    expect(parsed.tables[0]).toMatchObject({ bridge: "br-int", table: 0, flow: expect.stringContaining("actions=") });
  });

  it("exits 1 for a drop, and says so in words", async () => {
    const { status, out } = await runCommand(
      "--host",
      host,
      "br-int",
      "in_port=1,dl_vlan=4095,dl_src=fa:16:3e:00:00:01,dl_dst=fa:16:3e:00:00:02",
    );
    expect(status).toBe(1);
    expect(out).toContain("Output: none, the packet is dropped");
  });

  it.each([
    [["--host", "/nonexistent", "br-int", flow], "expected the directory of a host"],
    [["--host", host, "br-none", flow], "no bridge br-none"],
    [["--host", host, "br-int", "tcp,frob=1"], "unknown field frob"],
    [["--host", host, "br-int", "nw_src=10.0.0.1"], "prerequisites not met"],
    [["--host", host, "br-int"], "expected one flow"],
    [["br-int", flow], "expected --host"],
    [["--host", host, "br-int", flow, "--colour"], "unknown option --colour"],
  ])("exits 2 for %j", async (args, reason) => {
    const { status, out, err } = await runCommand(...args);
    expect(status).toBe(2);
    expect(out).toBe("");
    expect(err).toContain(reason);
    expect(err.trim().split("\n")).toHaveLength(1);
  });

  it.each([
    ["ovs/ovs-vsctl-list-Interface.json", true],
    ["ovs/ovs-vsctl-list-Port.json", true],
    ["ovs/ovs-vsctl-list-Bridge.json", true],
    ["ovs/br-int/ovs-ofctl-O-OpenFlow13-dump-flows.txt", true],
    ["ovs/br-int/ovs-ofctl-O-OpenFlow13-dump-groups.txt", false],
  ])("exits 2 and names %s where it is missing and would tell: %s", async (file, needed) => {
    const dir = await mkdtemp(join(tmpdir(), "underlay-host-"));
    try {
      await cp(host, join(dir, "compute1"), { recursive: true });
      await rm(join(dir, "compute1", file));
      const { status, out, err } = await runCommand("--host", join(dir, "compute1"), "br-int", flow);
      expect(status === 2).toBe(needed);
      if (needed) {
        expect(err).toMatch(new RegExp(`cannot tell: .*compute1/${file}`));
        expect(out).not.toContain("Output: none");
      }
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it("reads a file of flows, one line of JSON for each", async () => {
    const dir = await mkdtemp(join(tmpdir(), "underlay-flows-"));
    try {
      await writeFile(join(dir, "flows"), `${flow}\n\n# a comment\nfrob\n${flow}\n`);
      const { status, out, err } = await runCommand("--host", host, "br-int", "--flows", join(dir, "flows"));
      const lines = out
        .trim()
        .split("\n")
        .map((l) => JSON.parse(l));
      expect(lines.map((l) => Object.keys(l)[0])).toEqual(["outputs", "error", "outputs"]);
      expect(err).toContain("flows:4: unknown match frob");
      expect(status).toBe(2);
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});
