/** Wireshark's own dissector reads what we write: tshark must be installed. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Leg, TraceEvent } from "../datapath/event.ts";
import type { PacketView } from "../net/packet.ts";
import { recordedQueries, traced } from "../traceview/testing/traced.ts";
import { tracePcapng } from "./trace.ts";

const dir = mkdtempSync(path.join(tmpdir(), "pcapng-"));
afterAll(() => rmSync(dir, { recursive: true }));

const CHECKS = ["ip.check_checksum", "tcp.check_checksum", "udp.check_checksum"].flatMap((name) => [
  "-o",
  `${name}:TRUE`,
]);

function tshark(file: string, ...args: string[]): string {
  return execFileSync("tshark", ["-n", "-r", file, ...CHECKS, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function save(name: string, events: readonly TraceEvent[]): string {
  const file = path.join(dir, `${name}.pcapng`);
  writeFileSync(file, tracePcapng(events, new Date("2026-11-20T10:00:00Z")));
  return file;
}

function fields(file: string, ...names: string[]): Record<string, string>[] {
  const text = tshark(
    file,
    "-T",
    "fields",
    "-E",
    "separator=/t",
    "-E",
    "occurrence=a",
    "-E",
    "aggregator=,",
    ...names.flatMap((name) => ["-e", name]),
  );
  return text
    .trimEnd()
    .split("\n")
    .map((line) => Object.fromEntries(line.split("\t").map((value, at) => [names[at] ?? "", value])));
}

function one(packet: PacketView, leg: Leg = "request"): TraceEvent[] {
  return [{ seq: 0, leg, branch: "0", host: "h", netns: "root", device: "eth0", kind: "frame", dir: "out", packet }];
}

/** Frames that tshark finds fault with, at severity warning or above, or malformed; that a reset is a warning by itself does not count. */
function complaints(file: string): string {
  return tshark(
    file,
    "-Y",
    "!tcp.connection.rst && (_ws.malformed || _ws.expert.severity >= 0x600000 || ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0 || icmp.checksum.status == 0 || icmpv6.checksum.status == 0)",
  );
}

const eth = { eth_src: "fa:16:3e:00:00:01", eth_dst: "fa:16:3e:00:00:02", eth_type: 0x0800 };
const ip = { ip_src: "10.0.0.1", ip_dst: "10.0.0.2", ttl: 64, tos: 0 };
const ping: PacketView = {
  ...eth,
  ...ip,
  ip_proto: 1,
  icmp_type: 8,
  icmp_code: 0,
  icmp_id: 7,
  icmp_seq: 1,
  length: 84,
};
const tunnel = { src: "10.0.44.31", dst: "10.0.44.21" };
const six = { ...eth, eth_type: 0x86dd, ip_src: "2001:db8::1", ip_dst: "2001:db8::2", ttl: 64, ip_proto: 58 };

