import { expect, test } from "vitest";
import type { Agent } from "../agents/agent.ts";
import { baseline } from "../agents/baseline/baseline.ts";
import { hostView } from "../agents/testing/cloud.ts";
import { parseCommands } from "../host/command/shell.ts";
import { findLink, namespaceOf, ROOT } from "../host/edit.ts";
import { applyAll } from "../host/run.ts";
import { SimulatedHost } from "./simulated-host.ts";

function step(name: string, line: string): Agent["steps"][number] {
  return {
    name,
    plan: (_, host) => (findLink(namespaceOf(host, ROOT), name) ? host : applyAll(host, parseCommands(line))),
  };
}

test("a step that the system refuses is told in the history, and the others go on", () => {
  const view = hostView({});
  const agent: Agent = {
    kind: "openvswitch",
    steps: [
      step("vlan7", "ip link add link gone0 name vlan7 type vlan id 7"),
      step("dum0", "ip link add dum0 type dummy"),
    ],
  };
  const host = new SimulatedHost(baseline(view.settings), [agent]);
  for (let at = 1; at < 3; at++) host.run({ ...view }, new Set(), { at, causes: [{ what: "created port web" }] });
  expect(findLink(namespaceOf(host.state, ROOT), "dum0")).toBeDefined();
  expect(host.history.list().map((deed) => [deed.step, deed.commands])).toEqual([
    ["vlan7", ['# Cannot find device "gone0"']],
    ["dum0", ["ip link add dum0 type dummy"]],
  ]);
});
