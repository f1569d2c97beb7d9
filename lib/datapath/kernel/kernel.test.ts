import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ConntrackEntry, Ipset, Link, Namespace } from "../../host/state.ts";
import { parseIptablesSave } from "../../net/iptables/parse.ts";
import type { Packet } from "../../net/packet.ts";
import type { Step } from "../event.ts";
import { selectAddress } from "./addresses.ts";
import { bridgeInput, type LearnedMacs } from "./bridge.ts";
import { Conntrack, translate } from "./conntrack.ts";
import { icmpError } from "./icmp.ts";
import { inSet } from "./ipset.ts";
import { answerSolicitation, lookupNeighbour } from "./neighbour.ts";
import { traverse } from "./netfilter.ts";
import { routeInput, routeOutput } from "./routing.ts";
import { FRESH_SKB } from "./skb.ts";

const EMPTY: Namespace = {
  name: "root",
  links: [],
  addresses: [],
  routes: [],
  rules: [],
  neighbours: [],
  proxies: [],
  fdb: [],
  ipsets: [],
  conntrack: [],
  sysctls: {},
  listeners: [],
};

function link(name: string, more: Partial<Link> = {}): Link {
  return {
    name,
    ifindex: 1,
    kind: "veth",
    mac: "02:00:00:00:00:99",
    mtu: 1500,
    up: true,
    carrier: true,
    operstate: "UP",
    promisc: false,
    altnames: [],
    ...more,
  };
}

function packet(l4: Packet["l4"], src = "10.0.0.1", dst = "10.0.0.2", more: Partial<Packet> = {}): Packet {
  const v6 = src.includes(":");
  const protos = { icmp: 1, tcp: 6, udp: 17, sctp: 132, icmp6: 58 };
  return {
    ethSrc: "02:00:00:00:00:01",
    ethDst: "02:00:00:00:00:02",
    ethType: v6 ? 0x86dd : 0x0800,
    vlans: [],
    ip: { version: v6 ? 6 : 4, src, dst, proto: l4 ? protos[l4.kind] : 255, ttl: 64, tos: 0, df: false },
    ...(l4 && { l4 }),
    l3Length: 84,
    ...more,
  };
}

const echo = (type: number, id = 5) => ({ kind: "icmp", type, code: 0, id, seq: 1 }) as const;

function rules(text: string): Namespace["iptables"] {
  const parsed = parseIptablesSave(text, 4);
  expect(parsed.problems).toEqual([]);
  return parsed.ruleset;
}

