/**
 * iptables and ipsets. Left out: counters, and options of sets that are the kernel's business (hash sizes). A chain's rules
 * are compared as one list, since their order decides.
 */
import type { Namespace } from "../../host/state.ts";
import type { IptablesRuleset } from "../../net/iptables/ast.ts";
import type { Entry } from "./entry.ts";
import type { Numbers } from "./numbers.ts";
import type { Owners } from "./owners.ts";

export function* filterEntries(ns: Namespace, owners: Owners, numbers: Numbers): Iterable<Entry> {
  const netns = ns.name;
  const resource = owners.ofNamespace(netns);
  const own = resource ? { resource } : {};
  for (const [part, ruleset] of [
    ["iptables", ns.iptables],
    ["ip6tables", ns.ip6tables],
  ] as const)
    for (const { table, chain, policy, rules } of chainsOf(ruleset)) {
      const place = { netns, table: `${table} ${chain}` };
      yield { part, place, name: "policy", value: policy, ...own };
      for (const { name, value } of rules.map((text, i) => ruleEntry(text, i, numbers)))
        yield { part, place, name, value, ...own };
    }
  for (const { name, type, family, members } of ns.ipsets) {
    const list = members.map((one) => [one.value, ...Object.entries(one.options).flat()].join(" ")).sort();
    yield { part: "ipset", place: { netns }, name, value: `${type} ${family}: ${list.join(", ")}`, ...own };
  }
}

function ruleEntry(text: string, i: number, numbers: Numbers): { name: string; value: string } {
  return { name: `rule ${String(i + 1).padStart(3)}`, value: numbers.ofRule(text) };
}

function chainsOf(ruleset: IptablesRuleset | undefined) {
  return (ruleset?.tables ?? []).flatMap(({ name: table, chains }) =>
    chains.map(({ name: chain, policy, rules }) => ({
      table,
      chain,
      policy: policy ?? "-",
      rules: rules.map((rule) => rule.text),
    })),
  );
}
