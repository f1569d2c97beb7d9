/** `ovs-vsctl -- --may-exist add-br …`, as the agent and os-vif run it. Source: agent/common/ovs_lib.py OVSBridge.create. */
import { bridgeNamed } from "../../host/command/ovs/bridges.ts";
import type { VsctlStep } from "../../host/command/ovs/vsctl-command.ts";
import { ROOT } from "../../host/edit.ts";
import { apply } from "../../host/run.ts";
import type { HostState } from "../../host/state.ts";

/** The host after one transaction of the switch's database. */
export function transact(host: HostState, steps: readonly VsctlStep[]): HostState {
  return apply(host, { netns: ROOT, run: { tool: "ovs-vsctl", options: [], steps } });
}

/** The host with this bridge, on the userspace datapath. */
export function createBridge(host: HostState, name: string): HostState {
  if (bridgeNamed(host, name)) return host;
  return transact(host, [
    { kind: "add-br", mayExist: true, bridge: name },
    {
      kind: "set",
      ifExists: false,
      table: "Bridge",
      record: name,
      settings: [{ column: "datapath_type", value: "netdev" }],
    },
  ]);
}