const SAMPLES: [string, PacketView, Record<string, string>][] = [
  ["ping", ping, { "icmp.type": "8", "icmp.ident": "7", "ip.len": "84", "ip.ttl": "64" }],
  ["odd ping", { ...ping, length: 85, df: true }, { "ip.len": "85", "ip.flags.df": "1" }],
  ["vlan", { ...ping, vlan: 1000 }, { "vlan.id": "1000" }],
  ["qinq", { ...ping, vlan: 5, inner_vlan: 6 }, { "vlan.id": "6", "ieee8021ad.id": "5" }],
  [
    "vxlan",
    { ...ping, vxlan: { vni: 10, ...tunnel } },
    { "vxlan.vni": "10", "udp.dstport": "4789", "ip.src": "10.0.44.31,10.0.0.1" },
  ],
  ["gre", { ...ping, gre: { key: 11, ...tunnel } }, { "gre.key": "0x0000000b", "ip.dst": "10.0.44.21,10.0.0.2" }],
  ["geneve", { ...ping, geneve: { vni: 12, ...tunnel } }, { "geneve.vni": "0x00000c", "udp.dstport": "6081" }],
  [
    "vxlan over IPv6",
    { ...ping, vxlan: { vni: 9, src: "fd00::1", dst: "fd00::2" } },
    { "vxlan.vni": "9", "ipv6.src": "fd00::1" },
  ],
  [
    "tcp syn",
    { ...eth, ...ip, ip_proto: 6, tp_src: 40000, tp_dst: 22, tcp_flags: 2, length: 60 },
    { "tcp.dstport": "22", "tcp.flags": "0x0002", "tcp.len": "0" },
  ],
  [
    "tcp syn ack",
    { ...eth, ...ip, ip_proto: 6, tp_src: 22, tp_dst: 40001, tcp_flags: 0x12, length: 60 },
    { "tcp.flags": "0x0012" },
  ],
  [
    "tcp rst",
    { ...eth, ...ip, ip_proto: 6, tp_src: 22, tp_dst: 40002, tcp_flags: 0x14, length: 40 },
    { "tcp.flags": "0x0014" },
  ],
  [
    "udp",
    { ...eth, ...ip, ip_proto: 17, tp_src: 40000, tp_dst: 5000, length: 60 },
    { "udp.dstport": "5000", "udp.length": "40" },
  ],
  ["sctp", { ...eth, ...ip, ip_proto: 132, tp_src: 4000, tp_dst: 4001, length: 52 }, { "sctp.dstport": "4001" }],
  [
    "arp",
    {
      ...eth,
      eth_dst: "ff:ff:ff:ff:ff:ff",
      eth_type: 0x0806,
      arp_op: 1,
      arp_spa: "10.0.0.1",
      arp_tpa: "10.0.0.2",
      arp_sha: eth.eth_src,
      arp_tha: "00:00:00:00:00:00",
      length: 28,
    },
    { "arp.opcode": "1", "arp.dst.proto_ipv4": "10.0.0.2" },
  ],
  [
    "time exceeded",
    { ...eth, ...ip, ip_proto: 1, icmp_type: 11, icmp_code: 0, length: 112, quoted: { ...ping, ttl: 1 } },
    { "icmp.type": "11,8", "ip.ttl": "64,1" },
  ],
  [
    "short error",
    { ...eth, ...ip, ip_proto: 1, icmp_type: 3, icmp_code: 1, length: 56, quoted: ping },
    { "icmp.type": "3,8", "icmp.code": "1,0" },
  ],
  ["first fragment", { ...ping, frag: "first", length: 1500 }, { "ip.flags.mf": "1" }],
  ["later fragment", { ...eth, ...ip, ip_proto: 1, frag: "later", length: 500 }, { "ip.frag_offset": "185" }],
  [
    "ping 6",
    { ...six, icmp_type: 128, icmp_code: 0, icmp_id: 3, icmp_seq: 1, length: 104 },
    { "icmpv6.type": "128", "ipv6.plen": "64" },
  ],
  [
    "neighbour solicitation",
    { ...six, ip_dst: "ff02::1:ff00:2", ttl: 255, icmp_type: 135, icmp_code: 0, nd_target: "2001:db8::2", length: 72 },
    { "icmpv6.nd.ns.target_address": "2001:db8::2" },
  ],
  [
    "discover",
    {
      ...eth,
      eth_dst: "ff:ff:ff:ff:ff:ff",
      ip_src: "0.0.0.0",
      ip_dst: "255.255.255.255",
      ttl: 64,
      ip_proto: 17,
      tp_src: 68,
      tp_dst: 67,
      length: 328,
      dhcp: { type: "DISCOVER", xid: 0x12345678, chaddr: eth.eth_src },
    },
    { "dhcp.option.dhcp": "1", "dhcp.hw.mac_addr": eth.eth_src, "dhcp.id": "0x12345678" },
  ],
  [
    "ack",
    {
      ...eth,
      ip_src: "10.0.0.2",
      ip_dst: "10.0.0.1",
      ttl: 64,
      ip_proto: 17,
      tp_src: 67,
      tp_dst: 68,
      length: 340,
      dhcp: {
        type: "ACK",
        xid: 1,
        chaddr: eth.eth_src,
        yiaddr: "10.0.0.1",
        serverId: "10.0.0.2",
        options: { router: "10.0.0.254", "lease-time": "86400" },
      },
    },
    { "dhcp.option.dhcp": "5", "dhcp.ip.your": "10.0.0.1", "dhcp.option.router": "10.0.0.254" },
  ],
];

