/**
 * A cloud of real namespaces with Linux bridges, kernel VXLAN, routers, macvlan and veth chains: recorded with bin/snapshot-host
 * before each ping, and captured on every device while it is pinged. The engine must say what the kernel did.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CollectedCloud } from "../collect/cloud.ts";
import { fromFrame } from "../explain/testing/recording.ts";
import { traceCloud } from "../explain/trace.ts";
import type { StepEvent, TraceEvent, VerdictCode, VerdictEvent } from "./event.ts";
import { capturedText, type Message } from "./testing/captured.ts";
import type { LabCloud, PingOptions } from "./testing/lab-cloud.ts";
import { bridgeOf, FLOATING_IP, linuxbridgeApi, linuxbridgeCloud, ROUTER_ON } from "./testing/linuxbridge-cloud.ts";

interface Case extends PingOptions {
  title: string;
  from: string;
  to: string;
  code?: VerdictCode;
}

/** No two meet on a bridge. */
const COLD: Case[] = [
  { title: "VXLAN by l2population, nothing learned", from: "blue1", to: "10.1.0.12" },
  { title: "VXLAN by multicast, nothing learned", from: "green1", to: "10.2.0.12" },
  { title: "flat, nothing learned", from: "flat1", to: "172.24.4.12" },
];

/** Once everybody has been heard. */
const WARM: Case[] = [
  { title: "VXLAN by l2population", from: "blue2", to: "10.1.0.11" },
  { title: "one bridge, all learned", from: "blue1", to: "10.1.0.13" },
  { title: "VXLAN by multicast", from: "green2", to: "10.2.0.11" },
  { title: "flat", from: "flat1", to: "172.24.4.12" },
  { title: "flat, to a machine outside", from: "flat2", to: "172.24.4.1" },
  { title: "security group denies", from: "blue1", to: "10.1.0.14", code: "SECURITY_GROUP_DENIED" },
  { title: "security group denies across hosts", from: "blue2", to: "10.1.0.14", code: "SECURITY_GROUP_DENIED" },
  { title: "the one denied asks", from: "blocked", to: "10.1.0.12" },
  { title: "routed on the router's host", from: "blue3", to: "10.2.0.11" },
  { title: "routed, both ends on the other host", from: "blue2", to: "10.2.0.12" },
  { title: "router's own address", from: "blue2", to: "10.2.0.1" },
  { title: "outside, by the router's address", from: "blue2", to: "172.24.4.1" },
  { title: "outside, by the floating IP", from: "blue1", to: "172.24.4.1" },
  { title: "floating IP from its own network", from: "blue2", to: FLOATING_IP },
  { title: "router rejects", from: "blue2", to: "10.2.0.99", code: "FIREWALL_DENIED" },
  {
    title: "too large for the next network",
    from: "blue2",
    to: "10.2.0.12",
    size: 1400,
    df: true,
    code: "MTU_EXCEEDED",
  },
  { title: "as large as can be", from: "blue2", to: "10.2.0.12", size: 1372, df: true },
  { title: "TTL exceeded", from: "blue2", to: "10.2.0.12", ttl: 1, code: "TTL_EXCEEDED" },
  { title: "nobody there", from: "blue1", to: "10.1.0.77", code: "ARP_UNANSWERED" },
  { title: "macvlan from a guest", from: "flat1", to: "172.24.4.51" },
  { title: "macvlan to macvlan of the same card", from: "outside:mv1", to: "172.24.4.52" },
  { title: "macvlan to its own host", from: "outside:mv1", to: "172.24.4.9", code: "ARP_UNANSWERED" },
  { title: "macvlan to a guest", from: "outside:mv2", to: "172.24.4.12" },
  { title: "a chain of namespaces", from: "flat2", to: "192.168.77.6" },
  { title: "a chain of namespaces, from its end", from: "outside:second", to: "172.24.4.11" },
  {
    title: "TTL ends within the chain",
    from: "flat2",
    to: "192.168.77.6",
    ttl: 2,
    code: "TTL_EXCEEDED",
  },
  // A namespace that sends forgets its neighbours, and others need those of this one: it comes last.
  { title: "floating IP from outside", from: "outside", to: FLOATING_IP },
  { title: "no such route", from: "outside", to: "10.1.0.12", code: "NO_ROUTE" },
];

