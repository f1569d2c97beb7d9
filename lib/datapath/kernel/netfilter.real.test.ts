/**
 * Random rule sets in a real router between two raw ends, random packets, replies and errors: what leaves (device,
 * addresses, ports, TTL, TOS, quoted packets) and the counters of every rule must be the engine's. UNDERLAY_REAL_RUNS
 * asks for more rule sets than the default.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Namespace } from "../../host/state.ts";
import { parseIptablesSave } from "../../net/iptables/parse.ts";
import type { Packet } from "../../net/packet.ts";
import { Conntrack } from "./conntrack.ts";
import { decodeFrame, encodeFrame, lengthOf } from "./testing/frames.ts";
import { inNs, ipBatch, Lab, readNamespace } from "./testing/netns.ts";
import { Random } from "./testing/random.ts";
import { type Left, receive } from "./testing/router.ts";
import { EMPTY_RULES, PORTS, printSets, randomRules, randomSets, SIDES } from "./testing/rules.ts";
import { type Sentinel, Wire } from "./testing/wire.ts";

const RUNS = Number(process.env.UNDERLAY_REAL_RUNS ?? 40);
const PACKETS = 40;
const FIRST_SEED = Number(process.env.UNDERLAY_REAL_SEED ?? 1);
const ROUTER_MAC = ["02:00:00:00:01:01", "02:00:00:00:02:01"];
const SYSCTLS = {
  "net.ipv4.ip_forward": "1",
  "net.ipv4.conf.all.rp_filter": "0",
  "net.ipv4.conf.default.rp_filter": "0",
  "net.ipv4.conf.ra.rp_filter": "0",
  "net.ipv4.conf.rb.rp_filter": "0",
  "net.ipv4.conf.all.send_redirects": "0",
  "net.ipv4.conf.ra.send_redirects": "0",
  "net.ipv4.conf.rb.send_redirects": "0",
  "net.ipv4.icmp_ratelimit": "0",
  "net.netfilter.nf_conntrack_tcp_be_liberal": "1",
  "net.ipv4.icmp_msgs_per_sec": "100000000",
  "net.ipv4.icmp_msgs_burst": "100000000",
};

const lab = new Lab();
let router = "";
let wire: Wire;
let base: Namespace;

beforeAll(async () => {
  router = lab.namespace("r");
  const ends = lab.namespace("e");
  lab.veth(router, "ra", "02:00:00:00:01:01", ends, "a0", "02:00:00:00:01:fe");
  lab.veth(router, "rb", "02:00:00:00:02:01", ends, "b0", "02:00:00:00:02:fe");
  const commands = ["addr add 10.0.1.1/24 dev ra", "addr add 10.0.2.1/24 dev rb", "route add default via 10.0.2.2"];
  for (let h = 2; h < 255; h++) {
    for (const [i, s] of SIDES.entries())
      commands.push(`neigh add ${s.net}.${h} lladdr ${mac(i, h)} dev ${s.dev} nud permanent`);
  }
  ipBatch(router, commands);
  // The limits of ICMP belong to the first namespace on older kernels: there the defaults are left.
  for (const [name, value] of Object.entries(SYSCTLS)) {
    try {
      inNs(router, "sysctl", ["-qw", `${name}=${value}`]);
    } catch (e) {
      if (!name.startsWith("net.ipv4.icmp_msgs")) throw e;
    }
  }
  base = readNamespace(router, [
    "net.ipv4.conf.all.forwarding",
    "net.ipv4.conf.ra.forwarding",
    "net.ipv4.conf.rb.forwarding",
  ]);
  Object.assign(base.sysctls, SYSCTLS);
  wire = new Wire([`${ends}:a0`, `${ends}:b0`]);
  await wire.ready();
});

afterAll(() => {
  wire?.close();
  lab.dispose();
});

function mac(side: number, host: number): string {
  return `02:00:00:00:0${side + 1}:${host.toString(16).padStart(2, "0")}`;
}

test("random rule sets: what leaves and every counter are the kernel's", async () => {
  let whole = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) if (await oneRuleset(seed)) whole++;
  expect(whole / RUNS).toBeGreaterThan(0.8);
});

/** False when the rest of the case was up to chance. */
async function oneRuleset(seed: number): Promise<boolean> {
  const r = new Random(seed);
  const sets = randomSets(r);
  const rules = randomRules(r);
  inNs(router, "iptables-restore", [], EMPTY_RULES);
  destroySets();
  inNs(router, "ipset", ["-exist", "restore"], printSets(sets));
  inNs(router, "iptables-restore", [], rules);
  inNs(router, "conntrack", ["-F"]);
  const parsed = parseIptablesSave(inNs(router, "iptables-save", ["-c"]), 4);
  expect(parsed.problems).toEqual([]);
  const ns: Namespace = { ...base, ipsets: sets, iptables: parsed.ruleset };
  const counts = new Map<string, number>();
  const engine = {
    ns,
    conntrack: new Conntrack([]),
    note: (s: { kind: string }) => {
      if (s.kind === "assume") chance = true;
      if (s.kind !== "rule") return;
      const n = s as unknown as { table: string; chain: string; index: number };
      const key = `${n.table} ${n.chain} ${n.index}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      hits.push(key);
    },
  };
  const log: string[] = [];
  let hits: string[] = [];
  let chance = false;
  const seen: { end: number; packet: Packet }[] = [];
  for (let i = 0; i < PACKETS; i++) {
    const { end, packet } = nextPacket(r, seed, i, seen);
    const said = receive(engine, end === 0 ? "ra" : "rb", packet)
      .map(leftText)
      .sort();
    // A port was taken and the kernel draws another: from here on the two may differ.
    if (chance) return false;
    const frames = await wire.send(end, encodeFrame(packet), sentinel(end));
    const real = frames.map(([at, hex]) => ({ end: at, packet: decodeFrame(hex) }));
    log.push(
      `${end === 0 ? "ra" : "rb"} ${packetText(packet)} -> ${said.join(" + ") || "nothing"}   [${hits.join(", ")}]`,
    );
    hits = [];
    const heard = real.map((f) => `${f.end === 0 ? "ra" : "rb"} ${packetText(f.packet)}`).sort();
    if (JSON.stringify(heard) !== JSON.stringify(said)) {
      expect.fail(
        `seed ${seed}, packet ${i}\n${rules}\n${printSets(sets)}\n${log.join("\n")}\nreal: ${heard.join(" + ") || "nothing"}\n${inNs(router, "conntrack", ["-L"])}\n${inNs(router, "iptables-save", ["-c"]).replace(/^\[0:0\].*\n/gm, "")}`,
      );
    }
    seen.push(...real);
  }
  const after = parseIptablesSave(inNs(router, "iptables-save", ["-c"]), 4).ruleset;
  for (const t of after.tables) {
    for (const c of t.chains) {
      for (const [i, rule] of c.rules.entries()) {
        const mine = counts.get(`${t.name} ${c.name} ${i + 1}`) ?? 0;
        if (mine !== rule.packets) {
          expect.fail(
            `seed ${seed}: table ${t.name}, rule ${i + 1}, ${rule.text}: real ${rule.packets}, engine ${mine}\n${rules}\n${printSets(sets)}\n${log.join("\n")}`,
          );
        }
      }
    }
  }
  return true;
}

/** A list holds its members until it is flushed, and the kernel lets go of sets a moment after the rules that used them. */
function destroySets(): void {
  for (let i = 0; ; i++) {
    try {
      inNs(router, "ipset", ["flush"]);
      inNs(router, "ipset", ["destroy"]);
      return;
    } catch (e) {
      if (i === 50) throw e;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function leftText(l: Left): string {
  const side = l.dev === "ra" ? 0 : 1;
  const host = Number(l.nexthop.split(".")[3]);
  return `${l.dev} ${packetText({ ...l.packet, ethSrc: ROUTER_MAC[side] ?? "", ethDst: mac(side, host) })}`;
}

function packetText(p: Packet): string {
  const ends = (q: Packet) => {
    const l4 = q.l4;
    const ports = !l4
      ? ""
      : l4.kind === "icmp"
        ? `icmp ${l4.type}/${l4.code} id ${l4.id}`
        : l4.kind === "tcp"
          ? `tcp ${l4.src}>${l4.dst} f${l4.flags}`
          : `${l4.kind} ${"src" in l4 ? `${l4.src}>${l4.dst}` : ""}`;
    return `${q.ip?.src}>${q.ip?.dst} ${ports}`;
  };
  const quoted = p.quoted ? ` about ${ends(p.quoted).replace(/ f\d+$/, "")}` : "";
  return `${p.ethSrc}>${p.ethDst} ${ends(p)} ttl ${p.ip?.ttl} tos ${p.ip?.tos}${quoted}`;
}

/** An ARP request that the router answers. */
function sentinel(end: number): Sentinel {
  const me = "02:00:00:00:99:99";
  const [own, ip] = [ROUTER_MAC[end] ?? "", `10.0.${end + 1}.1`];
  const none = "00:00:00:00:00:00";
  const arp = (op: number, from: string, to: string, sha: string, spa: string, tha: string, tpa: string) =>
    encodeFrame({
      ethSrc: from,
      ethDst: to,
      ethType: 0x0806,
      vlans: [],
      arp: { op, sha, spa, tha, tpa },
      l3Length: 28,
    });
  return {
    frame: arp(1, me, own, me, "10.0.9.9", none, ip),
    until: [end, arp(2, own, me, own, ip, me, "10.0.9.9")],
  };
}

/** A fresh packet, a reply to one that came out, its continuation, or an error about it. */
function nextPacket(
  r: Random,
  seed: number,
  i: number,
  seen: readonly { end: number; packet: Packet }[],
): { end: number; packet: Packet } {
  if (seen.length > 0 && r.chance(0.55)) {
    const { end, packet } = r.pick(seen);
    const back = r.chance(0.2) ? errorAbout(r, end, packet) : replyTo(r, packet);
    if (back) return { end, packet: withLength(back) };
  }
  const end = r.int(0, 1);
  const side = SIDES[end]!;
  const other = SIDES[1 - end]!;
  const dst = r.pick([
    `${other.net}.${r.int(2, 9)}`,
    `${other.net}.${r.int(2, 9)}`,
    side.router,
    other.router,
    "10.0.9.3",
    "10.0.2.103",
  ]);
  const host = r.int(2, 9);
  const port = 1024 + ((seed * 977 + i * 131) % 60000);
  const proto = r.pick([1, 6, 17, 6, 17]);
  const packet: Packet = {
    ethSrc: mac(end, host),
    ethDst: ROUTER_MAC[end] ?? "",
    ethType: 0x0800,
    vlans: [],
    ip: {
      version: 4,
      src: `${side.net}.${host}`,
      dst,
      proto,
      ttl: r.pick([64, 64, 64, 63, 2, 1]),
      tos: r.pick([0, 0, 0x10]),
      df: false,
    },
    l3Length: 0,
  };
  if (proto === 1) packet.l4 = { kind: "icmp", type: r.pick([8, 8, 8, 0]), code: 0, id: port, seq: 1 };
  else if (proto === 17) packet.l4 = { kind: "udp", src: port, dst: r.pick(PORTS) };
  else packet.l4 = { kind: "tcp", src: port, dst: r.pick(PORTS), flags: r.pick([2, 2, 2, 2, 16, 18, 17, 4]) };
  return { end, packet: withLength(packet) };
}

function replyTo(r: Random, p: Packet): Packet | undefined {
  const { ip, l4 } = p;
  if (!ip || !l4) return undefined;
  const head = {
    ...p,
    ethSrc: p.ethDst,
    ethDst: p.ethSrc,
    quoted: undefined,
    ip: { ...ip, src: ip.dst, dst: ip.src, ttl: 64 },
  };
  if (l4.kind === "icmp") return l4.type === 8 ? { ...head, l4: { ...l4, type: 0 } } : undefined;
  if (l4.kind === "udp") return { ...head, l4: { ...l4, src: l4.dst, dst: l4.src } };
  if (l4.kind !== "tcp") return undefined;
  const flags = l4.flags === 2 ? r.pick([18, 18, 18, 20]) : r.pick([16, 16, 17, 4, 24]);
  return { ...head, l4: { ...l4, src: l4.dst, dst: l4.src, flags } };
}

/** As a host behind the end would send it. */
function errorAbout(r: Random, end: number, p: Packet): Packet | undefined {
  const { ip, l4 } = p;
  if (!ip || !l4 || (l4.kind === "icmp" && l4.type !== 8)) return undefined;
  const [type, code] = r.pick([
    [3, 3],
    [3, 1],
    [11, 0],
  ] as const);
  const from = r.chance(0.7) ? ip.dst : `10.0.${end + 1}.${r.int(2, 9)}`;
  return {
    ...p,
    ethSrc: p.ethDst,
    ethDst: p.ethSrc,
    ip: { ...ip, src: from, dst: ip.src, proto: 1, ttl: 64, tos: 0 },
    l4: { kind: "icmp", type, code, id: 0, seq: 0 },
    quoted: p,
  };
}

function withLength(p: Packet): Packet {
  return { ...p, l3Length: lengthOf(p) };
}
