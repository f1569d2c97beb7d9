/**
 * Subports of a guest's trunk: VLAN devices on the guest's own, which the agent then treats like any port's.
 * Source: neutron/services/trunk/drivers/linuxbridge/agent/{driver,trunk_plumber}.py.
 */
import { ROOT } from "../../host/edit.ts";
import type { HostState } from "../../host/state.ts";
import { Hand } from "../interface-driver/hand.ts";
import type { HostView } from "../view.ts";
import { tapName } from "./names.ts";

export function connectSubPorts(view: HostView, host: HostState): HostState {
  const hand = new Hand(host);
  const bound = new Set(view.ports.map((port) => port.id));
  const wanted = new Map<string, { readonly parent: string; readonly vlan: number }>();
  for (const { portId, subPorts } of view.trunks ?? [])
    for (const sub of subPorts)
      if (bound.has(sub.portId) && hand.link(ROOT, tapName(portId)))
        wanted.set(tapName(sub.portId), { parent: tapName(portId), vlan: sub.segmentationId });
  for (const { name, kind, linkName, vlan } of hand.namespace(ROOT)?.links ?? []) {
    if (kind !== "vlan" || !name.startsWith("tap")) continue;
    const one = wanted.get(name);
    if (one && one.parent === linkName && one.vlan === vlan?.id) wanted.delete(name);
    else hand.ip(ROOT, { tool: "ip", action: "link-del", name });
  }
  for (const [name, { parent, vlan }] of wanted) {
    hand.attempt(ROOT, { tool: "ip", action: "link-add", name, link: parent, device: { kind: "vlan", id: vlan } });
    if (hand.link(ROOT, name)) hand.sysctl(ROOT, { [`net.ipv6.conf.${name}.disable_ipv6`]: "1" });
  }
  return hand.host;
}
