/**
 * The embedded cloud with its first content, built for real by the scripts that `underlay export` prints, all hosts on this
 * machine: guests ping each other, and every device of every host is captured. The tracer must have said which pings arrive,
 * and every frame: where, in which direction, with which addresses, VLAN, VNI and TTL. Recorded as bin/snapshot-host does it,
 * the hosts are the simulated ones.
 *
 * Not real here: the guests and their hypervisor (namespaces, and a program that copies frames to their taps). On a kernel
 * without 802.1Q a program tags for compute3's VLAN device; the rest of that host is as its script makes it.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { Leg, StepEvent, TraceEvent, VerdictCode, VerdictEvent } from "../datapath/event.ts";
import { capturedText, frameText, type Message } from "../datapath/testing/captured.ts";
import type { PingOptions } from "../datapath/testing/lab-cloud.ts";
import type { Captured } from "../datapath/testing/machines.ts";
import { openEmbedded, storePlace } from "../embedded.ts";
import { frames, fromFrame } from "../explain/testing/recording.ts";
import { traceCloud } from "../explain/trace.ts";
import type { HostState } from "../host/state.ts";
import type { Guest } from "../host/world.ts";
import { compareHosts, differenceText } from "../intent/compare.ts";
import { cloudOf } from "../simulation/world.ts";
import { BuiltCloud } from "./testing/built-cloud.ts";

const OUTSIDE = "outside";
const OUTSIDE_ADDRESS = "172.24.4.1";

interface Case extends PingOptions {
  readonly from: string;
  /** A guest, its floating IP (`fip NAME`), or an address. */
  readonly to: string;
  readonly code?: VerdictCode;
}

const CASES: Readonly<Record<string, readonly Case[]>> = {
  "in one network": [
    { from: "cirros-vm1", to: "cirros-vm4" },
    { from: "cirros-vm4", to: "cirros-vm1" },
    { from: "cirros-vm1", to: "cirros-vm2" },
    { from: "cirros-vm2", to: "cirros-vm1" },
    { from: "cirros-vm2", to: "cirros-vm4" },
    { from: "cirros-vm5", to: "cirros-vm1" },
    { from: "cirros-vm5", to: "cirros-vm2" },
    { from: "dvr-vm1", to: "dvr-vm2" },
    { from: "dvr-vm2", to: "dvr-vm1" },
    { from: "cirros-vm1", to: "172.16.10.2" },
    { from: "cirros-vm1", to: "172.16.10.99", code: "ARP_UNANSWERED" },
  ],
  "to a guest whose security group lets no ping in": [
    { from: "cirros-vm1", to: "cirros-vm5", code: "SECURITY_GROUP_DENIED" },
    { from: "cirros-vm2", to: "cirros-vm5", code: "SECURITY_GROUP_DENIED" },
    { from: "cirros-vm3", to: "cirros-vm5", code: "SECURITY_GROUP_DENIED" },
  ],
  "over a VLAN, and to the Linux bridge host": [
    { from: "vlan-vm1", to: "vlan-vm2" },
    { from: "vlan-vm2", to: "vlan-vm1" },
    { from: "vlan-vm1", to: "vlan-vm3" },
    { from: "vlan-vm2", to: "vlan-vm3" },
    { from: "vlan-vm3", to: "vlan-vm1" },
    { from: "vlan-vm3", to: "vlan-vm2" },
    { from: "vlan-vm3", to: "172.16.100.2" },
    { from: "vlan-vm3", to: "172.16.100.99", code: "ARP_UNANSWERED" },
    { from: "vlan-vm3", to: "cirros-vm1", code: "ROUTER_INTERFACE_MISSING" },
  ],
  "through the router on the network node": [
    { from: "cirros-vm1", to: "cirros-vm3" },
    { from: "cirros-vm2", to: "cirros-vm3" },
    { from: "cirros-vm3", to: "cirros-vm1" },
    { from: "cirros-vm3", to: "cirros-vm2" },
    { from: "cirros-vm3", to: "cirros-vm4" },
    { from: "cirros-vm5", to: "cirros-vm3" },
    { from: "cirros-vm1", to: "172.16.10.1" },
    { from: "cirros-vm1", to: "172.16.11.1" },
    { from: "cirros-vm3", to: "172.16.11.1" },
    { from: "cirros-vm1", to: "cirros-vm3", ttl: 1, code: "TTL_EXCEEDED" },
    { from: "cirros-vm1", to: "cirros-vm3", size: 1422, df: true },
    { from: "cirros-vm1", to: "vlan-vm1", code: "ROUTER_INTERFACE_MISSING" },
    { from: "cirros-vm3", to: "dvr-vm2", code: "ROUTER_INTERFACE_MISSING" },
  ],
  "through the distributed router": [
    { from: "dvr-vm1", to: "172.16.20.1" },
    { from: "dvr-vm2", to: "172.16.20.1" },
    { from: "dvr-vm2", to: OUTSIDE_ADDRESS },
    { from: "dvr-vm2", to: OUTSIDE_ADDRESS, ttl: 1, code: "TTL_EXCEEDED" },
    { from: "dvr-vm2", to: "cirros-vm3", code: "ROUTER_INTERFACE_MISSING" },
  ],
  "to and from outside": [
    { from: "cirros-vm1", to: OUTSIDE_ADDRESS },
    { from: "cirros-vm2", to: OUTSIDE_ADDRESS },
    { from: "cirros-vm3", to: OUTSIDE_ADDRESS },
    { from: "dvr-vm1", to: OUTSIDE_ADDRESS },
    { from: OUTSIDE, to: "fip cirros-vm1" },
    { from: OUTSIDE, to: "fip dvr-vm1" },
    { from: OUTSIDE, to: "cirros-vm2", code: "NO_ROUTE" },
    { from: "vlan-vm1", to: OUTSIDE_ADDRESS, code: "ROUTER_INTERFACE_MISSING" },
  ],
  "to floating IPs from inside": [
    { from: "cirros-vm1", to: "fip cirros-vm1" },
    { from: "cirros-vm2", to: "fip cirros-vm1" },
    { from: "cirros-vm3", to: "fip cirros-vm1" },
    { from: "dvr-vm1", to: "fip cirros-vm1" },
    { from: "dvr-vm2", to: "fip cirros-vm1" },
    { from: "cirros-vm1", to: "fip dvr-vm1" },
    { from: "cirros-vm3", to: "fip dvr-vm1" },
    { from: "dvr-vm1", to: "fip dvr-vm1" },
    { from: "dvr-vm2", to: "fip dvr-vm1" },
  ],
};