/** Far enough from each other to be there at once. */
function breakThings(): void {
  lab.sysctl(ROUTER_ON, "net.ipv4.ip_forward", "0");
  for (const mac of ["00:00:00:00:00:00", "fa:16:3e:00:b0:12"])
    lab.run("compute1", "bridge", ["fdb", "del", mac, "dev", "vxlan-10", "dst", "10.0.44.32"]);
  lab.ip(
    "compute2",
    "link del vxlan-20",
    "link add vxlan-21 type vxlan id 21 dev eth0 local 10.0.44.32 group 239.1.1.20 dstport 8472 ttl 1",
    `link set vxlan-21 master ${bridgeOf("c1")} mtu 1450 up`,
  );
}

const BROKEN: Case[] = [
  { title: "forwarding is off", from: "blue1", to: "10.2.0.11", code: "FORWARDING_OFF" },
  { title: "no FDB entry of l2population", from: "blue1", to: "10.1.0.12", code: "L2POP_ENTRY_MISSING" },
  { title: "another VNI on the other host", from: "green1", to: "10.2.0.12", code: "TUNNEL_KEY_UNKNOWN" },
];

let lab: LabCloud;
beforeAll(async () => {
  lab = await linuxbridgeCloud();
});
afterAll(() => lab?.dispose());

group("when nobody has been heard", COLD, async () => {
  // But the hosts know each other.
  await lab.ping("compute1", "10.0.44.32");
});
group("when all is known", WARM, async () => {
  for (const c of WARM.toReversed()) await lab.ping(c.from, c.to, c);
});
group("when much is broken", BROKEN, breakThings);

function group(title: string, cases: readonly Case[], prepare: () => void | Promise<void>): void {
  describe(title, () => {
    let cloud: CollectedCloud;
    beforeAll(async () => {
      await prepare();
      cloud = await record();
    });
    for (const c of cases) test(`${c.title}: ${c.from} pings ${c.to}`, () => compare(cloud, c));
  });
}

async function record(): Promise<CollectedCloud> {
  const cloud = await lab.record(linuxbridgeApi());
  expect(cloud.gaps).toEqual([]);
  return cloud;
}

async function compare(cloud: CollectedCloud, { from, to, code, ...options }: Case): Promise<void> {
  const { size, df, ttl } = options;
  const events = [...traceCloud(cloud, { from, to, proto: "icmp", size, df, ttl })];
  const verdict = events.at(-1) as VerdictEvent;
  const { ok, captured } = await lab.ping(from, to, options);
  const real = capturedText(lab, captured);
  const said = engineText(events);
  for (const frames of [real, said]) for (const list of Object.values(frames)) list.sort();
  expect({ ...said, ok: verdict.outcome === "delivered", code: verdict.code }).toEqual({
    ...real,
    ok,
    code: code ?? "DELIVERED",
  });
}

const MESSAGE: Partial<Record<StepEvent["leg"], Message>> = {
  "arp-request": "arp",
  "arp-reply": "arp",
  "resolve-request": "arp",
  "resolve-reply": "arp",
  request: "request",
  reply: "reply",
  error: "error",
};

function engineText(events: readonly TraceEvent[]): Record<Message, string[]> {
  const out: Record<Message, string[]> = { arp: [], request: [], reply: [], error: [] };
  for (const e of events) {
    const message = e.kind === "frame" && MESSAGE[e.leg];
    if (message) out[message].push(fromFrame(e));
  }
  return out;
}
