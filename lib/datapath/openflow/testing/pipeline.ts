/** Random flow tables, groups, FDB entries and packets: all matches and actions that the engine claims to know. */

import { LAB } from "./lab.ts";
import type { Random } from "./random.ts";

const MACS = [
  "50:54:00:00:00:01",
  "50:54:00:00:00:02",
  "50:54:00:00:00:03",
  "fa:16:3e:00:00:04",
  "ff:ff:ff:ff:ff:ff",
  "01:00:5e:00:00:05",
  "01:80:c2:00:00:0e",
];
const UNICAST = MACS.slice(0, 4);
const IPS = ["10.0.0.1", "10.0.0.2", "10.0.1.3", "172.16.0.4"];
const IPS6 = ["fd00::1", "fd00::2", "fd00:1::3", "fe80::4"];
const PORTS = [80, 443, 5000, 5001];
const VLANS = [10, 20, 30, 4095];
const TUNNEL_KEYS = [5, 7, 9];
const TABLES = 5;
const FLOWS_PER_TABLE = 14;

type L3 = "any" | "arp" | "ip" | "tcp" | "udp" | "icmp" | "ipv6" | "udp6" | "icmp6";
const L3S: readonly L3[] = ["any", "any", "any", "arp", "ip", "ip", "tcp", "udp", "icmp", "ipv6", "udp6", "icmp6"];
const is4 = (l3: L3): boolean => l3 === "ip" || l3 === "tcp" || l3 === "udp" || l3 === "icmp";
const is6 = (l3: L3): boolean => l3 === "ipv6" || l3 === "udp6" || l3 === "icmp6";

let floods = true;
/** Open vSwitch 3.1 dies (recirc_alloc_id__) when a packet with an action set is recirculated: a pipeline has one or the other. */
let actionSets = false;

export interface Pipeline {
  /** Bridge → lines for ovs-ofctl add-flows. */
  flows: Record<string, string[]>;
  groups: Record<string, string[]>;
  fdb: { bridge: string; port: string; vlan: number; mac: string }[];
}

/**
 * With `learning`, nothing floods by FLOOD or ALL: what these teach depends on the order of ports inside Open vSwitch.
 */
export function makePipeline(r: Random, learning: boolean): Pipeline {
  floods = !learning;
  actionSets = r.chance(0.35);
  const out: Pipeline = { flows: {}, groups: {}, fdb: [] };
  for (const bridge of Object.keys(LAB)) {
    const lines: string[] = [];
    for (let table = 0; table < TABLES; table++) {
      const count = table === 0 ? 8 + r.below(FLOWS_PER_TABLE) : r.below(FLOWS_PER_TABLE);
      const priorities = r.shuffle(Array.from({ length: 40 }, (_, i) => i * 10 + 5));
      for (let i = 0; i < count; i++) lines.push(makeFlow(r, bridge, table, priorities.pop() as number));
      if (r.chance(0.3)) lines.push(...makeConjunction(r, bridge, table, priorities.pop() as number, table + 100));
      if (r.chance(table === 0 ? 0.9 : 0.6))
        lines.push(`table=${table},priority=0 actions=${lastResort(r, bridge, table)}`);
    }
    out.flows[bridge] = lines;
    out.groups[bridge] = makeGroups(r, bridge);
  }
  for (let i = 0; i < 8; i++) {
    const bridge = r.pick(["int", "int", "phy", "tun"]);
    const port = r.pick((LAB[bridge] ?? []).filter((p) => p.type === undefined || p.type === "patch"));
    out.fdb.push({ bridge, port: port.name, vlan: r.pick([0, 10, 20, 30]), mac: r.pick(UNICAST) });
  }
  return out;
}

function lastResort(r: Random, bridge: string, table: number): string {
  return r.pick([
    "NORMAL",
    "NORMAL",
    "drop",
    table < TABLES - 1 ? `resubmit(,${table + 1})` : "NORMAL",
    `output:${portOf(r, bridge)}`,
  ]);
}

