import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { distributedFirewall, distributedMarks, legacyFirewall, snatFirewall } from "./firewall.ts";
import type { Firewall } from "./iptables/base.ts";
import { caseView } from "./testing/case-view.ts";
import { RULE_CASES, type RuleCase } from "./testing/rule-cases.ts";

const TO_OUTSIDE = "rfp-77777777-7";

const KINDS: Readonly<Record<string, (one: RuleCase) => Firewall | undefined>> = {
  legacy: (one) => {
    const { view, router } = caseView(one, "legacy");
    return legacyFirewall(view, router);
  },
  distributed: (one) => {
    const { view, router } = caseView(one, "dvr");
    const toOutside = router.gateway ? TO_OUTSIDE : undefined;
    return distributedFirewall(view, router, distributedMarks(view, router, false), toOutside);
  },
  "distributed and central": (one) => {
    const { view, router } = caseView(one, "dvr_snat");
    const toOutside = router.gateway ? TO_OUTSIDE : undefined;
    return distributedFirewall(view, router, distributedMarks(view, router, true), toOutside);
  },
  snat: (one) => {
    const { view, router } = caseView(one, "dvr_snat");
    if (!router.gateway) return undefined;
    const marks = distributedMarks(view, router, true);
    distributedFirewall(view, router, marks, TO_OUTSIDE);
    return snatFirewall(view, router, marks);
  },
};

/** Family, table and rule, as the fixture has them. */
function linesOf({ v4, v6 }: Firewall): string[] {
  return [v4, v6].flatMap((tables) => {
    let table = "";
    return `${tables}`.split("\n").flatMap((line) => {
      if (line.startsWith("*")) table = line.slice(1);
      return line.startsWith("-A") ? [`v${tables.family} ${table} ${line.replaceAll("neutron-l3-agent", "$")}`] : [];
    });
  });
}

/** The agent keeps devices of the external scope in a set: their order is anybody's. */
function inOrder(lines: readonly string[]): string[] {
  const free = (line: string) => line.includes("-A $-float-snat -o");
  return [...lines.filter((line) => !free(line)), ...lines.filter(free).sort()];
}

const sections = readFileSync(new URL("testing/neutron-iptables-rules.txt", import.meta.url), "utf8")
  .split(/^## /m)
  .slice(1)
  .map((text) => text.trimEnd().split("\n"));

describe.each(Object.entries(KINDS))("rules of a %s router are what Neutron's own code makes", (kind, make) => {
  const made = new Map(
    Object.entries(RULE_CASES).flatMap(([name, one]) => {
      const firewall = make(one);
      return firewall ? [[name, linesOf(firewall)] as const] : [];
    }),
  );
  const all = [...made.values()];
  const common = new Set(all[0]?.filter((line) => all.every((lines) => lines.includes(line))));

  it.each([...made])("%s", (name, lines) => {
    const [, ...expected] = sections.find(([title]) => title === `${kind}: ${name}`) ?? [];
    const byChain = (all: readonly string[]) =>
      Object.groupBy(inOrder(all), (line) => line.split(" ").slice(0, 4).join(" "));
    expect(byChain(lines.filter((line) => !common.has(line)))).toEqual(byChain(expected));
  });

  it("has every case", () => {
    expect(sections.filter(([title]) => title?.startsWith(`${kind}: `))).toHaveLength(made.size);
  });
});
