/**
 * Random rules, tables, routes and metrics in a real namespace: every `ip route get` (plain, from, oif, mark, ports, and iif,
 * which validates the source too) must be the engine's answer. UNDERLAY_REAL_RUNS asks for more than the default.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Namespace } from "../../host/state.ts";
import type { Packet } from "../../net/packet.ts";
import { type RouteDecision, routeInput, routeOutput } from "./routing.ts";
import { inNs, Lab, readNamespace, run } from "./testing/netns.ts";
import { Random } from "./testing/random.ts";

const RUNS = Number(process.env.UNDERLAY_REAL_RUNS ?? 25);
const QUERIES = 120;
const FIRST_SEED = Number(process.env.UNDERLAY_REAL_SEED ?? 1);
const DEVICES = ["d0", "d1", "d2", "d3"];

const lab = new Lab();
let name = "";

beforeAll(() => {
  name = lab.namespace("t");
  const peers = lab.namespace("p");
  for (const [i, d] of DEVICES.entries())
    lab.veth(name, d, `02:00:00:00:0${i}:01`, peers, `p${i}`, `02:00:00:00:0${i}:02`);
});
afterAll(() => lab.dispose());

test("random rules, tables and routes: each answer is that of `ip route get`", () => {
  let asked = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) asked += oneConfiguration(seed);
  expect(asked).toBeGreaterThan(RUNS * QUERIES * 0.9);
});

function oneConfiguration(seed: number): number {
  const r = new Random(seed);
  const sysctls = configure(r);
  const ns = readNamespace(name);
  Object.assign(ns.sysctls, sysctls);
  const queries = Array.from({ length: QUERIES }, () => randomQuery(r));
  // -force goes on after errors, which are answers too.
  const out = batch(queries.map((q) => q.command));
  for (const [i, q] of queries.entries()) {
    const real = out[i] ?? "";
    const mine = answerText(q, ns);
    if (mine !== real) {
      const tables = ["rule", "route show table all", "addr"]
        .map((c) => run("ip", ["-4", "-n", name, ...c.split(" ")]))
        .join("\n");
      expect.fail(
        `seed ${seed}: ip ${q.command}\nreal:   ${real}\nengine: ${mine}\n${tables}\n${JSON.stringify(sysctls)}`,
      );
    }
  }
  return queries.length;
}

interface Query {
  command: string;
  dst: string;
  src?: string;
  iif?: string;
  oif?: string;
  mark?: number;
  proto?: number;
  dport?: number;
}

const address = (r: Random) => `10.${r.int(0, 3)}.${r.int(0, 3)}.${r.int(0, 9)}`;
const network = (r: Random) => {
  const bits = r.pick([8, 14, 16, 22, 23, 24, 28, 30, 32]);
  const v = (10 << 24) | (r.int(0, 3) << 16) | (r.int(0, 3) << 8) | r.int(0, 9);
  const n = (v & (bits === 32 ? -1 : ~(2 ** (32 - bits) - 1))) >>> 0;
  return `${n >>> 24}.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}/${bits}`;
};

/** Sets the namespace up anew; returns the sysctls that the engine needs. */
function configure(r: Random): Record<string, string> {
  const sysctls: Record<string, string> = {
    "net.ipv4.conf.all.forwarding": "1",
    "net.ipv4.conf.all.rp_filter": "0",
    "net.ipv4.conf.all.send_redirects": "0",
  };
  for (const d of DEVICES) {
    sysctls[`net.ipv4.conf.${d}.rp_filter`] = String(r.pick([0, 0, 1, 2]));
    sysctls[`net.ipv4.conf.${d}.forwarding`] = String(r.pick([1, 1, 1, 0]));
    sysctls[`net.ipv4.conf.${d}.accept_local`] = String(r.pick([0, 0, 1]));
    sysctls[`net.ipv4.conf.${d}.src_valid_mark`] = String(r.pick([0, 1]));
    sysctls[`net.ipv4.conf.${d}.send_redirects`] = String(r.pick([0, 1]));
  }
  inNs(name, "sysctl", ["-qw", ...Object.entries(sysctls).map(([k, v]) => `${k}=${v}`)]);
  const commands: string[] = ["rule flush", "rule add pref 32766 lookup main", "rule add pref 32767 lookup default"];
  // A namespace that ever had rules of its own checks sources with care for good (fib_has_custom_rules): so let it show.
  commands.push("rule add pref 31000 nop");
  for (const d of DEVICES) commands.push(`addr flush dev ${d}`);
  for (const t of ["main", "100", "101", "102"]) commands.push(`route flush table ${t}`);
  for (const [i, d] of DEVICES.entries()) {
    for (let n = r.int(0, 3); n > 0; n--) {
      commands.push(
        `addr add 10.${i}.${r.int(0, 3)}.${r.int(1, 9)}/${r.pick([24, 22, 30, 32])} dev ${d} scope ${r.pick(["global", "global", "link"])}`,
      );
    }
  }
  for (let n = r.int(3, 14); n > 0; n--) commands.push(randomRoute(r));
  for (let n = r.int(0, 6); n > 0; n--) commands.push(randomRule(r));
  ipForce(commands);
  return sysctls;
}

