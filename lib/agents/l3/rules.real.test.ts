/** Rules as the L3 agent writes them, given to the kernel by iptables-restore: iptables-save shows the same. */
import { afterAll, describe, expect, it } from "vitest";
import { inNs, Lab } from "../../datapath/kernel/testing/netns.ts";
import { parseIptablesSave } from "../../net/iptables/parse.ts";
import { distributedFirewall, distributedMarks, fipFirewall, legacyFirewall, snatFirewall } from "./firewall.ts";
import type { Firewall } from "./iptables/base.ts";
import type { Tables } from "./iptables/tables.ts";
import { caseView } from "./testing/case-view.ts";
import { RULE_CASES } from "./testing/rule-cases.ts";

const lab = new Lab();
const netns = lab.namespace("rules");
afterAll(() => lab.dispose());

function rulesOf(text: string, family: 4 | 6): string[] {
  const { ruleset, problems } = parseIptablesSave(text, family);
  expect(problems).toEqual([]);
  return ruleset.tables.flatMap((table) =>
    table.chains.flatMap((chain) => [`${table.name} ${chain.name}`, ...chain.rules.map((rule) => rule.text)]),
  );
}

function expectSaved(tables: Tables): void {
  const tool = tables.family === 4 ? "iptables" : "ip6tables";
  inNs(netns, `${tool}-restore`, [], `${tables}`);
  expect(rulesOf(inNs(netns, `${tool}-save`, []), tables.family)).toEqual(rulesOf(`${tables}`, tables.family));
}

function expectBoth({ v4, v6 }: Firewall): void {
  expectSaved(v4);
  expectSaved(v6);
}

describe.each(Object.entries(RULE_CASES))("%s", (_name, one) => {
  it("legacy", () => {
    const { view, router } = caseView(one, "legacy");
    expectBoth(legacyFirewall(view, router));
  });

  it("distributed", () => {
    const { view, router } = caseView(one, "dvr_snat");
    const marks = distributedMarks(view, router, true);
    expectBoth(distributedFirewall(view, router, marks, router.gateway ? "rfp-77777777-7" : undefined));
    expectBoth(snatFirewall(view, router, marks));
  });
});

it("fip namespace", () => {
  expectBoth(fipFirewall());
});
