/**
 * The agents against the real ones: what they make of a bare host is what the real ones made of the recorded host, and on
 * the recorded host itself they find nothing to do.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { baseline } from "../agents/baseline/baseline.ts";
import type { HostView } from "../agents/view.ts";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { compareHosts, type Difference, differenceText } from "./compare.ts";
import { planned, viewsOf } from "./recorded.ts";

/** What remains, and why. */
const EXPECTED: readonly { readonly reason: string; is(one: Difference): boolean }[] = [];

function unexplained(differences: readonly Difference[]): string[] {
  return differences.filter((one) => !EXPECTED.some((reason) => reason.is(one))).map(differenceText);
}

describe.each(["legacy", "dvr"])("the recorded %s cloud", (name) => {
  let cloud: CollectedCloud;
  let views: Map<string, HostView>;

  beforeAll(async () => {
    cloud = await readBundle(`lib/demo/${name}`);
    views = viewsOf(cloud.api, cloud.world.hosts);
  });

  describe.each(["network1", "compute1", "compute2"])("%s", (hostName) => {
    function recorded() {
      const host = cloud.world.hosts.find((one) => one.name === hostName);
      const view = views.get(hostName);
      if (!host || !view) throw new Error(`no ${hostName} in ${name}`);
      return { host, view };
    }

    it("comes out of a bare host", () => {
      const { host, view } = recorded();
      const made = planned(view, baseline(view.settings));
      expect(unexplained(compareHosts(host, made, { numbers: "named" }))).toEqual([]);
    });

    it("is as its agents want it", () => {
      const { host, view } = recorded();
      expect(unexplained(compareHosts(host, planned(view, host)))).toEqual([]);
    });

    it("is made once: agents that run again change nothing", () => {
      const { view } = recorded();
      const made = planned(view, baseline(view.settings));
      expect(planned(view, made)).toBe(made);
    });
  });
});
