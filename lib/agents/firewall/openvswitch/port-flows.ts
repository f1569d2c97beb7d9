/**
 * Flows of a port that no group's rules change: who it is, what it may say of itself, and what the network's services say
 * to it. Source: neutron/agent/linux/openvswitch_firewall/firewall.py initialize_port_flows.
 */
import { INTEGRATION } from "../../../net/neutron-tables.ts";
import type { MatchField } from "../../../net/openflow/ast.ts";
import { COMMIT, hex, is, type Line, regNet, regPort, resubmit, track } from "./flow.ts";
import { allowedMacs, allowedPairs, type OfPort, type Pair } from "./port.ts";

const { TRANSIENT_TABLE, BASE_EGRESS_TABLE, ACCEPT_OR_INGRESS_TABLE, BASE_INGRESS_TABLE } = INTEGRATION;

export function filteredPort(port: OfPort): Line[] {
  return [...identified(port), ...sent(port), ...accepted(port), ...received(port)];
}

/** Neutron's own ports, and those without port security: straight on. */
export function passedPort({ ofport, vlan }: OfPort): Line[] {
  return [
    [TRANSIENT_TABLE, 100, [is("in_port", ofport)], `${marked(ofport, vlan)},${resubmit("ACCEPT_OR_INGRESS_TABLE")}`],
    [ACCEPT_OR_INGRESS_TABLE, 80, [regPort(ofport)], resubmit("ACCEPTED_EGRESS_TRAFFIC_NORMAL_TABLE")],
  ];
}

function marked(ofport: number, vlan: number): string {
  return `set_field:${hex(ofport)}->reg5,set_field:${hex(vlan)}->reg6`;
}

function identified({ view, ofport, vlan, physical }: OfPort): Line[] {
  const mark = marked(ofport, vlan);
  const local = (mac: string, id: number): Line => [
    ...([TRANSIENT_TABLE, 90] as const),
    [is("dl_vlan", id), is("dl_dst", mac)],
    `${mark},pop_vlan,${resubmit("BASE_INGRESS_TABLE")}`,
  ];
  const flat = (mac: string): Line => [
    ...([TRANSIENT_TABLE, 90] as const),
    [is("vlan_tci", "0x0000/0x1fff"), is("dl_dst", mac)],
    `${mark},${resubmit("BASE_INGRESS_TABLE")}`,
  ];
  return [
    [TRANSIENT_TABLE, 100, [is("in_port", ofport)], `${mark},${resubmit("BASE_EGRESS_TABLE")}`],
    ...allowedMacs(view).flatMap((mac) => [
      ...(physical === "flat" ? [flat(mac)] : physical === undefined ? [] : [local(mac, physical)]),
      local(mac, vlan),
    ]),
  ];
}

function sent({ view, ofport }: OfPort): Line[] {
  const from = [regPort(ofport), is("in_port", ofport)];
  const fields = (protocol: string, ...rest: MatchField[]) => [is(protocol), ...from, ...rest];
  const pairs4 = allowedPairs(view, 4);
  const pairs6 = allowedPairs(view, 6);
  const normal = resubmit("ACCEPTED_EGRESS_TRAFFIC_NORMAL_TABLE");
  const dropped = resubmit("DROPPED_TRAFFIC_TABLE");
  const rules = track("RULES_EGRESS_TABLE");
  const of = ({ mac, address }: Pair, name: string) => [
    is("dl_src", mac),
    ...(address === undefined ? [] : [is(name, address)]),
  ];
  const line = (priority: number, match: MatchField[], actions: string): Line => [
    BASE_EGRESS_TABLE,
    priority,
    match,
    actions,
  ];
  return [
    ...pairs4.flatMap((pair) => [
      line(95, fields("arp", ...of(pair, "arp_spa")), normal),
      line(65, fields("ip", ...of(pair, "nw_src")), rules),
    ]),
    ...pairs6.flatMap((pair) => [
      // Listener queries, router and neighbour solicitations; advertisements of its own addresses only.
      ...[130, 133, 135].map((type) =>
        line(95, fields("icmp6", ...of(pair, "ipv6_src"), is("icmp_type", type)), normal),
      ),
      line(95, fields("icmp6", is("icmp_type", 136), ...target(pair)), normal),
      line(65, fields("ipv6", ...of(pair, "ipv6_src")), rules),
    ]),
    ...[...pairs4, { mac: view.mac, address: "0.0.0.0" }].map((pair) =>
      line(80, fields("udp", ...of(pair, "nw_src"), ...ports(68, 67)), resubmit("ACCEPT_OR_INGRESS_TABLE")),
    ),
    ...pairs6.map((pair) =>
      line(80, fields("udp6", ...of(pair, "ipv6_src"), ...ports(546, 547)), resubmit("ACCEPT_OR_INGRESS_TABLE")),
    ),
    // No DHCP server, no router among guests.
    line(70, fields("udp", ...ports(67, 68)), dropped),
    line(70, fields("udp6", ...ports(547, 546)), dropped),
    line(70, fields("icmp6", is("icmp_type", 134)), dropped),
    line(10, from, `ct_clear,${dropped}`),
  ];
}

function target({ address }: Pair): MatchField[] {
  return address === undefined ? [] : [is("nd_target", address)];
}

function ports(source: number, destination: number): MatchField[] {
  return [is("tp_src", source), is("tp_dst", destination)];
}

/** What may leave: to a port of this host by way of its own rules, else out. */
function accepted({ view, ofport, vlan }: OfPort): Line[] {
  return [
    ...allowedMacs(view).map(
      (mac): Line => [
        ACCEPT_OR_INGRESS_TABLE,
        100,
        [regNet(vlan), is("dl_dst", mac)],
        `set_field:${hex(ofport)}->reg5,${resubmit("BASE_INGRESS_TABLE")}`,
      ],
    ),
    ...["ip", "ipv6"].map(
      (protocol): Line => [
        ACCEPT_OR_INGRESS_TABLE,
        90,
        [is("ct_state", "+new-est"), is(protocol), regPort(ofport)],
        `${COMMIT},${resubmit("ACCEPTED_EGRESS_TRAFFIC_TABLE")}`,
      ],
    ),
    [ACCEPT_OR_INGRESS_TABLE, 80, [regPort(ofport)], resubmit("ACCEPTED_EGRESS_TRAFFIC_NORMAL_TABLE")],
  ];
}

function received({ ofport }: OfPort): Line[] {
  const to = regPort(ofport);
  const out = `output:${ofport}`;
  const line = (priority: number, match: MatchField[], actions: string): Line => [
    BASE_INGRESS_TABLE,
    priority,
    match,
    actions,
  ];
  return [
    line(100, [is("arp"), to], out),
    ...[130, 135, 136, 134].map((type) => line(100, [is("icmp6"), to, is("icmp_type", type)], out)),
    line(95, [is("udp"), to, ...ports(67, 68)], out),
    line(95, [is("udp6"), to, ...ports(547, 546)], out),
    ...["ip", "ipv6"].map((protocol) =>
      line(90, [is("ct_state", "-trk"), is(protocol), to], track("RULES_INGRESS_TABLE")),
    ),
    line(80, [is("ct_state", "+trk"), to], resubmit("RULES_INGRESS_TABLE")),
  ];
}
