/** Ports of the view whose devices an agent finds. */
import type { HostState, OvsBridge } from "../../host/state.ts";
import type { PortView } from "../view.ts";

const INTEGRATION_BRIDGE = "br-int";

export function integrationBridge(host: HostState): OvsBridge | undefined {
  return host.ovs?.bridges.find((bridge) => bridge.name === INTEGRATION_BRIDGE);
}

/** Lists of a view's ports are found again as long as the same ones are plugged. */
const found = new WeakMap<readonly PortView[], readonly PortView[]>();

/** Those with an interface on br-int that bears their id. neutron/agent/common/ovs_lib.py get_vif_ports */
export function pluggedPorts(ports: readonly PortView[], host: HostState): readonly PortView[] {
  const ids = idsOn(integrationBridge(host)?.ports ?? NONE);
  const here = ports.filter((port) => ids.has(port.id));
  const last = found.get(ports);
  if (last?.length === here.length && last.every((one, i) => one === here[i])) return last;
  found.set(ports, here);
  return here;
}

const NONE: OvsBridge["ports"] = [];
const ids = new WeakMap<OvsBridge["ports"], ReadonlySet<string>>();

function idsOn(ports: OvsBridge["ports"]): ReadonlySet<string> {
  let own = ids.get(ports);
  if (!own) {
    own = new Set(interfaceIds(ports));
    ids.set(ports, own);
  }
  return own;
}

function* interfaceIds(ports: OvsBridge["ports"]): Iterable<string> {
  for (const { interfaces } of ports)
    for (const { ofport, externalIds } of interfaces) {
      const id = externalIds["iface-id"];
      if (id !== undefined && ofport !== undefined && ofport >= 0) yield id;
    }
}
