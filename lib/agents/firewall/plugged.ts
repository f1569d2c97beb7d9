/** Ports of the view whose devices an agent finds. */
import { alikeFromStart } from "../../host/alike.ts";
import { Following } from "../../host/following.ts";
import type { HostState, OvsBridge, OvsPort } from "../../host/state.ts";
import type { PortView } from "../view.ts";

const INTEGRATION_BRIDGE = "br-int";

export function integrationBridge(host: HostState): OvsBridge | undefined {
  return host.ovs?.bridges.find((bridge) => bridge.name === INTEGRATION_BRIDGE);
}

/** Lists of a view's ports are found again as long as the same ones are plugged. */
const found = new WeakMap<readonly PortView[], readonly PortView[]>();

/** Those with an interface on br-int that bears their id. neutron/agent/common/ovs_lib.py get_vif_ports */
export function pluggedPorts(ports: readonly PortView[], host: HostState): readonly PortView[] {
  const here = ids.of(integrationBridge(host)?.ports ?? NONE);
  const plugged = ports.filter((port) => here.has(port.id));
  const last = found.get(ports);
  if (last?.length === plugged.length && alikeFromStart(last, plugged) === plugged.length) return last;
  found.set(ports, plugged);
  return plugged;
}

const NONE: OvsBridge["ports"] = [];
/** How many interfaces bear an id. */
const ids = new Following<OvsPort, Map<string, number>>(
  () => new Map(),
  (counts, port) => count(counts, port, 1),
  (counts, port) => count(counts, port, -1),
);

function count(counts: Map<string, number>, { interfaces }: OvsPort, by: 1 | -1): void {
  for (const { ofport, externalIds } of interfaces) {
    const id = externalIds["iface-id"];
    if (id === undefined || ofport === undefined || ofport < 0) continue;
    const now = (counts.get(id) ?? 0) + by;
    if (now === 0) counts.delete(id);
    else counts.set(id, now);
  }
}
