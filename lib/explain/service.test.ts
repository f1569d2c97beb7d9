/** TCP, UDP and sizes on the recorded clouds, against what their rules and sockets say when read by a person. */
import { beforeAll, describe, expect, it } from "vitest";
import type { TraceQuery } from "../api/http.ts";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { StepEvent, TraceEvent, VerdictCode, VerdictEvent } from "../datapath/event.ts";
import { Broken } from "./testing/broken.ts";
import { traceCloud } from "./trace.ts";

type Name = "legacy" | "dvr";
const NAMES = ["legacy", "dvr"] as const;
const FLOATING = { legacy: "172.24.4.97", dvr: "172.24.4.104" } as const;
const METADATA = "169.254.169.254";

const clouds = new Map<Name, CollectedCloud>();
beforeAll(async () => {
  for (const name of NAMES) clouds.set(name, await readBundle(new URL(`../demo/${name}`, import.meta.url).pathname));
});

const trace = (cloud: CollectedCloud, query: TraceQuery): TraceEvent[] => [...traceCloud(cloud, query)];
const verdictOf = (events: TraceEvent[]) => events.at(-1) as VerdictEvent;
const taken = (events: TraceEvent[]) => events.find((e) => e.kind === "deliver" && e.leg === "request");
const framesOf = (events: TraceEvent[], leg: string) =>
  events.filter((e): e is StepEvent & { kind: "frame" } => e.kind === "frame" && e.leg === leg);

interface Case {
  query: Omit<TraceQuery, "to"> & { to: string | ((name: Name) => string) };
  code: VerdictCode;
  /** `netns` of who took it, or of where it ended; by cloud where it differs. */
  at?: string | Record<Name, string>;
}

const CASES: Case[] = [
  {
    query: { from: "cirros-vm1", to: "cirros-vm2", proto: "tcp", dport: 22 },
    code: "DELIVERED",
    at: "guest:cirros-vm2",
  },
  {
    query: { from: "cirros-vm3", to: "cirros-vm5", proto: "tcp", dport: 22 },
    code: "DELIVERED",
    at: "guest:cirros-vm5",
  },
  {
    query: { from: "cirros-vm1", to: "cirros-vm5", proto: "tcp", dport: 80 },
    code: "SECURITY_GROUP_DENIED",
    at: "root",
  },
  {
    query: { from: "cirros-vm2", to: "cirros-vm5", proto: "udp", dport: 22 },
    code: "SECURITY_GROUP_DENIED",
    at: "root",
  },
  // Members of the default group reach each other on every port.
  {
    query: { from: "cirros-vm2", to: "cirros-vm1", proto: "udp", dport: 5353 },
    code: "DELIVERED",
    at: "guest:cirros-vm1",
  },
  {
    query: { from: "outside", to: (n) => FLOATING[n], proto: "tcp", dport: 22 },
    code: "DELIVERED",
    at: "guest:cirros-vm1",
  },
  {
    query: { from: "outside", to: (n) => FLOATING[n], proto: "tcp", dport: 80 },
    code: "SECURITY_GROUP_DENIED",
    at: "root",
  },
  {
    query: { from: "cirros-vm2", to: (n) => FLOATING[n], proto: "tcp", dport: 22 },
    code: "DELIVERED",
    at: "guest:cirros-vm1",
  },
  // REDIRECT in the router, where haproxy listens on *:9697; with DVR on the guest's own host.
  { query: { from: "cirros-vm1", to: METADATA, proto: "tcp", dport: 80 }, code: "DELIVERED", at: "qrouter-" },
  { query: { from: "cirros-vm3", to: METADATA, proto: "tcp", dport: 80 }, code: "DELIVERED", at: "qrouter-" },
  // A network without a router: the DHCP namespace has the address and its haproxy listens on it.
  { query: { from: "vlan-vm1", to: METADATA, proto: "tcp", dport: 80 }, code: "DELIVERED", at: "qdhcp-6a79ba56" },
  {
    query: { from: "cirros-vm1", to: "172.16.10.2", proto: "udp", dport: 53 },
    code: "DELIVERED",
    at: "qdhcp-6f1232c9",
  },
  {
    query: { from: "cirros-vm3", to: "172.16.10.2", proto: "udp", dport: 53 },
    code: "DELIVERED",
    at: "qdhcp-6f1232c9",
  },
  {
    query: { from: "cirros-vm1", to: "172.16.10.2", proto: "udp", dport: 54 },
    code: "GUEST_REFUSED",
    at: "qdhcp-6f1232c9",
  },
  { query: { from: "cirros-vm1", to: "172.16.10.1", proto: "tcp", dport: 22 }, code: "GUEST_REFUSED", at: "qrouter-" },
  { query: { from: "cirros-vm2", to: "172.24.4.1", proto: "tcp", dport: 81 }, code: "GUEST_REFUSED", at: "root" },
  // What is too large for the guest's card is cut there; with DF the guest itself says "message too long".
  {
    query: { from: "cirros-vm1", to: "cirros-vm2", proto: "icmp", size: 1422 },
    code: "DELIVERED",
    at: "guest:cirros-vm2",
  },
  {
    query: { from: "cirros-vm1", to: "cirros-vm2", proto: "icmp", size: 1423, df: true },
    code: "MTU_EXCEEDED",
    at: "guest:cirros-vm1",
  },
  {
    query: { from: "cirros-vm1", to: "cirros-vm3", proto: "icmp", size: 3000 },
    code: "DELIVERED",
    at: "guest:cirros-vm3",
  },
  {
    query: { from: "vlan-vm1", to: "vlan-vm2", proto: "icmp", size: 1472, df: true },
    code: "DELIVERED",
    at: "guest:vlan-vm2",
  },
  // 1500 bytes from outside do not fit the tenant network's 1450; ping sets DF on what fits its own link.
  {
    query: { from: "outside", to: (n) => FLOATING[n], proto: "icmp", size: 1472 },
    code: "MTU_EXCEEDED",
    at: "qrouter-",
  },
  { query: { from: "cirros-vm1", to: "172.16.10.1", proto: "icmp", ttl: 1 }, code: "DELIVERED", at: "qrouter-" },
  {
    query: { from: "outside", to: (n) => FLOATING[n], proto: "icmp", ttl: 1 },
    code: "TTL_EXCEEDED",
    at: { legacy: "qrouter-", dvr: "fip-" },
  },
];

