import { describe, expect, it } from "vitest";
import type { HostState } from "../../host/state.ts";
import { distributedFirewall, distributedMarks, fipFirewall, legacyFirewall, snatFirewall } from "./firewall.ts";
import type { Firewall } from "./iptables/base.ts";
import { recordedHost, rulesOf } from "./testing/recorded.ts";

function expectRules(host: HostState, netns: string, firewall: Firewall): void {
  for (const tables of [firewall.v4, firewall.v6]) {
    const lines = `${tables}`.split("\n").filter((line) => line !== "COMMIT" && line !== "");
    expect(lines.map((line) => line.replace(/ \[0:0\]$/, ""))).toEqual(rulesOf(host, netns, tables.family));
  }
}

describe("rules of an L3 agent's namespaces are the recorded ones, in their order", () => {
  it("of a legacy router", async () => {
    const { view, host } = await recordedHost("legacy", "network1");
    for (const router of view.routers) expectRules(host, `qrouter-${router.id}`, legacyFirewall(view, router));
    expect(view.routers).toHaveLength(1);
  });

  it.each(["network1", "compute1", "compute2"])("of a distributed router on %s", async (name) => {
    const { view, host } = await recordedHost("dvr", name);
    for (const router of view.routers) {
      const central = router.gatewayHost === name;
      const marks = distributedMarks(view, router, central);
      const pair = `rfp-${router.id.slice(0, 10)}`;
      expectRules(host, `qrouter-${router.id}`, distributedFirewall(view, router, marks, pair));
      if (central) expectRules(host, `snat-${router.id}`, snatFirewall(view, router, marks));
      expectRules(host, `fip-${router.gateway?.networkId}`, fipFirewall());
    }
    expect(view.routers).toHaveLength(1);
  });
});
