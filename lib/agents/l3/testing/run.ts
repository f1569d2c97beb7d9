/** A host with an integration bridge and nothing else, and the agent at work on it. */

import type { VsctlStep } from "../../../host/command/ovs/vsctl-command.ts";
import { applyAll } from "../../../host/run.ts";
import type { HostState } from "../../../host/state.ts";
import { baseline } from "../../baseline/baseline.ts";
import type { HostView, RouterView } from "../../view.ts";
import { L3_AGENT } from "../agent.ts";

export function bareHost(view: HostView): HostState {
  const settings = { ...view.settings, agents: ["openvswitch", "l3"] as const };
  const host = baseline(settings, undefined);
  if (host.ovs?.bridges.some((one) => one.name === "br-int")) return host;
  const steps: VsctlStep[] = [
    { kind: "add-br", mayExist: true, bridge: "br-int" },
    {
      kind: "set",
      ifExists: false,
      table: "Bridge",
      record: "br-int",
      settings: [{ column: "datapath_type", value: "netdev" }],
    },
  ];
  return applyAll(host, [{ netns: "root", run: { tool: "ovs-vsctl", options: [], steps } }]);
}

export function run(view: HostView, host: HostState): HostState {
  return L3_AGENT.steps.reduce((now, step) => step.plan(view, now), host);
}

/** The view with its only router changed. */
export function withRouter(view: HostView, changes: Partial<RouterView>): HostView {
  return { ...view, routers: view.routers.map((one) => ({ ...one, ...changes })) };
}

export function addressesIn(host: HostState, netns: string, dev: string): string[] {
  const all = host.namespaces.find((one) => one.name === netns)?.addresses ?? [];
  return all.filter((one) => one.dev === dev && one.scope !== "link").map((one) => `${one.address}/${one.prefix}`);
}

/** Routes that an agent made: destination, next hops, device, table. */
export function routesIn(host: HostState, netns: string): string[] {
  const all = host.namespaces.find((one) => one.name === netns)?.routes ?? [];
  return all
    .filter((one) => one.type === "unicast" && one.protocol !== "kernel")
    .map(({ dst, via, dev, table, nexthops }) => {
      const hops = nexthops?.map((one) => `via ${one.via}`).join(" ") ?? (via === undefined ? "" : `via ${via}`);
      return [dst, hops, dev === undefined ? "" : `dev ${dev}`, table === "main" ? "" : `table ${table}`]
        .filter((word) => word !== "")
        .join(" ");
    })
    .sort();
}

export function rulesIn(host: HostState, netns: string): string[] {
  const all = host.namespaces.find((one) => one.name === netns)?.rules ?? [];
  return all
    .filter((one) => !["local", "main", "default"].includes(one.table ?? ""))
    .map((one) => `${one.priority}: from ${one.src ?? "all"}${one.iif ? ` iif ${one.iif}` : ""} lookup ${one.table}`);
}

export function devicesOf(host: HostState, netns: string): string[] {
  return (host.namespaces.find((one) => one.name === netns)?.links ?? [])
    .map((one) => one.name)
    .filter((n) => n !== "lo")
    .sort();
}

export function portsOf(host: HostState): string[] {
  const bridge = host.ovs?.bridges.find((one) => one.name === "br-int");
  return (bridge?.ports ?? [])
    .map((one) => one.name)
    .filter((name) => name !== "br-int")
    .sort();
}
