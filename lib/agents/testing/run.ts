/** Runs layer 2's agents in tests, and shows what they made in the words of the switch. */
import { bridgeNamed } from "../../host/command/ovs/bridges.ts";
import type { HostState, OvsPort } from "../../host/state.ts";
import { printFlowBrief } from "../../net/openflow/print.ts";
import { baseline } from "../baseline/baseline.ts";
import { COMPUTE } from "../compute/agent.ts";
import { OPENVSWITCH, OPENVSWITCH_START } from "../openvswitch/agent.ts";
import type { HostView } from "../view.ts";

const STEPS = [OPENVSWITCH_START, COMPUTE, OPENVSWITCH].flatMap((one) => one.steps);

/** The host, at first a bare one, after these views one after the other. */
export function afterViews(views: readonly HostView[], from?: HostState): HostState {
  const [first] = views;
  if (!first) throw new Error("no view");
  return views.reduce(
    (host, view) => STEPS.reduce((done, step) => step.plan(view, done), host),
    from ?? baseline(first.settings),
  );
}

export function flowsOf(host: HostState, bridge: string, table: number): string[] {
  const flows = bridgeNamed(host, bridge)?.flows ?? [];
  return flows.filter((flow) => flow.table === table).map((flow) => printFlowBrief(flow).replace(/^table=\d+, /, ""));
}

export function portOf(host: HostState, bridge: string, name: string): OvsPort | undefined {
  return bridgeNamed(host, bridge)?.ports.find((port) => port.name === name);
}

export function deviceNames(host: HostState): string[] {
  return host.namespaces.flatMap((ns) => (ns.name === "root" ? ns.links.map((link) => link.name) : []));
}