function randomRoute(r: Random): string {
  const table = r.pick(["main", "main", "100", "101", "102"]);
  const tail = `table ${table} metric ${r.pick([0, 0, 10, 20])}`;
  const to = r.chance(0.2) ? "default" : network(r);
  if (r.chance(0.2)) return `route add ${r.pick(["unreachable", "blackhole", "prohibit", "throw"])} ${to} ${tail}`;
  const dev = r.pick(DEVICES);
  if (r.chance(0.4)) return `route add ${to} dev ${dev} ${tail} ${r.chance(0.3) ? "scope global" : ""}`;
  return `route add ${to} via ${address(r)} dev ${dev} onlink ${tail}`;
}

function randomRule(r: Random): string {
  const words = ["rule", "add"];
  if (r.chance(0.15)) words.push("not");
  if (r.chance(0.5)) words.push("from", network(r));
  if (r.chance(0.3)) words.push("to", network(r));
  if (r.chance(0.3)) words.push("fwmark", r.pick(["1", "2", "0x1/0x3", "0/0x1"]));
  if (r.chance(0.2)) words.push("iif", r.pick([...DEVICES, "lo"]));
  if (r.chance(0.15)) words.push("oif", r.pick(DEVICES));
  if (r.chance(0.15)) words.push("ipproto", r.pick(["udp", "tcp"]), "dport", r.pick(["53", "80-90"]));
  words.push("pref", String(r.int(1, 20) * 10));
  const end = r.int(0, 9);
  if (end < 7) {
    words.push("lookup", r.pick(["main", "100", "101", "102"]));
    if (r.chance(0.25)) words.push("suppress_prefixlength", String(r.pick([0, 8, 16, 24])));
  } else if (end === 7) words.push(r.pick(["unreachable", "blackhole", "prohibit"]));
  else if (end === 8) words.push("goto", r.pick(["32766", "150"]));
  else words.push("nop");
  return words.join(" ");
}

function randomQuery(r: Random): Query {
  const dst = address(r);
  const q: Query = { command: `route get ${dst}`, dst };
  const add = (text: string) => {
    q.command += ` ${text}`;
  };
  if (r.chance(0.5)) {
    q.src = address(r);
    q.iif = r.pick(DEVICES);
    add(`from ${q.src} iif ${q.iif}`);
  } else if (r.chance(0.2)) {
    q.oif = r.pick(DEVICES);
    add(`oif ${q.oif}`);
  }
  if (r.chance(0.4)) {
    q.mark = r.int(0, 3);
    add(`mark ${q.mark}`);
  }
  if (r.chance(0.3)) {
    q.proto = r.pick([6, 17]);
    q.dport = r.pick([53, 80, 85, 99]);
    add(`ipproto ${q.proto} dport ${q.dport}`);
  }
  return q;
}

