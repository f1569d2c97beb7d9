/**
 * A real Linux bridge with br_netfilter between raw ends: random ageing, port flags, physdev rules and random
 * frames, tagged ones too. VLAN filtering is not compared here: a kernel may be built without it. The ports that each frame leaves by, with its tags, and the counters of every rule must be the engine's.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Namespace } from "../../host/state.ts";
import { parseIptablesSave } from "../../net/iptables/parse.ts";
import { type Packet, viewPacket } from "../../net/packet.ts";
import { bridgeInput, type LearnedMacs } from "./bridge.ts";
import { Conntrack } from "./conntrack.ts";
import { traverse } from "./netfilter.ts";
import { FRESH_SKB } from "./skb.ts";
import { decodeFrame, encodeFrame, lengthOf } from "./testing/frames.ts";
import { inNs, ipBatch, Lab, readNamespace, run } from "./testing/netns.ts";
import { Random } from "./testing/random.ts";
import { Wire } from "./testing/wire.ts";

const RUNS = Number(process.env.UNDERLAY_REAL_RUNS ?? 30);
const FRAMES = 40;
const FIRST_SEED = Number(process.env.UNDERLAY_REAL_SEED ?? 1);
const PORTS = ["p0", "p1", "p2", "p3"];
const SYSCTLS = ["net.bridge.bridge-nf-call-iptables", "net.bridge.bridge-nf-filter-vlan-tagged"];

const lab = new Lab();
let name = "";
let wire: Wire;

beforeAll(async () => {
  name = lab.namespace("b");
  // The bridge must say nothing of its own.
  inNs(name, "sysctl", ["-qw", "net.ipv6.conf.default.disable_ipv6=1", "net.ipv6.conf.all.disable_ipv6=1"]);
  const ends = lab.namespace("e");
  for (const [i, p] of PORTS.entries())
    lab.veth(name, p, `02:00:00:00:f${i}:01`, ends, `e${i}`, `02:00:00:00:f${i}:02`);
  // A fifth port without rules or VLANs of its own hears the sentinels.
  lab.veth(name, "p9", "02:00:00:00:f9:01", ends, "e9", "02:00:00:00:f9:02");
  wire = new Wire([...PORTS.map((_, i) => `${ends}:e${i}`), `${ends}:e9`]);
  await wire.ready();
});
afterAll(() => {
  wire?.close();
  lab.dispose();
});

test("random bridges and physdev rules: ports, tags and counters are the kernel's", async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) await oneBridge(seed);
});

async function oneBridge(seed: number): Promise<void> {
  const r = new Random(seed);
  const commands = makeBridge(r);
  inNs(name, "sysctl", [
    "-qw",
    ...SYSCTLS.map((s) => `${s}=${r.chance(0.8) ? 1 : 0}`),
    "net.ipv6.conf.lb0.disable_ipv6=1",
  ]);
  const rules = randomRules(r);
  inNs(name, "iptables-restore", [], rules);
  inNs(name, "conntrack", ["-F"]);
  const ns: Namespace = readNamespace(name, SYSCTLS);
  ns.iptables = parseIptablesSave(inNs(name, "iptables-save", ["-c"]), 4).ruleset;
  const counts = new Map<string, number>();
  const learned: LearnedMacs = new Map();
  const note = (s: { kind: string }) => {
    if (s.kind !== "rule") return;
    const n = s as unknown as { table: string; chain: string; index: number };
    const key = `${n.table} ${n.chain} ${n.index}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  const ctx = { ns, conntrack: new Conntrack([]), learned, note };
  const log: string[] = [...commands, rules];
  for (let i = 0; i < FRAMES; i++) {
    const at = r.int(0, PORTS.length - 1);
    const frame = randomFrame(r, seed * 1000 + i, at);
    const decision = bridgeInput(ctx, "lb0", PORTS[at] ?? "", frame, FRESH_SKB);
    const mine: string[] = [];
    if (decision.kind === "forwarded") {
      // What goes up to the IP stack meets PREROUTING there, unless br_netfilter has been through it.
      const up = decision.local;
      if (up?.accepted && up.skb.physIn === undefined && up.packet.vlans.length === 0) {
        traverse({ hook: "PREROUTING", packet: up.packet, skb: up.skb, in: "lb0" }, ctx);
      }
      for (const o of decision.outputs) if (o.kind === "sent") mine.push(`${o.port} ${frameText(o.packet)}`);
    }
    const sent = await wire.send(at, encodeFrame(frame), sentinel(at));
    const real = sent
      .filter(([e, f]) => e < 4 && !f.slice(24).startsWith("88b5"))
      .map(([e, f]) => `${PORTS[e]} ${frameText(decodeFrame(f))}`);
    const said = mine.filter((m) => !m.startsWith("p9")).sort();
    log.push(`${PORTS[at]} ${frameText(frame)} -> ${said.join(" + ") || decision.kind}`);
    if (JSON.stringify(said) !== JSON.stringify(real.sort())) {
      expect.fail(
        `seed ${seed}, frame ${i}\n${log.join("\n")}\nreal: ${real.join(" + ") || "nothing"}\n${run("bridge", ["-n", name, "fdb"])}`,
      );
    }
  }
  for (const t of parseIptablesSave(inNs(name, "iptables-save", ["-c"]), 4).ruleset.tables) {
    for (const c of t.chains) {
      for (const [i, rule] of c.rules.entries()) {
        const own = counts.get(`${t.name} ${c.name} ${i + 1}`) ?? 0;
        if (own !== rule.packets)
          expect.fail(`seed ${seed}: ${t.name} ${rule.text}: real ${rule.packets}, engine ${own}\n${log.join("\n")}`);
      }
    }
  }
}

function makeBridge(r: Random): string[] {
  try {
    run("ip", ["-n", name, "link", "del", "lb0"]);
  } catch {
    // The first time there is none.
  }
  const ageing = r.pick([0, 30000]);
  const commands = [`link add name lb0 address 02:00:00:00:bb:01 type bridge ageing_time ${ageing} mcast_snooping 0`];
  for (const p of [...PORTS, "p9"]) commands.push(`link set ${p} master lb0`);
  for (const p of PORTS) {
    const flags = (["hairpin", "isolated"] as const).map((f) => `${f} ${r.chance(0.2) ? "on" : "off"}`).join(" ");
    const more = (["learning", "flood"] as const).map((f) => `${f} ${r.chance(0.8) ? "on" : "off"}`).join(" ");
    commands.push(`link set ${p} type bridge_slave ${flags} ${more}`);
  }
  commands.push("link set lb0 up");
  ipBatch(name, commands);
  return commands;
}

function randomRules(r: Random): string {
  const rule = (hook: string) => {
    const words: string[] = [];
    const not = () => (r.chance(0.2) ? "! " : "");
    const dev = () => r.pick([...PORTS, "p+"]);
    const physdev: string[] = [];
    if (r.chance(0.6)) physdev.push(`${not()}--physdev-in ${dev()}`);
    if (hook !== "PREROUTING" && r.chance(0.4)) physdev.push(`${not()}--physdev-out ${dev()}`);
    if (hook !== "PREROUTING" && r.chance(0.4)) physdev.push(`${not()}--physdev-is-bridged`);
    if (r.chance(0.2)) physdev.push(`${not()}--physdev-is-in`);
    if (r.chance(0.3)) words.push(`${hook === "POSTROUTING" ? "-o" : "-i"} ${r.pick(["lb0", "lb0", "p1"])}`);
    if (r.chance(0.3)) words.push(`${not()}-s 10.0.0.${r.int(1, 4)}`);
    if (r.chance(0.3)) words.push(`-p ${r.pick(["udp", "icmp"])}`);
    if (physdev.length > 0) words.push(`-m physdev ${physdev.join(" ")}`);
    if (r.chance(0.3))
      words.push(`-m state --state ${r.pick(["NEW", "ESTABLISHED", "INVALID,NEW", "RELATED,ESTABLISHED"])}`);
    return words.join(" ");
  };
  const lines = ["*raw", ":PREROUTING ACCEPT [0:0]", ":OUTPUT ACCEPT [0:0]"];
  for (let i = r.int(0, 3); i > 0; i--)
    lines.push(`-A PREROUTING ${rule("PREROUTING").replace(/-m state.*/, "")} -j CT --zone ${r.int(1, 3)}`);
  lines.push(
    "COMMIT",
    "*mangle",
    ":PREROUTING ACCEPT [0:0]",
    ":INPUT ACCEPT [0:0]",
    ":FORWARD ACCEPT [0:0]",
    ":OUTPUT ACCEPT [0:0]",
    ":POSTROUTING ACCEPT [0:0]",
  );
  for (let i = r.int(0, 3); i > 0; i--)
    lines.push(`-A POSTROUTING ${rule("POSTROUTING")} -j MARK --set-xmark 0x1/0xffffffff`);
  lines.push(
    "COMMIT",
    "*filter",
    ":INPUT ACCEPT [0:0]",
    `:FORWARD ${r.pick(["ACCEPT", "ACCEPT", "DROP"])} [0:0]`,
    ":OUTPUT ACCEPT [0:0]",
    ":sg - [0:0]",
  );
  for (let i = r.int(1, 5); i > 0; i--)
    lines.push(`-A FORWARD ${rule("FORWARD")} -j ${r.pick(["ACCEPT", "DROP", "sg", "sg"])}`);
  for (let i = r.int(0, 3); i > 0; i--)
    lines.push(`-A sg ${rule("FORWARD")} -j ${r.pick(["ACCEPT", "DROP", "RETURN"])}`);
  lines.push("COMMIT");
  return `${lines.join("\n")}\n`;
}

/** Hosts behind the ports have MAC 02:…:a<port>:01 and address 10.0.0.<port + 1>. */
function randomFrame(r: Random, id: number, at: number): Packet {
  // Never to itself: a connection whose two directions are one has no defined state.
  const to = (at + r.int(1, PORTS.length - 1)) % PORTS.length;
  const ethDst = r.pick([
    `02:00:00:00:a${to}:01`,
    `02:00:00:00:a${to}:01`,
    "ff:ff:ff:ff:ff:ff",
    "01:00:5e:00:00:09",
    "02:00:00:00:bb:01",
    "02:00:00:00:cc:09",
  ]);
  const vlans = r.chance(0.3) ? [{ tpid: 0x8100, vid: r.pick([1, 10, 20, 30]), pcp: 0 }] : [];
  const p: Packet = { ethSrc: `02:00:00:00:a${at}:01`, ethDst, ethType: 0x0800, vlans, l3Length: 0 };
  if (r.chance(0.2)) {
    p.ethType = 0x0806;
    p.arp = { op: 1, sha: p.ethSrc, spa: `10.0.0.${at + 1}`, tha: "00:00:00:00:00:00", tpa: `10.0.0.${to + 1}` };
  } else {
    const udp = r.chance(0.5);
    p.ip = {
      version: 4,
      src: `10.0.0.${at + 1}`,
      dst: `10.0.0.${to + 1}`,
      proto: udp ? 17 : 1,
      ttl: 64,
      tos: 0,
      df: false,
    };
    p.l4 = udp
      ? { kind: "udp", src: r.pick([1000, 2000]), dst: r.pick([1000, 2000]) }
      : { kind: "icmp", type: r.pick([8, 0]), code: 0, id: id & 7, seq: 1 };
  }
  return { ...p, l3Length: lengthOf(p) };
}

function frameText(p: Packet): string {
  const { length: _, ...view } = viewPacket(p);
  return JSON.stringify({ ...view, vlan_pcp: undefined });
}

/** A broadcast of an experimental type that reaches the fifth port, tagged or not as filtering has it. */
function sentinel(at: number): { frame: string; until: [number, string] } {
  const head = `ffffffffffff02000000990${at}`;
  return { frame: `${head}88b5${"00".repeat(46)}`, until: [4, head] };
}
