/**
 * A security group rule as a rule of iptables; the words stand as iptables-save prints them.
 * Source: neutron/agent/linux/iptables_firewall.py _convert_sg_rule_to_iptables_args.
 */
import { networkBase, parseCidr } from "../../../net/address.ts";
import type { SecurityRuleView } from "../../view.ts";
import { memberGroup } from "../group-rules.ts";
import { setName } from "./names.ts";
import { EXTENSION, MULTIPORT_ONLY, protocolName, WITH_PORTS } from "./protocol.ts";

/** What a packet that it lets pass must look like: `-p tcp -m tcp --dport 22 -j RETURN`. */
export function securityRule(rule: SecurityRuleView): string {
  const group = memberGroup(rule);
  const words = [...(group === null ? remoteNetwork(rule) : []), ...traffic(rule)];
  if (group !== null) words.push(`-m set --match-set ${setName(group, rule.ethertype)} ${side(rule)}`);
  return [...words, "-j RETURN"].join(" ");
}

function side(rule: SecurityRuleView): "src" | "dst" {
  return rule.direction === "ingress" ? "src" : "dst";
}

function remoteNetwork(rule: SecurityRuleView): string[] {
  const network = rule.remotePrefix === null ? undefined : matchedNetwork(rule.remotePrefix);
  return network === undefined ? [] : [`${rule.direction === "ingress" ? "-s" : "-d"} ${network}`];
}

/** A network as iptables-save prints it; undefined for all addresses, which is no condition. */
export function matchedNetwork(text: string): string | undefined {
  const cidr = parseCidr(text);
  if (!cidr || cidr.prefix === 0) return undefined;
  return `${networkBase(cidr)}/${cidr.prefix}`;
}

/** Whatever its code: what iptables has for all types (libxt_icmp.h). */
const ANY_ICMP = 255;

function traffic(rule: SecurityRuleView): string[] {
  const { portMin, portMax } = rule;
  const protocol = protocolName(protocolOf(rule));
  if (protocol === undefined) return [];
  if (portMin === null) return [`-p ${protocol}`];
  const extension = EXTENSION[protocol];
  const words = [`-p ${protocol}`, ...(extension === undefined ? [] : [`-m ${extension}`])];
  if (protocol === "icmp" || protocol === "ipv6-icmp") {
    const option = protocol === "icmp" ? "--icmp-type" : "--icmpv6-type";
    if (protocol === "icmp" && portMin === ANY_ICMP) return [...words, `${option} any`];
    return [...words, `${option} ${portMin}${portMax === null ? "" : `/${portMax}`}`];
  }
  if (!WITH_PORTS.has(protocol)) return words;
  if (portMin !== portMax) return [...words, `-m multiport --dports ${portMin}:${portMax}`];
  return [...words, protocol === MULTIPORT_ONLY ? `-m multiport --dports ${portMin}` : `--dport ${portMin}`];
}

/** IPv6 rules may say `icmp`. neutron/common/_constants.py IPV6_ICMP_LEGACY_PROTO_LIST */
function protocolOf(rule: SecurityRuleView): string | null {
  return rule.ethertype === "IPv6" && rule.protocol === "icmp" ? "ipv6-icmp" : rule.protocol;
}
