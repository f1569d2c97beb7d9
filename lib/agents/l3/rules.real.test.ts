/** Rules as the L3 agent writes them, given to the kernel by iptables-restore: iptables-save shows the same. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseIptablesSave } from "../../net/iptables/parse.ts";
import { distributedFirewall, distributedMarks, fipFirewall, legacyFirewall, snatFirewall } from "./firewall.ts";
import type { Firewall } from "./iptables/base.ts";
import type { Tables } from "./iptables/tables.ts";
import { caseView } from "./testing/case-view.ts";
import { RULE_CASES } from "./testing/rule-cases.ts";

const run = promisify(execFile);
const NETNS = "l3-rules";

beforeAll(async () => {
  await run("ip", ["netns", "add", NETNS]);
});

afterAll(async () => {
  await run("ip", ["netns", "del", NETNS]);
});

async function inNamespace(words: readonly string[], input = ""): Promise<string> {
  const running = run("ip", ["netns", "exec", NETNS, ...words]);
  running.child.stdin?.end(input);
  return (await running).stdout;
}

function rulesOf(text: string, family: 4 | 6): string[] {
  const { ruleset, problems } = parseIptablesSave(text, family);
  expect(problems).toEqual([]);
  return ruleset.tables.flatMap((table) =>
    table.chains.flatMap((chain) => [`${table.name} ${chain.name}`, ...chain.rules.map((rule) => rule.text)]),
  );
}

async function expectSaved(tables: Tables): Promise<void> {
  const tool = tables.family === 4 ? "iptables" : "ip6tables";
  await inNamespace([`${tool}-restore`], `${tables}`);
  expect(rulesOf(await inNamespace([`${tool}-save`]), tables.family)).toEqual(rulesOf(`${tables}`, tables.family));
}

async function expectBoth({ v4, v6 }: Firewall): Promise<void> {
  await expectSaved(v4);
  await expectSaved(v6);
}

describe.each(Object.entries(RULE_CASES))("%s", (_name, one) => {
  it("legacy", async () => {
    const { view, router } = caseView(one, "legacy");
    await expectBoth(legacyFirewall(view, router));
  });

  it("distributed", async () => {
    const { view, router } = caseView(one, "dvr_snat");
    const marks = distributedMarks(view, router, true);
    await expectBoth(distributedFirewall(view, router, marks, router.gateway ? "rfp-77777777-7" : undefined));
    await expectBoth(snatFirewall(view, router, marks));
  });
});

it("fip namespace", async () => {
  await expectBoth(fipFirewall());
});