describe("one frame of each kind", () => {
  const events = SAMPLES.flatMap(([name, packet]) => one(packet).map((event) => ({ ...event, device: name })));
  const file = save("samples", events);
  const names = [...new Set(SAMPLES.flatMap(([, , expected]) => Object.keys(expected)))];
  const rows = fields(file, "eth.src", "eth.dst", ...names);

  test("tshark finds no fault with any", () => {
    expect(complaints(file)).toBe("");
  });

  test.each(SAMPLES.map(([name, packet, expected], at) => ({ name, packet, expected, at })))(
    "$name has the fields of the event",
    ({ packet, expected, at }) => {
      expect(rows[at]).toMatchObject(expected);
      expect(rows[at]?.["eth.src"]?.split(",").at(-1)).toBe(packet.eth_src);
      expect(rows[at]?.["eth.dst"]?.split(",").at(-1)).toBe(packet.eth_dst);
    },
  );
});

test.each(["legacy", "dvr"] as const)(
  "every recorded exchange of %s becomes a capture that tshark reads, in order, on one interface a device",
  async (mode) => {
    const events = (await Promise.all(recordedQueries(mode).map(({ query }) => traced(mode, query)))).flat();
    const file = save(mode, events);
    expect(complaints(file)).toBe("");
    const rows = fields(
      file,
      "frame.interface_name",
      "frame.packet_flags_direction",
      "eth.src",
      "eth.dst",
      "ip.src",
      "ip.dst",
      "ip.ttl",
      "vlan.id",
      "vxlan.vni",
      "arp.opcode",
      "icmp.type",
      "dhcp.option.dhcp",
      "frame.time_epoch",
    );
    const frames = events.filter((event) => event.kind === "frame");
    expect(rows).toHaveLength(frames.length);
    expect(frames.length).toBeGreaterThan(500);
    const inner = (text: string | undefined) => text?.split(",").at(-1) ?? "";
    const shown = (value: string | number | undefined) => (value === undefined ? "" : String(value));
    rows.forEach((row, at) => {
      const { host, netns, device, dir, packet } = frames[at]!;
      expect(row["frame.interface_name"]).toBe(`${host}/${netns}/${device}`);
      expect(Number(row["frame.packet_flags_direction"])).toBe(dir === "in" ? 1 : 2);
      expect(inner(row["eth.src"])).toBe(packet.eth_src);
      expect(inner(row["eth.dst"])).toBe(packet.eth_dst);
      expect(row["arp.opcode"]).toBe(shown(packet.arp_op));
      expect(row["vlan.id"]).toBe(shown(packet.vlan));
      expect(row["vxlan.vni"]).toBe(shown(packet.vxlan?.vni));
      expect(row["dhcp.option.dhcp"] !== "").toBe(packet.dhcp !== undefined);
      if (packet.ip_src === undefined) return;
      expect(inner(row["ip.src"])).toBe(packet.ip_src);
      expect(inner(row["ip.dst"])).toBe(packet.ip_dst);
      expect(inner(row["ip.ttl"])).toBe(shown(packet.ttl));
      expect(row["icmp.type"]).toBe(shown(packet.icmp_type));
    });
    const times = rows.map((row) => Number(row["frame.time_epoch"]));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  },
);

test("an ICMP error quotes the packet that it is about", async () => {
  const events = await traced("legacy", { from: "cirros-vm1", to: "cirros-vm3", proto: "icmp", ttl: 1 });
  const file = save(
    "ttl",
    events.filter((event) => event.kind === "frame" && event.leg === "error"),
  );
  expect(complaints(file)).toBe("");
  expect(fields(file, "icmp.type")[0]).toEqual({ "icmp.type": "11,8" });
});

test("what decided is the comment of the next frame", async () => {
  const file = save("comments", await traced("legacy", { from: "cirros-vm1", to: "cirros-vm3", proto: "icmp" }));
  const comments = fields(file, "frame.comment").map((row) => row["frame.comment"]);
  expect(comments[0]).toBe("arp-request");
  expect(comments.some((comment) => comment?.startsWith("request: network1 route 172.16.11.0/24"))).toBe(true);
});
