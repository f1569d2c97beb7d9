/** Ports of the view whose devices an agent finds. */
import type { HostState, OvsBridge } from "../../host/state.ts";
import type { PortView } from "../view.ts";

const INTEGRATION_BRIDGE = "br-int";

export function integrationBridge(host: HostState): OvsBridge | undefined {
  return host.ovs?.bridges.find((bridge) => bridge.name === INTEGRATION_BRIDGE);
}

const found = new WeakMap<readonly PortView[], { ids: string; ports: readonly PortView[] }>();

/** Those with an interface on br-int that bears their id. neutron/agent/common/ovs_lib.py get_vif_ports */
export function pluggedPorts(ports: readonly PortView[], host: HostState): readonly PortView[] {
  const ids = new Set<string>();
  for (const port of integrationBridge(host)?.ports ?? [])
    for (const one of port.interfaces) {
      const id = one.externalIds["iface-id"];
      if (id !== undefined && one.ofport !== undefined && one.ofport >= 0) ids.add(id);
    }
  const here = ports.filter((port) => ids.has(port.id));
  const key = here.map((port) => port.id).join();
  const last = found.get(ports);
  if (last?.ids === key) return last.ports;
  found.set(ports, { ids: key, ports: here });
  return here;
}
