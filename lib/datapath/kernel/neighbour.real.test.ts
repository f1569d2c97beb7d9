/**
 * ARP of a real namespace under random addresses, sysctls and proxy entries: which requests are answered, and with what, must be
 * the engine's.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { viewPacket } from "../../net/packet.ts";
import { answerSolicitation } from "./neighbour.ts";
import { decodeFrame, encodeFrame, lengthOf } from "./testing/frames.ts";
import { inNs, Lab, readNamespace, run } from "./testing/netns.ts";
import { Random } from "./testing/random.ts";
import { type Sentinel, Wire } from "./testing/wire.ts";

const RUNS = Number(process.env.UNDERLAY_REAL_RUNS ?? 25);
const REQUESTS = 40;
const FIRST_SEED = Number(process.env.UNDERLAY_REAL_SEED ?? 1);
const DEVICES = ["d0", "d1"];

const lab = new Lab();
let name = "";
let wire: Wire;

beforeAll(async () => {
  name = lab.namespace("n");
  const ends = lab.namespace("e");
  for (const [i, d] of DEVICES.entries())
    lab.veth(name, d, `02:00:00:00:0${i}:01`, ends, `e${i}`, `02:00:00:00:0${i}:02`);
  wire = new Wire(DEVICES.map((_, i) => `${ends}:e${i}`));
  await wire.ready();
});
afterAll(() => {
  wire?.close();
  lab.dispose();
});

test("random namespaces: who answers which ARP request is the kernel's choice", async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) await oneNamespace(seed);
});

async function oneNamespace(seed: number): Promise<void> {
  const r = new Random(seed);
  const sysctls = configure(r);
  const shown = run("ip", ["-4", "-n", name, "-j", "neigh", "show", "proxy"]).trim() || "[]";
  const proxies = (JSON.parse(shown) as { dst: string; dev: string }[]).map((p) => ({ address: p.dst, dev: p.dev }));
  const ns = { ...readNamespace(name), sysctls, proxies };
  for (let i = 0; i < REQUESTS; i++) {
    const at = r.int(0, 1);
    const request = randomRequest(r, at);
    const said = answerSolicitation(ns, DEVICES[at] ?? "", request);
    const mine = said.kind === "answer" ? [JSON.stringify(viewPacket(said.reply))] : [];
    const frames = await wire.send(at, encodeFrame(request), sentinel(at));
    const real = frames
      .map(([, f]) => decodeFrame(f))
      .filter((p) => p.arp?.op === 2)
      .map((p) => JSON.stringify(viewPacket(p)));
    if (JSON.stringify(real) !== JSON.stringify(mine)) {
      const state = ["addr", "route", "neigh show proxy"]
        .map((c) => run("ip", ["-4", "-n", name, ...c.split(" ")]))
        .join("\n");
      expect.fail(
        `seed ${seed}: ${DEVICES[at]} ${JSON.stringify(request.arp)}\nreal: ${real.join()}\nengine: ${mine.join()} ${JSON.stringify(said)}\n${state}\n${JSON.stringify(sysctls)}`,
      );
    }
  }
}

function configure(r: Random): Record<string, string> {
  const sysctls: Record<string, string> = { "net.ipv4.ip_forward": "1" };
  // proxy answers wait for a random time unless the delay is none.
  const quiet = Object.fromEntries(DEVICES.map((d) => [`net.ipv4.neigh.${d}.proxy_delay`, "0"]));
  sysctls["net.ipv4.conf.all.arp_ignore"] = String(r.pick([0, 0, 0, 1, 2]));
  sysctls["net.ipv4.conf.all.rp_filter"] = "0";
  for (const d of DEVICES) {
    sysctls[`net.ipv4.conf.${d}.forwarding`] = String(r.pick([1, 1, 0]));
    sysctls[`net.ipv4.conf.${d}.arp_ignore`] = String(r.pick([0, 0, 1, 2, 3, 8]));
    sysctls[`net.ipv4.conf.${d}.arp_filter`] = String(r.pick([0, 0, 1]));
    sysctls[`net.ipv4.conf.${d}.proxy_arp`] = String(r.pick([0, 0, 1]));
    sysctls[`net.ipv4.conf.${d}.proxy_arp_pvlan`] = String(r.pick([0, 0, 1]));
    sysctls[`net.ipv4.conf.${d}.rp_filter`] = String(r.pick([0, 0, 1, 2]));
    sysctls[`net.ipv4.conf.${d}.send_redirects`] = String(r.pick([0, 1]));
  }
  inNs(name, "sysctl", ["-qw", ...Object.entries({ ...sysctls, ...quiet }).map(([k, v]) => `${k}=${v}`)]);
  const commands = [
    "addr flush dev d0",
    "addr flush dev d1",
    "route flush table main",
    "neigh flush all",
    "addr replace 10.9.9.1/32 dev lo",
  ];
  for (const [i, d] of DEVICES.entries()) {
    for (let n = r.int(1, 3); n > 0; n--) {
      commands.push(
        `addr add 10.0.${i}.${r.int(1, 5)}/${r.pick([24, 24, 30, 32])} dev ${d} scope ${r.pick(["global", "global", "link"])}`,
      );
    }
    commands.push(
      `route add 10.9.9.${2 + i}/32 dev ${d}`,
      `neigh replace 10.9.9.${2 + i} lladdr 02:00:00:00:99:0${i} dev ${d} nud permanent`,
    );
  }
  if (r.chance(0.5)) commands.push(`route add default via 10.0.1.5 dev d1 onlink`);
  for (const i of [0, 1]) {
    const address = `10.0.${i}.7`;
    for (const dev of DEVICES) {
      commands.push(`neigh ${r.chance(0.4) ? "replace" : "del"} proxy ${address} dev ${dev}`);
    }
  }
  run("sh", ["-c", `ip -4 -n ${name} -force -batch - 2>/dev/null || true`], `${commands.join("\n")}\n`);
  return sysctls;
}

function randomRequest(r: Random, at: number) {
  const address = () => `10.0.${r.pick([at, at, 1 - at])}.${r.int(1, 8)}`;
  const sha = `02:00:00:00:a${at}:01`;
  const spa = r.chance(0.1) ? "0.0.0.0" : address();
  const tpa = r.pick([address(), address(), address(), "10.0.0.7", "10.0.1.7", "10.9.9.1", "10.7.7.7", "127.0.0.1"]);
  const packet = {
    ethSrc: sha,
    ethDst: "ff:ff:ff:ff:ff:ff",
    ethType: 0x0806,
    vlans: [],
    arp: { op: 1, sha, spa, tha: "00:00:00:00:00:00", tpa },
    l3Length: 0,
  };
  return { ...packet, l3Length: lengthOf(packet) };
}

/** An echo that the namespace answers from an address of its own on lo, whatever the sysctls. */
function sentinel(at: number): Sentinel {
  const frame = encodeFrame({
    ethSrc: `02:00:00:00:99:0${at}`,
    ethDst: `02:00:00:00:0${at}:01`,
    ethType: 0x0800,
    vlans: [],
    ip: { version: 4, src: `10.9.9.${2 + at}`, dst: "10.9.9.1", proto: 1, ttl: 64, tos: 0, df: false },
    l4: { kind: "icmp", type: 8, code: 0, id: 1, seq: 1 },
    l3Length: 36,
  });
  return { frame, until: [at, `02000000990${at}`] };
}
