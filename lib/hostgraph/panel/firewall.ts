/** iptables chains: a port's own first, then those that lead to them, then the rest. */
import type { DevicePanel } from "../../api/http.ts";
import type { Ipset, Namespace } from "../../host/state.ts";
import type { IptablesChain, IptablesTable } from "../../net/iptables/ast.ts";

type Firewall = NonNullable<DevicePanel["firewall"]>;

/** All tables of a namespace. With a port's prefix only those that name it, its own chains first. Undefined: nothing there. */
export function firewallOf(ns: Namespace, portPrefix?: string): Firewall | undefined {
  const rulesets = [ns.iptables, ns.ip6tables].filter((ruleset) => ruleset !== undefined);
  const all = rulesets.flatMap((ruleset) =>
    ruleset.tables.flatMap((table) => {
      const chains = portPrefix ? ownChains(table, portPrefix) : table.chains;
      return chains.length > 0 ? [{ family: ruleset.family, table: table.name, chains: chains.map(chainOf) }] : [];
    }),
  );
  const order = ["filter", "nat", "raw", "mangle", "security"];
  all.sort((a, b) => a.family - b.family || order.indexOf(a.table) - order.indexOf(b.table));
  return all.some((table) => table.chains.some((chain) => chain.rules.length > 0)) ? all : undefined;
}

function chainOf(chain: IptablesChain): Firewall[number]["chains"][number] {
  const rules = chain.rules.map(({ text, packets, bytes }) => ({ text, packets, bytes }));
  return chain.policy ? { name: chain.name, policy: chain.policy, rules } : { name: chain.name, rules };
}

/**
 * Chains named after the port (neutron.agent.linux.iptables_firewall: direction + first ten characters of the port's id),
 * then chains that name it in a rule, cut to those rules, then the chains that its own chains jump to.
 */
function ownChains(table: IptablesTable, prefix: string): IptablesChain[] {
  const short = prefix.slice(0, 10);
  const own = table.chains.filter((chain) => chain.name.includes(short));
  const naming = table.chains
    .filter((chain) => !own.includes(chain))
    .map((chain) => ({ ...chain, rules: chain.rules.filter((rule) => rule.text.includes(short)) }))
    .filter((chain) => chain.rules.length > 0);
  const targets = new Set(own.flatMap((chain) => chain.rules.map((rule) => jumpOf(rule.text))));
  const helpers = table.chains.filter((chain) => targets.has(chain.name) && !own.includes(chain));
  const direction = (chain: IptablesChain) =>
    chain.name.endsWith(`i${short}`) ? 0 : chain.name.endsWith(`o${short}`) ? 1 : 2;
  return [...own.sort((a, b) => direction(a) - direction(b)), ...naming, ...helpers];
}

function jumpOf(text: string): string | undefined {
  return / (?:-j|-g) (\S+)/.exec(text)?.[1];
}

/** The sets that these rules look into. */
export function ipsetsOf(firewall: Firewall, sets: Ipset[]): NonNullable<DevicePanel["ipsets"]> {
  const used = new Set<string>();
  for (const table of firewall) {
    for (const chain of table.chains) {
      for (const rule of chain.rules) {
        for (const match of rule.text.matchAll(/--match-set (\S+)/g)) if (match[1]) used.add(match[1]);
      }
    }
  }
  return sets
    .filter((set) => used.has(set.name))
    .map((set) => ({
      name: set.name,
      type: set.type,
      members: set.members.map((member) =>
        [
          member.value,
          ...Object.entries(member.options).map(([key, value]) => (value === true ? key : `${key} ${value}`)),
        ].join(" "),
      ),
    }));
}