describe("conntrack", () => {
  const entry: ConntrackEntry = {
    proto: 1,
    original: { src: "10.0.0.1", dst: "10.0.0.2", icmpType: 8, icmpCode: 0, icmpId: 5 },
    reply: { src: "10.0.0.2", dst: "192.0.2.9", icmpType: 0, icmpCode: 0, icmpId: 5 },
    zone: 7,
    mark: 3,
    flags: [],
  };

  test("a recorded entry holds in its zone, in both directions, with its NAT undone on replies", () => {
    const ct = new Conntrack([entry]);
    expect(ct.track(packet(echo(8)), 0).state).toBe("new");
    expect(ct.track(packet(echo(8)), 7)).toMatchObject({ state: "established", direction: "original" });
    const reply = packet(echo(0), "10.0.0.2", "192.0.2.9");
    const judged = ct.track(reply, 7);
    expect(judged).toMatchObject({ state: "established", direction: "reply", connection: { mark: 3, snat: true } });
    expect(translate(reply, judged, "dst").ip?.dst).toBe("10.0.0.1");
  });

  test("a fresh id meets no recorded entry, and nothing is remembered until it is confirmed", () => {
    const ct = new Conntrack([entry]);
    const fresh = ct.track(packet(echo(8, 99)), 7);
    expect(fresh.state).toBe("new");
    expect(ct.track(packet(echo(0, 99), "10.0.0.2", "10.0.0.1"), 7).state).toBe("invalid");
    ct.confirm(fresh);
    expect(ct.track(packet(echo(0, 99), "10.0.0.2", "10.0.0.1"), 7).state).toBe("established");
  });

  test("neighbour discovery is not tracked, an echo over IPv6 is", () => {
    const ct = new Conntrack([]);
    const icmp6 = (type: number) => packet({ kind: "icmp6", type, code: 0, id: 1, seq: 1 }, "fe80::1", "fe80::2");
    expect(ct.track(icmp6(135), 0).state).toBe("untracked");
    expect(ct.track(icmp6(128), 0).state).toBe("new");
  });

  test("an error is related to what it quotes, and the quoted addresses are translated back", () => {
    const ct = new Conntrack([]);
    const request = packet({ kind: "udp", src: 1000, dst: 53 });
    const judged = ct.track(request, 0);
    ct.bind(judged, "src", { min: "192.0.2.1" });
    const sent = translate(request, judged, "src");
    expect(sent.ip?.src).toBe("192.0.2.1");
    ct.confirm(judged);
    const error = packet({ kind: "icmp", type: 3, code: 3, id: 0, seq: 0 }, "10.0.0.2", "192.0.2.1", { quoted: sent });
    const related = ct.track(error, 0);
    expect(related.state).toBe("related");
    expect(translate(error, related, "dst")).toMatchObject({
      ip: { dst: "10.0.0.1" },
      quoted: { ip: { src: "10.0.0.1" } },
    });
  });

  test("a source port that is taken is moved within its class, and that is told", () => {
    const ct = new Conntrack([]);
    const one = ct.track(packet({ kind: "udp", src: 1000, dst: 53 }), 0);
    expect(ct.bind(one, "src", { min: "192.0.2.1" })).toBeUndefined();
    ct.confirm(one);
    const two = ct.track(packet({ kind: "udp", src: 1000, dst: 53 }, "10.0.0.7"), 0);
    expect(ct.bind(two, "src", { min: "192.0.2.1" })).toMatch(/^port 600 of/);
    expect(two.connection?.reply.dport).toBe(600);
  });
});

describe("netfilter", () => {
  const filter = (lines: string) => ({
    ...EMPTY,
    iptables: rules(`*filter\n:FORWARD ACCEPT [0:0]\n:a - [0:0]\n:b - [0:0]\n${lines}COMMIT\n`),
  });
  const forward = (ns: Namespace, note?: (s: Step) => void) =>
    traverse(
      { hook: "FORWARD", packet: packet(echo(8)), skb: FRESH_SKB, in: "x", out: "y" },
      { ns, conntrack: new Conntrack([]), note },
    );

  test("an unsupported match that could decide makes the verdict unknown, with the rule", () => {
    const text = "-A FORWARD -m u32 --u32 0x0=0x1 -j DROP";
    expect(forward(filter(`${text}\n`))).toMatchObject({ kind: "unknown", element: { text, index: 1 } });
  });

  test("it decides nothing where another match already fails, or where the target only logs", () => {
    expect(forward(filter("-A FORWARD -s 10.9.9.9/32 -m u32 --u32 0x0=0x1 -j DROP\n"))).toMatchObject({
      kind: "accept",
    });
    expect(forward(filter("-A FORWARD -m u32 --u32 0x0=0x1 -j LOG\n"))).toMatchObject({ kind: "accept" });
  });

  test("chains that jump in a circle end as unknown", () => {
    const ns = filter("-A FORWARD -j a\n-A a -j b\n-A b -j a\n");
    expect(forward(ns)).toMatchObject({ kind: "unknown", reason: expect.stringContaining("circle") });
  });

  test("a set that is not recorded is unknown, and so is a missing chain", () => {
    expect(forward(filter("-A FORWARD -m set --match-set gone src -j DROP\n"))).toMatchObject({ kind: "unknown" });
    expect(forward(filter("-A FORWARD -g gone\n"))).toMatchObject({ kind: "unknown" });
  });

  test("jumps and deciding rules are told in order", () => {
    const steps: Step[] = [];
    const verdict = forward(filter("-A FORWARD -j a\n-A a -p icmp -j DROP\n"), (s) => steps.push(s));
    expect(verdict).toMatchObject({ kind: "drop", code: "FIREWALL_DENIED", element: { chain: "a", index: 1 } });
    expect(steps.map((s) => (s.kind === "rule" ? `${s.chain} ${s.target}` : s.kind))).toEqual(["FORWARD a", "a DROP"]);
  });
});

