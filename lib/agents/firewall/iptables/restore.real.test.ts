/** The kernel takes the planned rules, and prints back the same: there is nothing that an agent would see differ. */
import { expect, test } from "vitest";
import { run } from "../../../datapath/kernel/testing/netns.ts";
import { printRuleset } from "../../../net/iptables/print.ts";
import { planFirewall } from "../firewall.ts";
import { wiredHost } from "../testing/host.ts";
import { rootOf } from "../testing/recorded.ts";
import { PORTS, REMOTE, VARIED } from "../testing/varied.ts";
import { GROUP, viewOf } from "../testing/view.ts";

function lines(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.replace(/ \[\d+:\d+\]$/, ""));
}

test.each([
  ["stateful", true],
  ["stateless", false],
] as const)("%s groups", (_, stateful) => {
  const groups = [{ ...VARIED, id: GROUP.id, stateful }, REMOTE];
  const root = rootOf(planFirewall(viewOf(PORTS, { groups }), wiredHost(PORTS)));
  const sets = root.ipsets.flatMap((set) => [
    `create ${set.name} ${set.type} family ${set.family}`,
    ...set.members.map((one) => `add ${set.name} ${one.value}`),
  ]);
  for (const [family, ruleset] of [
    ["", root.iptables],
    ["6", root.ip6tables],
  ] as const) {
    if (!ruleset) throw new Error("no rules");
    const planned = printRuleset(ruleset, { counters: false });
    const script = `ipset restore <<'SETS'\n${sets.join("\n")}\nSETS\nip${family}tables-restore; ip${family}tables-save`;
    expect(lines(run("unshare", ["-n", "bash", "-euc", script], planned))).toEqual(lines(planned));
  }
});
