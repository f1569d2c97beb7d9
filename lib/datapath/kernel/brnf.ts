/** br_netfilter: which bridged frames iptables gets to see (net/bridge/br_netfilter_hooks.c). */
import type { Namespace } from "../../host/state.ts";
import type { Packet } from "../../net/packet.ts";
import { linkOf } from "./addresses.ts";

/**
 * ARP and other frames never, IP by the switch of its family: the namespace's `net.bridge.bridge-nf-call-*` (absent
 * without the module) or the bridge's own. Tagged frames only with `bridge-nf-filter-vlan-tagged`.
 */
export function seesIptables(ns: Namespace, bridge: string, packet: Packet): boolean {
  if (!packet.ip) return false;
  if (packet.vlans.length > 0 && !isOn(ns, "net.bridge.bridge-nf-filter-vlan-tagged")) return false;
  if (packet.ip.version === 6) return isOn(ns, "net.bridge.bridge-nf-call-ip6tables");
  return isOn(ns, "net.bridge.bridge-nf-call-iptables") || linkOf(ns, bridge)?.bridge?.nfCallIptables === true;
}

function isOn(ns: Namespace, name: string): boolean {
  return Number(ns.sysctls[name] ?? 0) > 0;
}