describe("recorded security groups", () => {
  const file = "lib/demo/legacy/compute1/root/iptables-save-c.txt";
  const text = readFileSync(file, "utf8");
  const tap = /--physdev-in (tap\S+)/.exec(text)?.[1] ?? "";
  const bridge = tap.replace("tap", "qbr");
  const qvb = tap.replace("tap", "qvb");
  const mac = new RegExp(`-A \\S+-s${tap.slice(3, 13)} -s (\\S+)/32 -m mac --mac-source (\\S+)`).exec(text);
  const ns: Namespace = {
    ...EMPTY,
    links: [
      link(bridge, { kind: "bridge", bridge: { ageingTime: 0, stp: false, vlanFiltering: false } }),
      link(tap, { master: bridge, mac: "fe:16:3e:00:00:01" }),
      link(qvb, { master: bridge, mac: "02:00:00:00:00:0a" }),
    ],
    iptables: parseIptablesSave(text, 4).ruleset,
    sysctls: { "net.bridge.bridge-nf-call-iptables": "1" },
  };
  const context = () => ({ ns, conntrack: new Conntrack([]), learned: new Map() as LearnedMacs });
  const frame = (ethSrc: string, src: string) => packet(echo(8), src, "10.9.9.9", { ethSrc });

  test("the guest's own address passes and is flooded; the device itself only overhears it", () => {
    const ctx = context();
    const out = bridgeInput(ctx, bridge, tap, frame(mac?.[2] ?? "", mac?.[1] ?? ""), FRESH_SKB);
    expect(out).toMatchObject({ kind: "forwarded", flooded: true, local: { accepted: false } });
    expect(out.kind === "forwarded" && out.outputs.map((o) => `${o.kind} ${o.port}`)).toEqual([`sent ${qvb}`]);
    expect(ctx.learned.size).toBe(0);
  });

  test("another address is port security's", () => {
    const out = bridgeInput(context(), bridge, tap, frame(mac?.[2] ?? "", "10.66.6.6"), FRESH_SKB);
    expect(out.kind === "forwarded" && out.outputs[0]).toMatchObject({
      kind: "stopped",
      verdict: { code: "PORT_SECURITY_BLOCKED" },
    });
  });

  test("what no rule allows in is the security group's", () => {
    const out = bridgeInput(context(), bridge, qvb, packet({ kind: "udp", src: 9, dst: 9 }, "10.66.6.6"), FRESH_SKB);
    expect(out.kind === "forwarded" && out.outputs[0]).toMatchObject({
      kind: "stopped",
      verdict: { code: "SECURITY_GROUP_DENIED" },
    });
  });
});

describe("VLAN filtering of a bridge", () => {
  const port = (name: string, pvid: number, vlans: [number, boolean][]) =>
    link(name, {
      master: "br",
      bridgePort: {
        state: "forwarding",
        hairpin: false,
        isolated: false,
        learning: true,
        flood: true,
        pvid,
        vlans: vlans.map(([v, untagged]) => ({ from: v, to: v, untagged })),
      },
    });
  const ns: Namespace = {
    ...EMPTY,
    links: [
      link("br", { kind: "bridge", bridge: { ageingTime: 30000, stp: false, vlanFiltering: true } }),
      port("a", 10, [[10, true]]),
      port("b", 1, [[10, false]]),
      port("c", 20, [[20, true]]),
    ],
  };
  const send = (at: string, vlans: Packet["vlans"]) =>
    bridgeInput(
      { ns, conntrack: new Conntrack([]), learned: new Map() },
      "br",
      at,
      packet(undefined, "10.0.0.1", "10.0.0.2", { vlans }),
      FRESH_SKB,
    );

  test("an untagged frame gets the port's VLAN, and leaves tagged where that is not native", () => {
    const out = send("a", []);
    expect(out.kind === "forwarded" && out.outputs).toMatchObject([{ port: "b", packet: { vlans: [{ vid: 10 }] } }]);
  });
  test("a tag is taken off at a native port; a foreign tag is refused", () => {
    const out = send("b", [{ tpid: 0x8100, vid: 10, pcp: 0 }]);
    expect(out.kind === "forwarded" && out.outputs).toMatchObject([{ port: "a", packet: { vlans: [] } }]);
    expect(send("c", [{ tpid: 0x8100, vid: 10, pcp: 0 }])).toMatchObject({ kind: "refused", code: "VLAN_MISMATCH" });
  });
});

