/** What stays with a packet inside a namespace: connections of errors, marks, and the way over lo. */
import { describe, expect, it } from "vitest";
import type { World } from "../../host/world.ts";
import type { StepEvent, TraceEvent, VerdictEvent } from "../event.ts";
import { address, bridge, emptyNamespace, guest, hostOf, link, member, rules, veth, via } from "../testing/world.ts";
import { walk } from "../walk.ts";
import type { Probe } from "./probe.ts";

/** Sender r0 (10.8.0.1), router r1 (10.8.0.2, 10.9.0.1), target r2 (10.9.0.2). */
function line() {
  const sender = via(emptyNamespace("r0", [veth("a0", "a1", "r1")], [address("a0", "10.8.0.1")]), "10.8.0.2", "a0");
  const router = emptyNamespace(
    "r1",
    [
      veth("a1", "a0", "r0", { ifindex: 2 }),
      veth("b1", "b2", "r2", { ifindex: 3 }),
      link("lo", "loopback", { ifindex: 4 }),
    ],
    [address("a1", "10.8.0.2"), address("b1", "10.9.0.1")],
  );
  const target = via(emptyNamespace("r2", [veth("b2", "b1", "r1")], [address("b2", "10.9.0.2")]), "10.9.0.1", "b2");
  const world: World = { hosts: [hostOf("h", [sender, router, target])], guests: [], segments: [], gaps: [] };
  return { world, sender, router, target };
}

const from = (netns: string): Probe["from"] => ({ kind: "netns", host: "h", netns });
const run = (world: World, probe: Probe): TraceEvent[] => [...walk(world, probe)];
const ended = (events: TraceEvent[]) => events.at(-1) as VerdictEvent;
const framesOf = (events: TraceEvent[], leg: string) =>
  events.filter((e): e is StepEvent & { kind: "frame" } => e.kind === "frame" && e.leg === leg);

describe("errors", () => {
  it("about an unconfirmed connection are related to it", () => {
    const { world, router } = line();
    rules(
      router,
      `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT DROP [0:0]
-A FORWARD -p udp -j REJECT --reject-with icmp-admin-prohibited
-A OUTPUT -m conntrack --ctstate RELATED -j ACCEPT
COMMIT`,
    );
    const events = run(world, { from: from("r0"), to: "10.9.0.2", proto: "udp", dport: 53 });
    expect(ended(events).code).toBe("FIREWALL_DENIED");
    expect(framesOf(events, "error").at(-1)).toMatchObject({
      netns: "r0",
      packet: { icmp_type: 3, icmp_code: 13, ip_src: "10.8.0.2" },
    });
  });
  it("die where OUTPUT drops what is related", () => {
    const { world, router } = line();
    rules(
      router,
      `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A OUTPUT -m conntrack --ctstate RELATED -j DROP
COMMIT`,
    );
    const events = run(world, { from: from("r0"), to: "10.9.0.2", proto: "icmp", ttl: 1 });
    expect(ended(events).code).toBe("TTL_EXCEEDED");
    expect(framesOf(events, "error")).toEqual([]);
  });
  it("reset a segment for a port where nothing listens", () => {
    const { world, target } = line();
    target.listeners.push({ proto: "tcp", address: "0.0.0.0", port: 22 });
    const events = run(world, { from: from("r0"), to: "10.9.0.2", proto: "tcp", dport: 80 });
    expect(ended(events)).toMatchObject({ code: "GUEST_REFUSED", netns: "r2" });
    expect(framesOf(events, "reply").at(-1)).toMatchObject({ netns: "r0", packet: { tcp_flags: 0x14, tp_src: 80 } });
  });
});