function portOf(r: Random, bridge: string): number | string {
  const ports = (LAB[bridge] ?? []).filter((p) => p.options?.remote_ip !== "flow");
  return r.chance(0.06) ? "LOCAL" : r.chance(0.03) ? 99 : r.pick(ports).number;
}

interface Shape {
  l3: L3;
  vlan: "any" | "tagged" | "untagged";
  match: string[];
}

function makeShape(r: Random, bridge: string, table: number): Shape {
  const l3 = r.pick(L3S);
  const match: string[] = [];
  if (l3 !== "any") match.push(l3);
  let vlan: Shape["vlan"] = "any";
  if (r.chance(0.3)) {
    const kind = r.below(5);
    if (kind === 0) {
      match.push("vlan_tci=0x0000/0x1fff");
      vlan = "untagged";
    } else if (kind === 1) {
      match.push("vlan_tci=0x1000/0x1000");
      vlan = "tagged";
    } else if (kind === 2) {
      match.push(`vlan_tci=0x${r.pick(VLANS).toString(16)}/0x0fff`);
    } else {
      match.push(`dl_vlan=${r.pick(VLANS)}`);
      vlan = "tagged";
      if (r.chance(0.2)) match.push(`dl_vlan_pcp=${r.pick([0, 3])}`);
    }
  }
  const some = (p: number, text: () => string): void => {
    if (r.chance(p)) match.push(text());
  };
  some(0.35, () => `in_port=${portOf(r, bridge)}`);
  some(0.2, () => `dl_src=${r.pick(MACS)}`);
  some(0.2, () => `dl_dst=${r.pick(MACS)}`);
  some(0.06, () =>
    r.pick([
      "dl_dst=01:00:00:00:00:00/01:00:00:00:00:00",
      "dl_dst=00:00:00:00:00:00/01:00:00:00:00:00",
      "dl_src=50:54:00:00:00:00/ff:ff:ff:00:00:00",
    ]),
  );
  if (table > 0) {
    some(0.15, () => `reg${r.below(4)}=${r.below(3)}`);
    some(0.05, () => `reg${r.below(4)}=0x1/0x1`);
    some(0.06, () => `metadata=${r.below(3)}`);
    some(0.03, () => "xreg0=0x100000001/0xf0000000f");
  } else some(0.08, () => "reg3=0");
  some(0.08, () =>
    r.pick(["ct_state=-trk", "ct_state=+trk+new", "ct_state=+est+trk", "ct_state=-new+trk", "ct_state=+trk"]),
  );
  some(0.03, () => `ct_zone=${r.below(3)}`);
  some(0.03, () => `ct_mark=${r.pick(["0", "1", "0x1/0x1"])}`);
  some(0.02, () => r.pick(["ct_label=0x1/0x1", "ct_label=0x10000000000000000"]));
  if (bridge === "tun") some(0.2, () => `tun_id=${r.pick(TUNNEL_KEYS)}`);
  if (bridge === "tun") some(0.05, () => r.pick(["tun_src=10.1.0.2", "tun_dst=10.1.0.1", "tun_src=10.1.0.0/24"]));
  some(0.02, () => `pkt_mark=${r.below(2)}`);
  addL3(r, l3, some);
  return { l3, vlan, match: dedupe(match) };
}