describe("ipsets that few kernels have", () => {
  const set = (type: string, members: string[], family: Ipset["family"] = "inet"): Ipset => ({
    name: type,
    type,
    family,
    members: members.map((value) => ({ value, options: {} })),
    options: {},
  });
  const ns = {
    ...EMPTY,
    ipsets: [
      set("hash:mac", ["02:00:00:00:00:01"]),
      set("hash:net,net", ["10.0.0.0/30,10.0.0.2"]),
      set("hash:net", ["fd00::/8"], "inet6"),
    ],
  };
  test("MACs, pairs of networks and IPv6", () => {
    const s = { packet: packet(echo(8)), mark: 0 };
    expect(inSet(ns, "hash:mac", ["src"], s)).toBe(true);
    expect(inSet(ns, "hash:mac", ["dst"], s)).toBe(false);
    expect(inSet(ns, "hash:net,net", ["src", "dst"], s)).toBe(true);
    expect(inSet(ns, "hash:net,net", ["dst", "src"], s)).toBe(false);
    expect(inSet(ns, "hash:net", ["src"], s)).toBe(false);
    expect(inSet(ns, "hash:net", ["src"], { packet: packet(undefined, "fd00::1", "fd00::2"), mark: 0 })).toBe(true);
  });
});

describe("IPv6", () => {
  const ns: Namespace = {
    ...EMPTY,
    links: [link("lo", { kind: "loopback" }), link("e0"), link("e1")],
    addresses: [
      { dev: "e0", family: 6, address: "fe80::1", prefix: 64, scope: "link", secondary: false },
      { dev: "e0", family: 6, address: "fd00:1::1", prefix: 64, scope: "global", secondary: false },
      { dev: "e1", family: 6, address: "fd00:2::1", prefix: 64, scope: "global", secondary: false },
    ],
    routes: [
      { family: 6, type: "local", dst: "fd00:1::1/128", table: "local", dev: "e0", metric: 0, flags: [] },
      { family: 6, type: "unicast", dst: "fd00:1::/64", table: "main", dev: "e0", metric: 256, flags: [] },
      { family: 6, type: "unicast", dst: "fd00:2::/64", table: "main", dev: "e1", metric: 256, flags: [] },
      { family: 6, type: "unicast", dst: "fe80::/64", table: "main", dev: "e0", metric: 256, flags: [] },
      { family: 6, type: "unicast", dst: "::/0", table: "main", dev: "e1", via: "fd00:2::9", metric: 1024, flags: [] },
    ],
    sysctls: { "net.ipv6.conf.all.forwarding": "1" },
  };
  const from = (src: string, dst: string) => packet({ kind: "udp", src: 1, dst: 2 }, src, dst);

  test("routes in and out", () => {
    expect(routeInput(ns, from("fd00:1::5", "2001:db8::1"), "e0", 0)).toMatchObject({
      kind: "unicast",
      dev: "e1",
      nexthop: "fd00:2::9",
    });
    expect(routeInput(ns, from("fd00:1::5", "fd00:1::1"), "e0", 0)).toMatchObject({ kind: "local" });
    expect(routeOutput(ns, { dst: "fd00:2::7" })).toMatchObject({ kind: "unicast", dev: "e1", src: "fd00:2::1" });
    expect(routeInput({ ...ns, sysctls: {} }, from("fd00:1::5", "2001:db8::1"), "e0", 0)).toMatchObject({
      code: "FORWARDING_OFF",
    });
  });
  test("source addresses", () => {
    expect(selectAddress(ns, "e0", 6, "fe80::9", "global")).toBe("fe80::1");
    expect(selectAddress(ns, "e0", 6, "fd00:1::9", "global")).toBe("fd00:1::1");
  });
  test("neighbour solicitations are answered for addresses of the device", () => {
    const ask = (target: string) =>
      answerSolicitation(
        ns,
        "e0",
        packet(
          { kind: "icmp6", type: 135, code: 0, id: 0, seq: 0, nd: { target, sll: "02:00:00:00:00:07" } },
          "fd00:1::5",
          "ff02::1:ff00:1",
        ),
      );
    expect(ask("fd00:1::1")).toMatchObject({
      kind: "answer",
      reply: { ethDst: "02:00:00:00:00:07", l4: { type: 136 } },
    });
    expect(ask("fd00:2::1")).toMatchObject({ kind: "silent" });
  });
  test("too big", () => {
    const error = icmpError(ns, from("fd00:1::5", "2001:db8::1"), "frag-needed", { mtu: 1400 });
    expect(error).toMatchObject({
      mtu: 1400,
      packet: { ip: { src: "fd00:1::1", dst: "fd00:1::5" }, l4: { kind: "icmp6", type: 2 } },
    });
  });
});