describe("REJECT on a bridge", () => {
  const REJECT = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -p tcp -j REJECT --reject-with tcp-reset
-A FORWARD -p udp -j REJECT --reject-with icmp-port-unreachable
COMMIT`;
  function bridged(): World {
    const taps = [1, 2].map((n) => link(`tap0000000${n}-00`, "tap", { ifindex: n, ...member("br") }));
    const root = emptyNamespace("root", [bridge("br"), ...taps], [address("br", "10.1.0.100")]);
    root.sysctls["net.bridge.bridge-nf-call-iptables"] = "1";
    const guests = [guest(1, "h"), guest(2, "h")];
    return { hosts: [hostOf("h", [rules(root, REJECT)])], guests, segments: [], gaps: [] };
  }
  const probe = (world: World, proto: "tcp" | "udp"): Probe => ({
    from: { kind: "guest", guest: world.guests[0]! },
    to: "10.1.0.2",
    proto,
    dport: 80,
  });
  it("sends a reset back by the port that the segment came in by, in the target's name", () => {
    const world = bridged();
    const events = run(world, probe(world, "tcp"));
    expect(ended(events).code).toBe("FIREWALL_DENIED");
    expect(framesOf(events, "error").map((f) => `${f.device} ${f.dir}`)).toEqual(["tap00000001-00 out", "eth0 in"]);
    expect(framesOf(events, "error").at(-1)?.packet).toMatchObject({
      eth_src: world.guests[1]!.mac,
      ip_src: "10.1.0.2",
      tcp_flags: 0x14,
    });
  });
  it("sends an ICMP error in the host's own name", () => {
    const world = bridged();
    const events = run(world, probe(world, "udp"));
    expect(framesOf(events, "error").at(-1)).toMatchObject({
      netns: "guest:vm1",
      packet: { icmp_type: 3, icmp_code: 3, ip_src: "10.1.0.100" },
    });
  });
});

describe("marks", () => {
  const MARKED = `*mangle
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -o a0 -j MARK --set-xmark 0x7/0xffffffff
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -m mark --mark 0x7 -j DROP
COMMIT`;
  it("are wiped by a veth pair between namespaces", () => {
    const { world, sender, router } = line();
    rules(sender, MARKED);
    rules(router, MARKED);
    expect(ended(run(world, { from: from("r0"), to: "10.9.0.2", proto: "icmp" })).code).toBe("DELIVERED");
  });
  it("stay over a veth pair within one, into a bridge", () => {
    const ns = emptyNamespace(
      "root",
      [
        veth("a0", "a1", undefined, { ifindex: 1 }),
        veth("a1", "a0", undefined, { ifindex: 2, ...member("br") }),
        bridge("br"),
        link("tap00000001-00", "tap", { ifindex: 3, ...member("br") }),
      ],
      [address("a0", "10.1.0.100")],
    );
    ns.sysctls["net.bridge.bridge-nf-call-iptables"] = "1";
    rules(ns, MARKED);
    const world: World = { hosts: [hostOf("h", [ns])], guests: [guest(1, "h")], segments: [], gaps: [] };
    const verdict = ended(run(world, { from: from("root"), to: "10.1.0.1", proto: "icmp" }));
    expect([verdict.code, verdict.device]).toEqual(["FIREWALL_DENIED", "br"]);
  });
});

describe("a namespace's own packets", () => {
  it("go over lo through POSTROUTING and PREROUTING, with one connection", () => {
    const { world, router } = line();
    rules(
      router,
      `*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -i lo -m conntrack --ctstate NEW -j MARK --set-xmark 0x1/0xffffffff
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -m mark --mark 0x1 -j DROP
COMMIT`,
    );
    const events = run(world, { from: from("r1"), to: "10.9.0.1", proto: "icmp" });
    expect([ended(events).code, ended(events).device]).toEqual(["FIREWALL_DENIED", "lo"]);
    expect(events.filter((e) => e.kind === "conntrack").length).toBe(1);
  });
  it("are routed again when OUTPUT marks them", () => {
    const { world, sender } = line();
    sender.rules.push({
      family: 4,
      priority: 100,
      action: "lookup",
      table: "7",
      fwmark: { value: 7, mask: 0xffffffff },
    });
    via(sender, "10.8.0.99", "a0", "10.9.0.0/24");
    sender.routes.at(-1)!.table = "7";
    rules(
      sender,
      `*mangle
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A OUTPUT -p icmp -j MARK --set-xmark 0x7/0xffffffff
COMMIT`,
    );
    const verdict = ended(run(world, { from: from("r0"), to: "10.9.0.2", proto: "icmp" }));
    expect([verdict.code, verdict.element?.text]).toEqual(["ARP_UNANSWERED", expect.stringContaining("10.8.0.99")]);
  });
});
