/** The planned rules against those that real Open vSwitch agents wrote with the hybrid firewall. */
import { describe, expect, test } from "vitest";
import type { IptablesRuleset } from "../../../net/iptables/ast.ts";
import { printRuleset } from "../../../net/iptables/print.ts";
import { planFirewall } from "../firewall.ts";
import { recordedHosts, rootOf, withoutRules } from "../testing/recorded.ts";
import { COMMENT } from "./comments.ts";

/** Which of Neutron's own ports an agent met first is chance, and so is which zones are free. */
function comparable(ruleset: IptablesRuleset | undefined): string[] {
  const lines = printRuleset(ruleset ?? { family: 4, tables: [] }, { counters: false }).split("\n");
  const trusted = lines.filter((line) => line.includes(COMMENT.trusted)).sort();
  return lines
    .map((line) => (line.includes(COMMENT.trusted) ? (trusted.shift() ?? "") : line))
    .map((line) => line.replace(/^(:\S+ \S+) .*/, "$1").replace(/--zone \d+$/, "--zone N"));
}

describe.each(["legacy", "dvr"])("%s", async (name) => {
  for (const { host, view } of await recordedHosts(`lib/demo/${name}`))
    describe(host.name, () => {
      const root = rootOf(host);

      test("has nothing left to do: all rules are there, in their order", () => {
        expect(planFirewall(view, host)).toBe(host);
      });

      test("has the same rules when all are made anew", () => {
        const made = rootOf(planFirewall(view, withoutRules(host)));
        expect(comparable(made.iptables)).toEqual(comparable(root.iptables));
        expect(comparable(made.ip6tables)).toEqual(comparable(root.ip6tables));
        const sets = (of: typeof root) =>
          of.ipsets.map((set) => [set.name, set.type, set.family, set.members.map((one) => one.value).sort()]).sort();
        expect(sets(made)).toEqual(sets(root));
      });

      test("is repaired where somebody deleted and added rules", () => {
        const cut = (ruleset: IptablesRuleset | undefined) =>
          ruleset && {
            ...ruleset,
            tables: ruleset.tables.map((table) => ({
              ...table,
              chains: table.chains
                .filter((chain) => !chain.name.includes("-o"))
                .map((chain) => ({ ...chain, rules: chain.rules.slice(1) })),
            })),
          };
        const broken = {
          ...host,
          namespaces: host.namespaces.map((one) => (one === root ? { ...root, iptables: cut(root.iptables) } : one)),
        } as typeof host;
        const repaired = rootOf(planFirewall(view, broken));
        expect(comparable(repaired.iptables)).toEqual(comparable(root.iptables));
        expect(repaired.ip6tables).toBe(root.ip6tables);
      });
    });
});