function addL3(r: Random, l3: L3, some: (p: number, text: () => string) => void): void {
  const address = (list: readonly string[], prefixes: readonly string[]): string =>
    `${r.pick(list)}${r.pick(["", "", ...prefixes])}`;
  if (is4(l3)) {
    some(0.3, () => `nw_src=${address(IPS, ["/24", "/16", "/31"])}`);
    some(0.3, () => `nw_dst=${address(IPS, ["/24", "/8"])}`);
  }
  if (is6(l3)) {
    some(0.3, () => `ipv6_src=${address(IPS6, ["/64", "/16"])}`);
    some(0.3, () => `ipv6_dst=${address(IPS6, ["/64"])}`);
    some(0.05, () => "ipv6_label=0x00001");
  }
  if (is4(l3) || is6(l3)) {
    some(0.1, () => `nw_ttl=${r.pick([1, 2, 64])}`);
    some(0.08, () => `nw_tos=${r.pick([0, 32, 184])}`);
    some(0.05, () => `nw_ecn=${r.below(3)}`);
    some(0.12, () => `nw_frag=${r.pick(["no", "yes", "first", "later", "not_later"])}`);
  }
  if (l3 === "tcp" || l3 === "udp" || l3 === "udp6") {
    some(0.3, () => `tp_src=${r.pick(PORTS)}`);
    some(0.3, () => `tp_dst=${r.pick(PORTS)}`);
    some(0.05, () => "tp_dst=0x1388/0xfffe");
  }
  if (l3 === "tcp") some(0.1, () => r.pick(["tcp_flags=+syn", "tcp_flags=+syn-ack", "tcp_flags=+ack"]));
  if (l3 === "icmp") some(0.4, () => `icmp_type=${r.pick([0, 8])}`);
  if (l3 === "icmp6")
    some(0.6, () =>
      r.pick([
        "icmp_type=128",
        "icmp_type=135,icmp_code=0,nd_target=fd00::1",
        "icmp_type=136,icmp_code=0",
        "icmp_type=135,icmp_code=0,nd_sll=50:54:00:00:00:01",
      ]),
    );
  if (l3 === "arp") {
    some(0.4, () => `arp_op=${1 + r.below(2)}`);
    some(0.3, () => `arp_spa=${address(IPS, ["/24"])}`);
    some(0.4, () => `arp_tpa=${r.pick(IPS)}`);
    some(0.15, () => `arp_sha=${r.pick(UNICAST)}`);
    some(0.05, () => `arp_tha=${r.pick([...UNICAST, "00:00:00:00:00:00"])}`);
  }
}

