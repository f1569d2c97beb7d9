/**
 * The rules that a firewall has for a port, in the order in which the agent learned them: its cache of the server's
 * objects lists a group's rules by their ids. Source: neutron/api/rpc/handlers/securitygroups_rpc.py.
 */
import type { PortView, SecurityGroupView, SecurityRuleView } from "../view.ts";

export type Groups = ReadonlyMap<string, SecurityGroupView>;

const sorted = new WeakMap<SecurityGroupView, readonly SecurityRuleView[]>();
const alike = new Map<string, readonly SecurityRuleView[]>();
const MOST_ALIKE = 10_000;

/**
 * The same list for all views of a group whose rules are the same: members come and go much more often.
 * Rules that are alike but for their ids count once (neutron/db/securitygroups_rpc_base.py).
 */
export function rulesOf(group: SecurityGroupView): readonly SecurityRuleView[] {
  let rules = sorted.get(group);
  if (!rules) {
    const own = [...group.rules].sort((a, b) => (a.id < b.id ? -1 : 1));
    const key = JSON.stringify(own);
    rules = alike.get(key) ?? unique(own);
    if (alike.size >= MOST_ALIKE) alike.clear();
    alike.set(key, rules);
    sorted.set(group, rules);
  }
  return rules;
}

function unique(rules: readonly SecurityRuleView[]): SecurityRuleView[] {
  return [...new Map(rules.toReversed().map((rule) => [JSON.stringify({ ...rule, id: "" }), rule])).values()].reverse();
}

/** Whether groups are alike but for their members. */
export function sameRules(before: Groups, after: Groups): boolean {
  if (before === after) return true;
  if (before.size !== after.size) return false;
  for (const [id, was] of before) {
    const now = after.get(id);
    if (now === was) continue;
    if (!now || now.stateful !== was.stateful || rulesOf(now) !== rulesOf(was)) return false;
  }
  return true;
}

export function groupsOf(port: PortView, groups: Groups): SecurityGroupView[] {
  const own: SecurityGroupView[] = [];
  for (const id of port.securityGroups) {
    const group = groups.get(id);
    if (group) own.push(group);
  }
  return own;
}

export type Ethertype = SecurityRuleView["ethertype"];

/** The security group whose members a rule is about: iptables drivers do not know address groups, and let all in. */
export function memberGroup({ remoteGroupId, byAddresses }: SecurityRuleView): string | null {
  return byAddresses ? null : remoteGroupId;
}

/** Remote groups that the rules of these groups name, by the kinds of address that they name them for. */
export function remoteGroups(groups: Iterable<SecurityGroupView>): Map<string, Set<Ethertype>> {
  const remote = new Map<string, Set<Ethertype>>();
  for (const group of groups)
    for (const rule of group.rules) {
      const id = memberGroup(rule);
      if (id === null) continue;
      const types = remote.get(id);
      if (types) types.add(rule.ethertype);
      else remote.set(id, new Set([rule.ethertype]));
    }
  return remote;
}

export function familyOfType(type: Ethertype): 4 | 6 {
  return type === "IPv4" ? 4 : 6;
}

export function typeOfFamily(family: 4 | 6): Ethertype {
  return family === 4 ? "IPv4" : "IPv6";
}