describe.each(NAMES)("%s", (name) => {
  it.each(CASES)("$query.from to $query.to $query.proto $query.dport $query.size: $code", (c) => {
    const to = typeof c.query.to === "string" ? c.query.to : c.query.to(name);
    const events = trace(clouds.get(name)!, { ...c.query, to });
    const verdict = verdictOf(events);
    expect(verdict.code, verdict.summary).toBe(c.code);
    const place = verdict.outcome === "delivered" ? taken(events) : verdict;
    const where = typeof c.at === "string" ? c.at : c.at?.[name];
    expect(place && "netns" in place ? place.netns : "").toContain(where);
    expect(verdict.outcome).toBe(c.code === "DELIVERED" ? "delivered" : "dropped");
  });

  it("answers metadata requests from the address that was asked", () => {
    const events = trace(clouds.get(name)!, { from: "cirros-vm1", to: METADATA, proto: "tcp", dport: 80 });
    expect(events.find((e) => e.kind === "nat" && e.leg === "request")).toMatchObject({
      from: `${METADATA}:80`,
      to: "172.16.10.1:9697",
    });
    expect(framesOf(events, "reply").at(-1)?.packet).toMatchObject({ ip_src: METADATA, tp_src: 80 });
    expect(taken(events)?.host).toBe(name === "legacy" ? "network1" : "compute1");
  });

  it("tells what became of the metadata proxy", () => {
    const b = new Broken(clouds.get(name)!);
    const router = b.ns(name === "legacy" ? "network1" : "compute1", "qrouter");
    router.listeners = router.listeners.filter((l) => l.port !== 9697);
    expect(verdictOf(trace(b.cloud, { from: "cirros-vm1", to: METADATA, proto: "tcp", dport: 80 }))).toMatchObject({
      code: "METADATA_UNREACHABLE",
      outcome: "dropped",
    });
    const dhcp = b.ns("network1", "qdhcp-6a79ba56");
    dhcp.listeners = dhcp.listeners.filter((l) => l.port !== 80);
    expect(verdictOf(trace(b.cloud, { from: "vlan-vm1", to: METADATA, proto: "tcp", dport: 80 }))).toMatchObject({
      code: "METADATA_UNREACHABLE",
      netns: expect.stringContaining("qdhcp-6a79ba56"),
    });
  });

  it("cuts a large packet to the card, without DF", () => {
    const events = trace(clouds.get(name)!, { from: "cirros-vm1", to: "cirros-vm2", proto: "icmp", size: 3000 });
    expect(events.some((e) => e.kind === "assume" && e.what.includes("fragments"))).toBe(true);
    for (const f of framesOf(events, "request")) expect(f.packet.length ?? 0).toBeLessThanOrEqual(1450 + 14);
  });
});
