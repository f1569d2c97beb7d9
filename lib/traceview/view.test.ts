import { describe, expect, test } from "vitest";
import type { TraceEvent } from "../datapath/event.ts";
import { recordedQueries, traced } from "./testing/traced.ts";
import { firstLeg, firstStep, viewOf } from "./view.ts";

function places(view: ReturnType<typeof viewOf>, leg: string): string[] {
  return view.legs.find((one) => one.id === leg)?.rows.map((row) => row.place) ?? [];
}

test("a routed ping is an ARP exchange, a request and a reply, with the reply's own ARP apart", async () => {
  const view = viewOf(await traced("legacy", { from: "cirros-vm1", to: "cirros-vm3", proto: "icmp" }));
  expect(view.legs.map((leg) => leg.name)).toEqual([
    "ARP request",
    "ARP reply",
    "Request",
    "ARP request, cirros-vm3",
    "ARP reply, cirros-vm3",
    "Reply",
  ]);
  expect(firstLeg(view)?.id).toBe("request");
  expect(view.fault).toBeUndefined();
});

test("bridges stand between the devices that a capture would show", async () => {
  const view = viewOf(await traced("legacy", { from: "cirros-vm1", to: "cirros-vm3", proto: "icmp" }));
  expect(places(view, "request").slice(5, 9)).toEqual([
    "compute1 · br-int",
    "compute1 · br-tun",
    "compute1 · br-phy",
    "compute1 · eth1",
  ]);
  const router = view.legs.find((leg) => leg.id === "request")!.rows[13]!;
  expect(router.decision).toMatchObject({ by: "route" });
  expect(router.changes).toContain("TTL 64 → 63");
});

describe.each([...recordedQueries("legacy"), ...recordedQueries("dvr")])("$mode $id", ({ mode, query }) => {
  test("every frame of the followed path is a hop, in order, and nothing is a hop of a mere copy", async () => {
    const events = await traced(mode, query);
    for (const leg of viewOf(events).legs) {
      const frames = leg.main
        .filter((event) => event.kind === "frame")
        .map((event) => `${event.host} · ${event.device}`);
      const hops = leg.rows.flatMap((row) =>
        row.hop.events.filter((event) => event.kind === "frame").map(() => row.place),
      );
      expect(hops).toEqual(frames);
    }
  });
});

test("an ARP flood follows the answering bridge alone, and counts the other copies", async () => {
  const view = viewOf(await traced("legacy", { from: "cirros-vm1", to: "cirros-vm3", proto: "icmp" }));
  expect(places(view, "arp-request").slice(5)).toEqual(["compute1 · br-int", "compute1 · br-tun", "compute1 · br-int"]);
  const flood = view.legs[0]?.rows[5];
  expect(flood?.decision?.text).toContain("flooded");
  expect(flood?.copies.length).toBeGreaterThan(0);
});

test("of two tunnels that get a copy, the one that is followed is the hop", async () => {
  const view = viewOf(await traced("legacy", { from: "cirros-vm1", proto: "dhcp" }));
  expect(view.legs.map((leg) => leg.name)).toEqual(["Discover", "Offer", "Request", "Ack"]);
  const tun = view.legs[0]!.rows.filter((row) => row.place === "compute1 · br-tun");
  expect(tun).toHaveLength(1);
  expect(tun[0]?.hop.events.filter((event) => event.kind === "encap").map((event) => event.dst)).toEqual([
    "10.0.44.21",
  ]);
});

test("a drop is the fault, and what the leg opens with", async () => {
  const view = viewOf(await traced("legacy", { from: "cirros-vm1", to: "cirros-vm5", proto: "icmp" }));
  const leg = firstLeg(view)!;
  expect(view.fault).toEqual({ leg: "request", hop: leg.rows.length - 1, dropped: true });
  expect(leg.rows[firstStep(view, leg)]).toMatchObject({
    place: "compute1 · qbr1f69615b-95",
    decision: { fault: true },
  });
});

test("a question that nobody answers ends where the flood began, not in a copy of it", async () => {
  const view = viewOf(await traced("legacy", { from: "cirros-vm1", to: "172.16.10.250", proto: "icmp" }));
  expect(view.fault).toMatchObject({ leg: "arp-request", hop: 0, dropped: false });
  expect(places(view, "arp-request").at(-1)).toBe("compute1 · br-int");
});

test("half a trace is a view too: that is what a running one shows", async () => {
  const events = await traced("dvr", { from: "cirros-vm2", to: "172.24.4.104", proto: "icmp" });
  for (let count = 0; count < events.length; count += 25) {
    const view = viewOf(events.slice(0, count));
    expect(view.verdict).toBeUndefined();
    expect(view.legs.every((leg) => leg.rows.length > 0 || leg.sides.length > 0)).toBe(true);
  }
});

test("where only a copy reached the place of the verdict, that copy is the way that is shown", async () => {
  const events = await traced("legacy", { from: "cirros-vm1", proto: "dhcp" });
  // The same DISCOVER as if the server had been silent: the verdict speaks of a guest that a copy of the flood reached.
  const discover = events.filter((event) => event.kind !== "verdict" && event.leg === "dhcp-discover");
  const copy = discover.find(
    (event) => event.branch !== "0" && event.device.startsWith("qbr") && event.host === "compute2",
  )!;
  const { host, netns, device } = copy;
  const verdict: TraceEvent = {
    kind: "verdict",
    seq: events.length,
    outcome: "dropped",
    code: "DHCP_NO_SERVER",
    leg: "dhcp-discover",
    branch: "0",
    host,
    netns,
    device,
    summary: "",
  };
  const view = viewOf([...discover, verdict]);
  const leg = view.legs[0]!;
  expect(leg.rows[view.fault!.hop]).toMatchObject({ place: `compute2 · ${device}` });
  const way = leg.rows.map((row) => row.place);
  expect(way.slice(5, 9)).toEqual(["compute1 · br-int", "compute1 · br-tun", "compute1 · br-phy", "compute1 · eth1"]);
  expect(way).not.toContain("network1 · eth1");
});
