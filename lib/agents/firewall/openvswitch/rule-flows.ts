/** Flows of one security group rule at one port. Source: neutron/agent/linux/openvswitch_firewall/rules.py. */
import { matchedAddress } from "../../../net/address.ts";
import type { MatchField } from "../../../net/openflow/ast.ts";
import type { SecurityRuleView } from "../../view.ts";
import { COMMIT, is, type Line, regPort, resubmit } from "./flow.ts";
import type { OfPort } from "./port.ts";
import { portMasks } from "./port-masks.ts";
import { ICMP, ICMPV6, protocolNumber, WITH_PORTS } from "./protocol.ts";
import { RULES_TABLE } from "./tracked.ts";

/** Established and new connections each have a flow. */
export const STATES = ["+est-rel-rpl", "+new-est"] as const;

/** How much above 70 the flows of a rule stand: the more they say, the higher. */
export function priorityOffset(rule: SecurityRuleView, remoteGroup: boolean): number {
  const base = remoteGroup ? 0 : 4;
  const protocol = protocolNumber(rule);
  if (rule.protocol === null || rule.protocol === "") return base;
  if (protocol !== ICMP && protocol !== ICMPV6) return base + 3;
  return base + (rule.portMin === null ? 1 : rule.portMax === null ? 2 : 3);
}

/** The matches of a rule but for the connection's state: several where ports need several masks. */
export function matchesOf(rule: SecurityRuleView, { ofport }: OfPort): MatchField[][] {
  const number = protocolNumber(rule);
  const six = rule.ethertype === "IPv6";
  const [word, rest] = protocolWord(number, six);
  const port = regPort(ofport);
  const remote = rule.remotePrefix === null ? undefined : matchedAddress(rule.remotePrefix);
  const side = rule.direction === "ingress" ? "src" : "dst";
  const network = remote === undefined ? [] : [is(six ? `ipv6_${side}` : `nw_${side}`, remote)];
  const start = [is(word), port, ...network, ...rest];
  if (number === (six ? ICMPV6 : ICMP)) return [[...start, ...icmp(rule)]];
  if (number === undefined || !(number in WITH_PORTS) || !rule.portMin || !rule.portMax) return [start];
  return portMasks(rule.portMin, rule.portMax).map((mask) => [...start, is("tp_dst", mask)]);
}

function icmp({ portMin, portMax }: SecurityRuleView): MatchField[] {
  if (portMin === null) return [];
  return [is("icmp_type", portMin), ...(portMax === null ? [] : [is("icmp_code", portMax)])];
}

/** `tcp6`; protocols without a word are `ip` and a number. */
function protocolWord(number: number | undefined, six: boolean): [string, MatchField[]] {
  const plain = six ? "ipv6" : "ip";
  if (number === undefined) return [plain, []];
  if (number === (six ? ICMPV6 : ICMP)) return [six ? "icmp6" : "icmp", []];
  const word = WITH_PORTS[number];
  return word === undefined ? [plain, [is("nw_proto", number)]] : [six ? `${word}6` : word, []];
}

/** What is done with a packet that may pass. */
export function accept(
  direction: SecurityRuleView["direction"],
  ofport: number,
  state: (typeof STATES)[number],
): string {
  if (direction === "egress") return resubmit("ACCEPT_OR_INGRESS_TABLE");
  if (state === "+est-rel-rpl") return `output:${ofport}`;
  return `${COMMIT},output:${ofport},${resubmit("ACCEPTED_INGRESS_TRAFFIC_TABLE")}`;
}

/** Flows of a rule without a remote group. */
export function ruleFlows(rule: SecurityRuleView, port: OfPort): Line[] {
  const priority = 70 + priorityOffset(rule, false);
  return matchesOf(rule, port).flatMap((match) =>
    STATES.map(
      (state): Line => [
        RULES_TABLE[rule.direction],
        priority,
        [is("ct_state", state), ...match],
        accept(rule.direction, port.ofport, state),
      ],
    ),
  );
}