/** What `ip route get` says, cut to what routing decides: type, next hop, device, source. */
function answerText(q: Query, ns: Namespace): string {
  const d = q.iif === undefined ? routeOutput(ns, q) : routeInput(ns, packetOf(q), q.iif, q.mark ?? 0);
  return decisionText(d, q);
}

function packetOf(q: Query): Packet {
  return {
    ethSrc: "02:00:00:00:00:01",
    ethDst: "02:00:00:00:00:02",
    ethType: 0x0800,
    vlans: [],
    // `ip route get` builds a UDP packet when nothing else is said (inet_rtm_getroute).
    ip: { version: 4, src: q.src ?? "0.0.0.0", dst: q.dst, proto: q.proto ?? 17, ttl: 64, tos: 0, df: false },
    l4:
      q.proto === 6 ? { kind: "tcp", src: 0, dst: q.dport ?? 0, flags: 2 } : { kind: "udp", src: 0, dst: q.dport ?? 0 },
    l3Length: 28,
  };
}

function decisionText(d: RouteDecision, q: Query): string {
  switch (d.kind) {
    case "unknown":
      return `unknown ${d.reason}`;
    case "drop":
      // A refused source is EINVAL, before Linux 6.14 EXDEV; without forwarding there is "no route to host".
      if (d.code === "FORWARDING_OFF") return "error host-unreachable";
      return `error ${d.error ?? "silent"}`;
    case "unicast":
      return `unicast ${d.nexthop === q.dst ? "" : `via ${d.nexthop} `}dev ${d.dev}${q.src === undefined && d.src !== "0.0.0.0" ? ` src ${d.src}` : ""}`;
    case "local":
      return `local${q.src === undefined && d.src !== "0.0.0.0" ? ` src ${d.src}` : ""}`;
    case "broadcast":
    case "multicast":
      // The route of what comes in ends at lo.
      return `${d.kind} dev ${q.iif === undefined ? d.dev : "lo"}`;
  }
}

function ipForce(commands: readonly string[]): void {
  // Some random commands make no sense to the kernel (an address twice, a metric taken): those have no effect.
  run("sh", ["-c", `ip -4 -n ${name} -force -batch - 2>/dev/null || true`], `${commands.join("\n")}\n`);
}

/** One line for each command, errors among them in order. */
function batch(commands: readonly string[]): string[] {
  return run(
    "sh",
    ["-c", `ip -4 -n ${name} -force -batch - 2>&1 || true`],
    commands.map((c) => `${c}\nlink show dev lo\n`).join(""),
  )
    .split(/^.*lo: <LOOPBACK.*\n.*link\/loopback.*\n/m)
    .map(realText);
}

function realText(text: string): string {
  if (/Invalid cross-device link/.test(text)) return "error silent";
  if (/No route to host/.test(text)) return "error host-unreachable";
  if (/Network is unreachable/.test(text)) return "error net-unreachable";
  if (/Permission denied/.test(text)) return "error admin-prohibited";
  if (/Invalid argument/.test(text)) return "error silent";
  const m =
    /^(?:(local|broadcast|multicast) )?(\S+)(?: from \S+)?(?: via (\S+))?(?: dev (\S+))?.*?(?: src (\S+))?/.exec(text);
  const src = / src (\S+)/.exec(text)?.[1];
  if (!m) return text;
  if (m[1] === "local") return `local${src ? ` src ${src}` : ""}`;
  if (m[1]) return `${m[1]} dev ${m[4]}`;
  // "via" the destination itself is the same neighbour.
  return `unicast ${m[3] && m[3] !== m[2] ? `via ${m[3]} ` : ""}dev ${m[4]}${src ? ` src ${src}` : ""}`;
}
