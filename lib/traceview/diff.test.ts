import { expect, test } from "vitest";
import type { PacketView } from "../net/packet.ts";
import { diffPackets, summarise } from "./diff.ts";
import { inspect } from "./history.ts";
import type { Hop } from "./hops.ts";

const PING: PacketView = {
  eth_src: "fa:16:3e:00:00:01",
  eth_dst: "fa:16:3e:00:00:02",
  eth_type: 0x0800,
  ip_src: "10.0.0.1",
  ip_dst: "10.0.0.2",
  ip_proto: 1,
  ttl: 64,
  icmp_type: 8,
  icmp_code: 0,
  icmp_id: 7,
  icmp_seq: 1,
  length: 84,
};
const ARP: PacketView = {
  eth_src: PING.eth_src,
  eth_dst: "ff:ff:ff:ff:ff:ff",
  eth_type: 0x0806,
  arp_op: 1,
  arp_spa: "10.0.0.1",
  arp_tpa: "10.0.0.2",
  length: 28,
};
const VXLAN = { vni: 10, src: "10.0.44.31", dst: "10.0.44.21" };

test("equal packets do not differ", () => {
  expect(diffPackets(PING, { ...PING })).toEqual([]);
  expect(summarise(PING, { ...PING })).toEqual([]);
});

test.each<[string, PacketView, PacketView, string[]]>([
  [
    "a router",
    PING,
    { ...PING, ttl: 63, eth_src: "fa:16:3e:00:00:03", eth_dst: "fa:16:3e:00:00:04" },
    ["MACs", "TTL 64 → 63"],
  ],
  ["a tunnel's start", { ...PING, vlan: 5 }, { ...PING, vxlan: VXLAN }, ["VLAN 5 → VNI 10"]],
  ["a tunnel's end", { ...PING, vxlan: VXLAN }, { ...PING, vlan: 3 }, ["VNI 10 → VLAN 3"]],
  ["an access port inwards", PING, { ...PING, vlan: 1 }, ["+ VLAN 1"]],
  ["an access port outwards", { ...PING, vlan: 1 }, PING, ["− VLAN 1"]],
  ["a provider network", { ...PING, vlan: 2 }, { ...PING, vlan: 1000 }, ["VLAN 2 → VLAN 1000"]],
  ["source NAT", PING, { ...PING, ip_src: "172.24.4.35" }, ["source 10.0.0.1 → 172.24.4.35"]],
  ["DVR's MAC", PING, { ...PING, eth_src: "fa:16:3f:00:00:01" }, ["source MAC"]],
  ["an ARP responder", ARP, { ...ARP, arp_op: 2, arp_spa: "10.0.0.2", arp_tpa: "10.0.0.1" }, ["ARP request → reply"]],
])("%s in a few words", (_, before, after, words) => {
  expect(summarise(before, after)).toEqual(words);
});

test("a pushed header has no old value, a removed one no new", () => {
  expect(diffPackets(PING, { ...PING, vlan: 7 })).toEqual([{ id: "vlan.id", label: "id", to: "7" }]);
  expect(diffPackets({ ...PING, vlan: 7 }, PING)).toEqual([{ id: "vlan.id", label: "id", from: "7" }]);
});

function hop(index: number, device: string, netns: string, before: PacketView, after: PacketView): Hop {
  return { index, host: "network1", netns, device, kind: "device", branch: "0", events: [], before, after };
}

test("the inspector marks what changed, when, and by whom", () => {
  const routed = { ...PING, ttl: 63 };
  const hops = [
    hop(0, "eth0", "guest:vm1", PING, PING),
    hop(1, "qr-1", "qrouter-dbf66ea4", PING, routed),
    hop(2, "qvo1", "root", routed, routed),
  ];
  const ttlAt = (at: number) =>
    inspect(hops, at)
      ?.flatMap((layer) => layer.fields)
      .find((field) => field.id === "ip.ttl");
  expect(ttlAt(0)?.change).toBeUndefined();
  expect(ttlAt(1)).toMatchObject({ value: "63", change: { from: "64", by: "qrouter", hop: 1, now: true } });
  expect(ttlAt(2)).toMatchObject({ value: "63", change: { from: "64", by: "qrouter", hop: 1, now: false } });
});

test("a header that went is shown once more where it went", () => {
  const hops = [hop(0, "br-tun", "root", { ...PING, vxlan: VXLAN }, PING), hop(1, "qvo1", "root", PING, PING)];
  expect(
    inspect(hops, 0)
      ?.filter((layer) => layer.removed)
      .map((layer) => layer.name),
  ).toEqual(["Outer IPv4", "VXLAN"]);
  expect(inspect(hops, 1)?.some((layer) => layer.removed)).toBe(false);
});