const LEASES = ["cirros-vm1", "cirros-vm3", "dvr-vm2", "vlan-vm2", "vlan-vm3"];

const data = mkdtempSync(join(tmpdir(), "underlay-real-"));
let cloud: CollectedCloud;
let built: BuiltCloud | undefined;

beforeAll(async () => {
  const ending = new AbortController();
  const report = (error: unknown) => {
    throw error;
  };
  const embedded = await openEmbedded({ place: storePlace(data, {}), env: {}, signal: ending.signal, report });
  await embedded.simulation.settled();
  cloud = cloudOf(embedded.simulation.moment());
  ending.abort();
  await embedded.close();
  built = await BuiltCloud.build(cloud.world);
}, 180_000);

afterAll(() => {
  built?.dispose();
  rmSync(data, { recursive: true, force: true });
});

describe("built by its script", () => {
  for (const name of ["network1", "compute1", "compute2", "compute3", OUTSIDE])
    test(`${name} is what it is said to be, to the last flow and rule`, () => {
      const host = cloud.world.hosts.find((one) => one.name === name);
      const recorded = real().recorded.get(name);
      if (!host || !recorded) throw new RangeError(`no host ${name}`);
      const differences = compareHosts(plainly(recorded), host, { numbers: "named" });
      const judged = differences.filter((one) => real().hasVlans || !isVlan(host, one.name));
      expect(judged.map(differenceText)).toEqual([]);
    });
});

/** Without the addresses that the script tells the switch to give its own devices, where it would choose others. */
function plainly(host: HostState): HostState {
  if (!host.ovs) return host;
  const bridges = host.ovs.bridges.map((bridge) => {
    const { hwaddr: _, ...otherConfig } = bridge.otherConfig;
    return { ...bridge, otherConfig };
  });
  return { ...host, ovs: { ...host.ovs, bridges } };
}

function isVlan({ namespaces }: HostState, name: string): boolean {
  return namespaces.some((ns) => ns.links.some((link) => link.kind === "vlan" && link.name === name));
}

for (const [title, cases] of Object.entries(CASES))
  describe(title, () => {
    for (const c of cases) test(`${c.from} pings ${c.to}${optionsText(c)}`, () => compare(c));
  });

