import { expect, test } from "vitest";
import { topologyOf } from "../clouds/topology.ts";
import { endsOf } from "../server/trace-ends.ts";
import { examplesOf } from "./examples.ts";
import { matchEnds } from "./match.ts";
import { restOf, targetOf } from "./rest.ts";
import { demoCloud, traced } from "./testing/traced.ts";
import { viewOf } from "./view.ts";

test("every end that is offered names something, and those that can send do", async () => {
  const ends = endsOf(await demoCloud("legacy"));
  expect(new Set(ends.map((end) => end.kind))).toEqual(new Set(["instance", "floatingip", "router", "dhcp", "host"]));
  for (const end of ends.filter((one) => one.canSend)) {
    const events = await traced("legacy", { from: end.value, to: "172.16.10.2", proto: "icmp" });
    expect(events.at(-1)?.kind).toBe("verdict");
  }
});

test("typing finds ends by name, address, network and host", async () => {
  const ends = endsOf(await demoCloud("legacy"));
  expect(matchEnds(ends, "vm3").map((end) => end.label)).toEqual(["cirros-vm3"]);
  expect(matchEnds(ends, "172.16.11.208")[0]?.label).toBe("cirros-vm3");
  expect(matchEnds(ends, "vxlan11 compute2").map((end) => end.label)).toEqual(["cirros-vm3"]);
  expect(matchEnds(ends, "no such thing")).toEqual([]);
  expect(matchEnds(ends, "")[0]?.label).toBe("cirros-vm1");
});

test("three examples are made of the cloud's own ends", async () => {
  const cloud = await demoCloud("dvr");
  const examples = examplesOf(endsOf(cloud), topologyOf(cloud));
  expect(examples.map((one) => one.query)).toEqual([
    { from: "cirros-vm1", to: "cirros-vm3" },
    { from: "outside", to: "172.24.4.104" },
    { from: "cirros-vm1", proto: "dhcp" },
  ]);
  expect(examplesOf([], undefined)).toEqual([]);
});

test("the rest of a blocked way is the tap and the guest", async () => {
  const topology = topologyOf(await demoCloud("legacy"));
  const view = viewOf(await traced("legacy", { from: "cirros-vm1", to: "cirros-vm5", proto: "icmp" }));
  const hops = view.legs.find((leg) => leg.id === "request")!.rows.map((row) => row.hop);
  expect(restOf(hops, targetOf("cirros-vm5", topology)).map((stop) => stop.device)).toEqual(["tap1f69615b-95", "eth0"]);
  expect(restOf(hops, targetOf("172.16.10.28", topology))).toHaveLength(2);
  expect(restOf(hops, targetOf("8.8.8.8", topology))).toEqual([]);
});