test("only usable neighbours are known", () => {
  const entry = (address: string, state: string, mac?: string) => ({
    address,
    dev: "e",
    state: [state],
    ...(mac && { mac }),
  });
  const ns = {
    ...EMPTY,
    neighbours: [
      entry("10.0.0.1", "STALE", "02:00:00:00:00:01"),
      entry("10.0.0.2", "FAILED"),
      entry("10.0.0.3", "PERMANENT", "02:00:00:00:00:03"),
    ],
  };
  expect(lookupNeighbour(ns, "e", "10.0.0.1")).toMatchObject({ kind: "known", permanent: false });
  expect(lookupNeighbour(ns, "e", "10.0.0.2")).toEqual({ kind: "ask", text: "10.0.0.2 dev e FAILED" });
  expect(lookupNeighbour(ns, "e", "10.0.0.3")).toMatchObject({ permanent: true });
  expect(lookupNeighbour(ns, "f", "10.0.0.1")).toEqual({ kind: "ask" });
  expect(lookupNeighbour(ns, "e", "224.0.0.5")).toMatchObject({ mac: "01:00:5e:00:00:05" });
});

describe("parts that could not be read", () => {
  const forward = (ns: Namespace) =>
    traverse({ hook: "FORWARD", packet: packet(echo(8)), skb: FRESH_SKB }, { ns, conntrack: new Conntrack([]) });

  test("rules, routes and sets that may be missing make the answer unknown", () => {
    expect(forward({ ...EMPTY, unread: ["iptables"] })).toMatchObject({ kind: "unknown" });
    expect(forward({ ...EMPTY, unread: ["ip6tables"] })).toMatchObject({ kind: "accept" });
    expect(routeOutput({ ...EMPTY, unread: ["routes"] }, { dst: "10.0.0.1" })).toMatchObject({ kind: "unknown" });
    const set: Ipset = {
      name: "s",
      type: "hash:ip",
      family: "inet",
      members: [{ value: "10.0.0.1", options: {} }],
      options: {},
    };
    const ns: Namespace = { ...EMPTY, ipsets: [set], unread: ["ipsets"] };
    expect(inSet(ns, "s", ["src"], { packet: packet(echo(8)), mark: 0 })).toBe(true);
    expect(inSet(ns, "s", ["dst"], { packet: packet(echo(8)), mark: 0 })).toMatch(/could not all be read/);
  });
});