/** The same field twice would be an error. */
function dedupe(match: string[]): string[] {
  const seen = new Set<string>();
  return match.filter((m) => {
    const name = m.replace(/[=/].*/, "");
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

function makeFlow(r: Random, bridge: string, table: number, priority: number): string {
  const shape = makeShape(r, bridge, table);
  const match = shape.match.length > 0 ? `,${shape.match.join(",")}` : "";
  return `table=${table},priority=${priority}${match} actions=${makeActions(r, bridge, table, shape)}`;
}

function makeConjunction(r: Random, bridge: string, table: number, priority: number, id: number): string[] {
  const head = `table=${table},priority=${priority}`;
  const shape: Shape = { l3: "ip", vlan: "any", match: [] };
  return [
    `${head},ip,nw_src=${IPS[0]} actions=conjunction(${id},1/2)`,
    `${head},ip,nw_src=${IPS[1]} actions=conjunction(${id},1/2),conjunction(${id + 1000},1/2)`,
    `${head},ip,nw_dst=${IPS[2]} actions=conjunction(${id},2/2)`,
    `${head},ip,nw_dst=${IPS[0]} actions=conjunction(${id},2/2)`,
    `${head},ip,nw_ttl=64 actions=conjunction(${id + 1000},2/2)`,
    `${head},conj_id=${id},ip actions=${makeActions(r, bridge, table, shape)}`,
    `${head},conj_id=${id + 1000},ip actions=${makeActions(r, bridge, table, shape)}`,
  ];
}

function makeGroups(r: Random, bridge: string): string[] {
  const bucket = (extra = ""): string => {
    const set = r.pick(["", "", `set_field:${r.pick(UNICAST)}->eth_dst,`, "mod_vlan_vid:20,", "set_field:0x2->reg1,"]);
    return `bucket=${extra}actions=${set}${r.pick([`output:${portOf(r, bridge)}`, `output:${portOf(r, bridge)}`, `resubmit(,${TABLES - 1})`])}`;
  };
  return [
    `group_id=1,type=all,${bucket()},${bucket()},${bucket()}`,
    `group_id=2,type=indirect,${bucket()}`,
    `group_id=3,type=ff,${bucket(`watch_port:${r.pick(["99", "1", "2"])},`)},${bucket("watch_port:1,")}`,
    `group_id=4,type=select,selection_method=hash,${r.pick(["fields(eth_dst,ip_src,tcp_dst)", "fields(ip_dst=255.255.0.0,nw_proto)", "selection_method_param=7,fields(eth_src,reg1,ipv6_dst)"])},${bucket(`bucket_id=1,weight=10,`)},${bucket("bucket_id=2,weight=0,")},${bucket("bucket_id=3,weight=12,")},${bucket("bucket_id=9,weight=7,")}`,
  ];
}

function makeActions(r: Random, bridge: string, table: number, shape: Shape): string {
  if (r.chance(0.06)) return "drop";
  const out: string[] = [];
  let vlan = shape.vlan;
  const pushed = { stack: 0 };
  const count = r.below(4);
  for (let i = 0; i < count; i++) {
    const [text, now] = modify(r, bridge, shape.l3, vlan, pushed);
    out.push(text);
    vlan = now;
    if (r.chance(0.12)) out.push(forward(r, bridge, table, shape, vlan));
  }
  const n = r.chance(0.8) ? 1 : 2;
  for (let i = 0; i < n; i++) out.push(forward(r, bridge, table, shape, vlan));
  if (r.chance(0.05)) out.push("write_metadata:0x1/0x3");
  if (actionSets && r.chance(0.2))
    out.push(`write_actions(set_field:${r.pick(UNICAST)}->eth_src,output:${portOf(r, bridge)})`);
  if (table < TABLES - 1 && r.chance(0.2)) out.push(`goto_table:${table + 1 + r.below(TABLES - 1 - table)}`);
  return orderInstructions(out).join(",");
}

/** Instructions of OpenFlow 1.1 have a fixed order, after all actions. */
function orderInstructions(list: string[]): string[] {
  const rank = (a: string): number =>
    a.startsWith("write_actions") ? 1 : a.startsWith("write_metadata") ? 2 : a.startsWith("goto_table") ? 3 : 0;
  return list
    .map((a, i) => ({ a, i }))
    .sort((x, y) => rank(x.a) - rank(y.a) || x.i - y.i)
    .map((x) => x.a);
}

function modify(
  r: Random,
  bridge: string,
  l3: L3,
  vlan: Shape["vlan"],
  stack: { stack: number },
): [string, Shape["vlan"]] {
  const reg = (): string => `NXM_NX_REG${r.below(4)}`;
  const plain: (() => string)[] = [
    () => `set_field:${r.pick(UNICAST)}->eth_src`,
    () => `set_field:${r.pick(MACS)}->eth_dst`,
    () => "set_field:00:00:00:00:00:02/00:00:00:00:00:0f->eth_dst",
    () => `load:${r.below(3)}->${reg()}[]`,
    () => `load:${r.below(2)}->${reg()}[0]`,
    () => `set_field:0x${r.below(3)}->reg${r.below(4)}`,
    () => "set_field:0x1/0x1->reg1",
    () => `move:${reg()}[0..15]->${reg()}[16..31]`,
    () => `move:NXM_OF_IN_PORT[]->${reg()}[0..15]`,
    () => "move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]",
    () => "move:NXM_OF_ETH_SRC[0..31]->NXM_NX_REG2[]",
    () => "load:0x100000002->OXM_OF_PKT_REG0[]",
    () => "load:0x1->OXM_OF_METADATA[]",
    () => "set_field:0x1->pkt_mark",
    () => `set_field:0x${r.pick(TUNNEL_KEYS)}->tun_id`,
    () => `move:NXM_NX_TUN_ID[0..31]->${reg()}[]`,
    () => "set_field:10.1.0.9->tun_dst",
    () => "set_queue:1",
    () => "ct_clear",
    () => "note:00.01.02.03.04.05",
    () => {
      stack.stack++;
      return r.pick(["push:NXM_NX_REG0[]", "push:NXM_OF_ETH_SRC[]", "push:NXM_NX_REG1[0..15]"]);
    },
    () => {
      if (stack.stack-- <= 0) return "push:NXM_NX_REG2[]";
      return r.pick(["pop:NXM_NX_REG3[]", "pop:NXM_OF_ETH_DST[]", "pop:NXM_NX_REG0[0..7]"]);
    },
  ];
  if (is4(l3)) {
    plain.push(
      () => `mod_nw_src:${r.pick(IPS)}`,
      () => `set_field:${r.pick(IPS)}->ip_dst`,
      () => "dec_ttl",
      () => "set_field:9->nw_ttl",
      () => `mod_nw_tos:${r.pick([0, 32])}`,
      () => "set_field:46->ip_dscp",
      () => "set_field:1->nw_ecn",
      () => "move:NXM_OF_IP_SRC[]->NXM_NX_REG1[]",
      () => "move:NXM_OF_IP_SRC[]->NXM_OF_IP_DST[]",
    );
  }
  if (is4(l3) || is6(l3))
    plain.push(
      () => `ct(commit,zone=${r.below(3)})`,
      () => "ct(commit,zone=NXM_NX_REG0[0..15],exec(set_field:0x1->ct_mark))",
    );
  if (is6(l3))
    plain.push(
      () => `set_field:${r.pick(IPS6)}->ipv6_dst`,
      () => "dec_ttl",
      () => "set_field:0x2->ipv6_label",
      () => "move:NXM_NX_IPV6_SRC[0..63]->OXM_OF_PKT_REG1[]",
      () => "set_field:fd00:5::/ffff:ffff::->ipv6_src",
    );
  if (l3 === "tcp")
    plain.push(
      () => `set_field:${r.pick(PORTS)}->tcp_dst`,
      () => `mod_tp_src:${r.pick(PORTS)}`,
    );
  if (l3 === "udp" || l3 === "udp6")
    plain.push(
      () => `set_field:${r.pick(PORTS)}->udp_dst`,
      () => `load:${r.pick(PORTS)}->NXM_OF_UDP_SRC[]`,
    );
  if (l3 === "arp") {
    plain.push(
      () => "set_field:2->arp_op",
      () => "move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[]",
      () => "move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[]",
      () => `set_field:${r.pick(UNICAST)}->arp_sha`,
      () => `set_field:${r.pick(IPS)}->arp_spa`,
      () => "load:0x505400000001->NXM_NX_ARP_SHA[]",
      () => "load:0xa000001->NXM_OF_ARP_SPA[]",
    );
  }
  if (bridge === "tun" && r.chance(0.25)) return [`set_field:0x${r.pick(TUNNEL_KEYS)}->tun_id`, vlan];
  if (r.chance(0.25)) return modifyVlan(r, vlan);
  return [r.pick(plain)(), vlan];
}

function modifyVlan(r: Random, vlan: Shape["vlan"]): [string, Shape["vlan"]] {
  const v = r.pick(VLANS);
  if (vlan === "tagged") {
    return r.pick<() => [string, Shape["vlan"]]>([
      () => ["pop_vlan", "any"],
      () => [`set_field:${4096 + v}->vlan_vid`, "tagged"],
      () => ["set_field:3->vlan_pcp", "tagged"],
      () => ["load:0->NXM_OF_VLAN_TCI[]", "any"],
      () => ["load:0xa->NXM_OF_VLAN_TCI[0..11]", "tagged"],
      () => ["move:NXM_OF_VLAN_TCI[0..11]->NXM_NX_REG0[0..11]", "tagged"],
      () => ["push_vlan:0x88a8", "tagged"],
    ])();
  }
  if (vlan === "untagged") {
    return r.pick<() => [string, Shape["vlan"]]>([
      () => [`push_vlan:0x8100,set_field:${4096 + v}->vlan_vid`, "tagged"],
      () => [`mod_vlan_vid:${v}`, "tagged"],
      () => [`load:0x${(4096 + v).toString(16)}->NXM_OF_VLAN_TCI[]`, "any"],
    ])();
  }
  return r.pick<() => [string, Shape["vlan"]]>([
    () => [`push_vlan:0x8100,set_field:${4096 + v}->vlan_vid`, "tagged"],
    () => ["load:0->NXM_OF_VLAN_TCI[]", "any"],
  ])();
}

function forward(r: Random, bridge: string, table: number, shape: Shape, vlan: Shape["vlan"]): string {
  const later = (): number => table + 1 + r.below(TABLES - 1 - table);
  const more = table < TABLES - 1;
  const options: [number, () => string][] = [
    [6, () => `output:${portOf(r, bridge)}`],
    [4, () => "NORMAL"],
    [1, () => "IN_PORT"],
    [floods ? 0.5 : 0, () => "FLOOD"],
    [floods && bridge !== "tun" ? 0.5 : 0, () => "ALL"],
    [0.5, () => "LOCAL"],
    [0.4, () => "CONTROLLER:65535"],
    [0.7, () => "output:NXM_NX_REG0[0..15]"],
    [1, () => `group:${1 + r.below(4)}`],
    [0.4, () => `enqueue:${portOf(r, bridge)}:1`],
    [0.2, () => "exit"],
    [bridge === "tun" ? 1 : 0, () => `set_field:10.1.0.${r.pick([1, 9])}->tun_dst,output:4`],
    [
      0.7,
      () =>
        `clone(set_field:${r.pick(UNICAST)}->eth_dst,${vlan === "tagged" ? "pop_vlan," : ""}output:${portOf(r, bridge)})`,
    ],
  ];
  if (more) {
    options.push(
      [7, () => `resubmit(,${later()})`],
      [1, () => `resubmit(${portOf(r, bridge)},${later()})`],
      [0.4, () => `clone(load:7->NXM_NX_REG3[],resubmit(,${later()}))`],
    );
    if (!actionSets && shape.l3 !== "any" && shape.l3 !== "arp") options.push([2, () => ct(r, shape.l3, later())]);
    options.push([1.2, () => learn(r, TABLES - 1)]);
  }
  let at = r.next() * options.reduce((sum, [w]) => sum + w, 0);
  for (const [w, make] of options) {
    at -= w;
    if (at < 0) return make();
  }
  return "NORMAL";
}

function ct(r: Random, l3: L3, table: number): string {
  const zone = r.pick(["zone=1", "zone=2", "zone=NXM_NX_REG1[0..15]"]);
  const nat4 = ["", "", ",nat", ",nat(src=10.9.0.1)", ",nat(dst=10.0.0.2)"];
  if (l3 === "tcp" || l3 === "udp") nat4.push(",nat(src=10.9.0.1-10.9.0.9:5000-6000)", ",nat(dst=10.0.0.1:80)");
  const nat = is4(l3) ? r.pick(nat4) : r.pick(["", ",nat(src=fd09::1)"]);
  const exec = r.pick([
    "",
    "",
    ",exec(set_field:0x1->ct_mark)",
    ",exec(load:0x1->NXM_NX_CT_LABEL[64])",
    ",exec(move:NXM_NX_REG0[]->NXM_NX_CT_MARK[])",
  ]);
  const commit = exec !== "" || nat.includes("=") || r.chance(0.4) ? "commit," : "";
  return `ct(${commit}table=${table},${zone}${nat}${exec})`;
}

function learn(r: Random, table: number): string {
  return r.pick([
    `learn(table=${table},hard_timeout=300,priority=1001,cookie=0x1,NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],load:0->NXM_OF_VLAN_TCI[],load:NXM_NX_TUN_ID[]->NXM_NX_TUN_ID[],output:OXM_OF_IN_PORT[])`,
    `learn(table=${table},idle_timeout=300,priority=1002,eth_type=0x800,NXM_OF_ETH_SRC[]=NXM_OF_ETH_DST[],load:NXM_OF_IN_PORT[]->NXM_NX_REG0[0..15],output:NXM_OF_IN_PORT[])`,
    `learn(table=${table},hard_timeout=300,priority=1003,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],NXM_OF_IN_PORT[],load:0x2->NXM_NX_REG1[])`,
  ]);
}

/** A packet as ofproto/trace takes it, and the bridge that it enters. */
export function makePacket(r: Random, learning: boolean): { bridge: string; flow: string } {
  const bridge = r.pick(["int", "int", "int", "tun", "phy"]);
  const ports = (LAB[bridge] ?? [])
    .filter((p) => p.type !== "patch" || r.chance(0.2))
    .filter((p) => !(learning && p.options?.remote_ip === "flow"));
  const port = r.chance(0.05) ? undefined : r.pick(ports);
  const l3 = r.pick(["arp", "ip", "tcp", "udp", "icmp", "udp6", "icmp6", "tcp", "icmp"] as const);
  const parts: string[] = [l3, `in_port=${port?.number ?? "LOCAL"}`];
  if (port?.type !== undefined && port.type !== "patch") {
    parts.push(
      `tun_id=${port.options?.key === "7" ? 7 : r.pick(TUNNEL_KEYS)}`,
      `tun_src=${port.options?.remote_ip === "flow" ? "10.1.0.8" : port.options?.remote_ip}`,
      "tun_dst=10.1.0.1",
    );
  } else if (r.chance(0.05)) parts.push(`reg3=${r.below(3)}`);
  if (r.chance(0.35)) {
    parts.push(`dl_vlan=${r.pick([10, 20, 30, 30, 4095])}`);
    if (r.chance(0.3)) parts.push(`dl_vlan_pcp=${r.pick([0, 3])}`);
  }
  parts.push(`dl_src=${r.pick(UNICAST)}`, `dl_dst=${r.pick(MACS)}`);
  if (l3 === "arp") {
    parts.push(
      `arp_op=${1 + r.below(2)}`,
      `arp_spa=${r.pick(IPS)}`,
      `arp_tpa=${r.pick(IPS)}`,
      `arp_sha=${r.pick(UNICAST)}`,
      `arp_tha=${r.pick(["00:00:00:00:00:00", ...UNICAST])}`,
    );
    return { bridge, flow: parts.join(",") };
  }
  const six = l3 === "udp6" || l3 === "icmp6";
  if (six) parts.push(`ipv6_src=${r.pick(IPS6)}`, `ipv6_dst=${r.pick(IPS6)}`);
  else parts.push(`nw_src=${r.pick(IPS)}`, `nw_dst=${r.pick(IPS)}`);
  if (l3 === "ip") parts.push(`nw_proto=${r.pick([47, 132, 2])}`);
  parts.push(`nw_ttl=${r.pick([64, 64, 64, 2, 1])}`);
  if (r.chance(0.2)) parts.push(`nw_tos=${r.pick([32, 184])}`);
  if (r.chance(0.1)) parts.push(`nw_ecn=${1 + r.below(3)}`);
  const frag = r.chance(0.15) ? r.pick(["first", "later"]) : "no";
  if (frag !== "no") parts.push(`nw_frag=${frag}`);
  if (frag !== "later" && l3 !== "ip") {
    if (l3 === "icmp") parts.push(`icmp_type=${r.pick([0, 8])}`, "icmp_code=0");
    else if (l3 === "icmp6")
      parts.push(
        ...r.pick([
          ["icmpv6_type=128", "icmpv6_code=0"],
          ["icmpv6_type=135", "icmpv6_code=0", `nd_target=${r.pick(IPS6)}`, `nd_sll=${r.pick(UNICAST)}`],
        ]),
      );
    else
      parts.push(
        `${l3 === "tcp" ? "tcp" : "udp"}_src=${r.pick(PORTS)}`,
        `${l3 === "tcp" ? "tcp" : "udp"}_dst=${r.pick(PORTS)}`,
      );
    if (l3 === "tcp") parts.push(`tcp_flags=${r.pick(["syn", "ack", "syn|ack"])}`);
  }
  return { bridge, flow: parts.join(",") };
}
