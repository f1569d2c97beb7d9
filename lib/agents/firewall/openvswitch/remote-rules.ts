/**
 * Rules with a remote group at one port: conjunctions of two clauses. The second is what the rule says of the packet, and
 * is here with what is done when both hold; the first is the addresses of the group, once for each local VLAN.
 * Source: neutron/agent/linux/openvswitch_firewall/firewall.py _add_non_ip_conj_flows, rules.py create_conj_flows.
 */
import type { SecurityRuleView } from "../../view.ts";
import { hex, is, type Line, regPort } from "./flow.ts";
import { mergeAlike, mergePortRanges } from "./merge-ports.ts";
import type { OfPort } from "./port.ts";
import { protocolNumber, WITH_PORTS } from "./protocol.ts";
import { accept, matchesOf, priorityOffset, STATES } from "./rule-flows.ts";
import { RULES_TABLE } from "./tracked.ts";

/** A rule, with the number of its group, remote group, direction and kind of address. */
export interface RemoteRule {
  readonly rule: SecurityRuleView;
  readonly base: number;
}

/** Two numbers for each height of priority: established and new connections. */
export function conjunctionId({ rule, base }: RemoteRule): number {
  return base + 2 * priorityOffset(rule, true);
}

export function remoteRuleFlows(rules: readonly RemoteRule[], port: OfPort): Line[] {
  const kinds = new Map<string, { rule: SecurityRuleView; id: number }[]>();
  for (const one of rules) {
    const { direction, ethertype } = one.rule;
    const key = `${direction} ${ethertype} ${protocolNumber(one.rule)}`;
    const entry = { rule: one.rule, id: conjunctionId(one) };
    const known = kinds.get(key);
    if (known) known.push(entry);
    else kinds.set(key, [entry]);
  }
  return [...kinds.values()].flatMap((all) => [
    ...(hasPorts(all[0]?.rule) ? mergePortRanges(all) : mergeAlike(all)).flatMap((one) => clause(one, port)),
    ...[...new Map(all.map((one) => [one.id, one.rule]))].flatMap(([id, rule]) => accepted(id, rule, port)),
  ]);
}

function hasPorts(rule: SecurityRuleView | undefined): boolean {
  const number = rule && protocolNumber(rule);
  return number !== undefined && number in WITH_PORTS;
}

function clause({ rule, ids }: { rule: SecurityRuleView; ids: readonly number[] }, port: OfPort): Line[] {
  const priority = 70 + priorityOffset(rule, true);
  return matchesOf(rule, port).flatMap((match) =>
    STATES.map(
      (state, i): Line => [
        RULES_TABLE[rule.direction],
        priority,
        [is("ct_state", state), ...match],
        ids.map((id) => `conjunction(${id + i},2/2)`).join(","),
      ],
    ),
  );
}

function accepted(id: number, { direction, ethertype }: SecurityRuleView, port: OfPort): Line[] {
  return STATES.map((state, i): Line => {
    const word = is(ethertype === "IPv6" ? "ipv6" : "ip");
    return [
      RULES_TABLE[direction],
      70 + heightOf(id),
      [is("conj_id", id + i), is("ct_state", state), word, regPort(port.ofport)],
      `set_field:${hex(id + i)}->reg7,${accept(direction, port.ofport, state)}`,
    ];
  });
}

export function heightOf(id: number): number {
  return Math.floor((id % 8) / 2);
}
