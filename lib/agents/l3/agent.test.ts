import { describe, expect, it } from "vitest";
import type { HostState } from "../../host/state.ts";
import type { HostView } from "../view.ts";
import { L3_AGENT } from "./agent.ts";
import { isL3Namespace } from "./names.ts";
import { comparable } from "./testing/comparable.ts";
import { recordedHost } from "./testing/recorded.ts";
import { withoutRouters } from "./testing/without-routers.ts";

function run(view: HostView, host: HostState): HostState {
  return L3_AGENT.steps.reduce((now, step) => step.plan(view, now), host);
}

describe("an L3 agent builds the recorded namespaces", () => {
  it.each([
    ["legacy", "network1", 1],
    ["dvr", "network1", 3],
    ["dvr", "compute1", 2],
    ["dvr", "compute2", 2],
  ])("of %s %s", async (cloud, name, count) => {
    const { view, host } = await recordedHost(cloud, name);
    const made = run(view, withoutRouters(host));
    const names = host.namespaces.map((one) => one.name).filter(isL3Namespace);
    expect(names).toHaveLength(count);
    expect(made.namespaces.map((one) => one.name).sort()).toEqual(host.namespaces.map((one) => one.name).sort());
    for (const one of names) {
      const known = Object.keys(host.namespaces.find((ns) => ns.name === one)?.sysctls ?? {});
      expect(comparable(made, one, known)).toEqual(comparable(host, one, known));
    }
  });
});
