/**
 * iptables and ipsets. Left out: counters, and options of sets that are the kernel's business (hash sizes). A chain's rules
 * are compared one by one, and their order by itself; rules that follow each other and all end in the same verdict may
 * stand in any order.
 */
import type { Namespace } from "../../host/state.ts";
import type { IptablesRule, IptablesRuleset } from "../../net/iptables/ast.ts";
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
      const texts = rules.map((rule) => numbers.ofRule(rule.text));
      for (const text of texts) yield { part, place, name: text, value: "", ...own };
      yield { part, place, name: ORDER, value: ordered(rules, texts).join("\n"), ...own };
    }
  for (const { name, type, family, members } of ns.ipsets) {
    const list = members.map((one) => [one.value, ...Object.entries(one.options).flat()].join(" ")).sort();
    yield { part: "ipset", place: { netns }, name, value: `${type} ${family}: ${list.join(", ")}`, ...own };
  }
}

/** Name of the entry that a chain's order is in; it counts where both have the same rules. */
export const ORDER = "order of rules";

const VERDICTS: ReadonlySet<string> = new Set(["ACCEPT", "DROP", "RETURN"]);

/** Texts in order, those of a run with one verdict in the order of the alphabet. */
function ordered(rules: readonly IptablesRule[], texts: readonly string[]): string[] {
  const out: string[] = [];
  let run: string[] = [];
  let verdict = "";
  rules.forEach((rule, i) => {
    const target = / -j (\S+)$/.exec(rule.text)?.[1] ?? "";
    if (target !== verdict || !VERDICTS.has(target)) {
      out.push(...run.sort());
      run = [];
    }
    verdict = target;
    run.push(texts[i] ?? "");
  });
  return [...out, ...run.sort()];
}

/** A table in which nothing was ever said is as good as none: asking for it makes one. */
function isBare({ chains }: IptablesRuleset["tables"][number]): boolean {
  return chains.every(({ policy, rules }) => policy === "ACCEPT" && rules.length === 0);
}

function chainsOf(ruleset: IptablesRuleset | undefined) {
  const tables = (ruleset?.tables ?? []).filter((table) => !isBare(table));
  return tables.flatMap(({ name: table, chains }) =>
    chains.map(({ name: chain, policy, rules }) => ({
      table,
      chain,
      policy: policy ?? "-",
      rules,
    })),
  );
}