describe("by DHCP", () => {
  for (const name of LEASES)
    test(`${name} gets its address`, async () => {
      const guest = guestNamed(name);
      const events = [...traceCloud(cloud, { from: name, proto: "dhcp" })];
      const expected = DHCP.map(([type]) => frames(events, `dhcp-${type}`).map(fromFrame).sort());
      const seenIn = (captured: readonly Captured[]) =>
        DHCP.map(([, number]) =>
          captured
            .filter((one) => one.hex.includes(`${DHCP_MESSAGE}${number}`))
            .map(textOf)
            .sort(),
        );
      const isWhole = (captured: readonly Captured[]) =>
        seenIn(captured).every((some, i) => some.length >= (expected[i]?.length ?? 0));
      const { lease, captured } = await real().lease(guest, isWhole);
      expect((events.at(-1) as VerdictEvent).code).toBe("DELIVERED");
      expect(lease?.address).toBe(guest.fixedIps[0]?.address);
      expect(lease?.options[MTU_OPTION]).toBe(guest.mtu.toString(16).padStart(4, "0"));
      expect(expected).toEqual(seenIn(captured));
    });
});

test("is taken away again without a trace", () => {
  expect(real().traces()).not.toEqual([]);
  real().dispose();
  expect(real().traces()).toEqual([]);
});

/** RFC 2132: the cookie, and the first option, which says what the message is. */
const DHCP_MESSAGE = "638253633501";
const DHCP = [
  ["discover", "01"],
  ["offer", "02"],
  ["request", "03"],
  ["ack", "05"],
] as const;
const MTU_OPTION = "26";

const MESSAGES = ["arp", "request", "reply", "error"] as const;
const MESSAGE: Readonly<Partial<Record<Leg, Message>>> = {
  "arp-request": "arp",
  "arp-reply": "arp",
  "resolve-request": "arp",
  "resolve-reply": "arp",
  request: "request",
  reply: "reply",
  error: "error",
};

async function compare({ from, to, code = "DELIVERED", ...options }: Case): Promise<void> {
  const address = addressOf(to);
  const events = [...traceCloud(cloud, { from, to: address, proto: "icmp", ...options })];
  const verdict = events.at(-1) as VerdictEvent;
  const said = framesOf(events);
  const isWhole = (captured: readonly Captured[]) => {
    const seen = capturedText(real(), captured);
    return MESSAGES.every((message) => seen[message].length >= said[message].length);
  };
  const answered = verdict.outcome === "delivered";
  const { ok, captured } = await real().ping(from, address, { ...options, answered, isWhole });
  const seen = capturedText(real(), captured);
  const texts = (some: readonly StepEvent[]) => some.flatMap((one) => (one.kind === "frame" ? fromFrame(one) : []));
  for (const message of MESSAGES) {
    expect(texts(said[message]).sort(), message).toEqual(seen[message].toSorted());
    if (message === "arp") continue; // Many ask at once.
    // Which of its ports a flooding switch serves first is its own affair.
    for (const [branch, some] of Map.groupBy(said[message], (one) => one.branch)) {
      const path = texts(some);
      const order = seen[message].filter((text) => path.includes(text));
      expect(path, `order of ${message}, branch ${branch}`).toEqual(order);
    }
  }
  expect({ answered, code: verdict.code }).toEqual({ answered: ok, code });
}

function framesOf(events: readonly TraceEvent[]): Record<Message, StepEvent[]> {
  const out: Record<Message, StepEvent[]> = { arp: [], request: [], reply: [], error: [] };
  for (const event of events) {
    const message = event.kind === "frame" && MESSAGE[event.leg];
    if (message) out[message].push(event);
  }
  return out;
}

function real(): BuiltCloud {
  if (!built) throw new Error("the cloud was not built");
  return built;
}

function textOf(frame: Captured): string {
  return frameText(real(), frame);
}

function guestNamed(name: string): Guest {
  const guest = cloud.world.guests.find((one) => one.name === name);
  if (!guest) throw new RangeError(`no guest ${name}`);
  return guest;
}

function addressOf(to: string): string {
  if (/^[\d.]+$/.test(to)) return to;
  const guest = guestNamed(to.replace(/^fip /, ""));
  const floating = cloud.api.floatingIps.find((one) => one.port_id === guest.portId);
  return (to.startsWith("fip ") ? floating?.floating_ip_address : guest.fixedIps[0]?.address) ?? "";
}

function optionsText({ size, df, ttl }: Case): string {
  const words = [size && `${size} bytes`, df && "unfragmented", ttl && `TTL ${ttl}`].filter(Boolean);
  return words.length === 0 ? "" : ` (${words.join(", ")})`;
}
