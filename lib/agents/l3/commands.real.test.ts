/** The commands of an L3 agent's plans, run by the kernel: its namespaces come out as planned. Veth pairs stand for the switch's ports. */
import { expect, it } from "vitest";
import type { Command } from "../../host/command/command.ts";
import { change } from "../../host/diff/diff.ts";
import type { HostState, Namespace } from "../../host/state.ts";
import { runForReal } from "../../host/testing/real-kernel.ts";
import { isL3Namespace } from "./names.ts";
import { caseView } from "./testing/case-view.ts";
import { RULE_CASES } from "./testing/rule-cases.ts";
import { bareHost, run, withRouter } from "./testing/run.ts";

const ROUTES = [
  { destination: "192.168.1.0/24", nexthop: "10.0.1.77" },
  { destination: "192.168.2.0/24", nexthop: "10.0.1.77" },
  { destination: "192.168.2.0/24", nexthop: "10.0.1.78" },
];

/** A port of the switch becomes one end of a pair whose other end is up; rules and programs have tests of their own. */
function forReal({ netns, run: command }: Command): Command[] {
  if (command.tool === "ip" || command.tool === "sysctl") return [{ netns, run: command }];
  if (command.tool !== "ovs-vsctl") return [];
  return command.steps.flatMap((step) => {
    if (step.kind !== "add-port") return [];
    const peer = `p${step.port.slice(0, 13)}`;
    return [
      { netns, run: { tool: "ip", action: "link-add", name: step.port, device: { kind: "veth", peer } } },
      { netns, run: { tool: "ip", action: "link-set", name: peer, up: true } },
    ] satisfies Command[];
  });
}

/** What an agent configures, without what the kernel adds by itself as IPv6 gets ready. */
function configured(host: HostState): Record<string, unknown> {
  const own = host.namespaces.filter((one) => isL3Namespace(one.name));
  return Object.fromEntries(own.map((ns) => [ns.name, part(ns)]).sort());
}

function part(ns: Namespace): Record<string, string[]> {
  const list = (all: readonly object[]) =>
    all.map((one) => JSON.stringify(Object.fromEntries(Object.entries(one).sort()))).sort();
  return {
    addresses: list(ns.addresses.filter((one) => one.scope !== "link")),
    routes: list(ns.routes.filter((one) => one.family === 4 || one.protocol === "static")),
    rules: list(ns.rules),
    neighbours: list(ns.neighbours.filter((one) => one.state.includes("PERMANENT"))),
  };
}

it.each([
  ["two floating IPs", "legacy"],
  ["two floating IPs", "dvr_snat"],
  ["IPv6 beside IPv4", "legacy"],
  ["IPv6 beside IPv4", "dvr_snat"],
  ["address scopes", "dvr_snat"],
] as const)("%s, %s", async (name, mode) => {
  const one = RULE_CASES[name];
  if (!one) throw new Error(`no case ${name}`);
  const view = withRouter(caseView(one, mode).view, { routes: ROUTES });
  const bare = bareHost(view);
  const planned = run(view, bare);
  const { results, host } = await runForReal(change(bare, planned).commands.flatMap(forReal));
  expect(results.filter(({ status }) => status !== 0)).toEqual([]);
  expect(configured(host)).toEqual(configured(planned));
});
