/**
 * l2population: where the ports of a VXLAN network are that are not here. Entries without an address carry floods, one for
 * each host. Source: linuxbridge_neutron_agent.py add_fdb_entries, remove_fdb_entries.
 */
import { findNamespace, ROOT } from "../../host/edit.ts";
import type { FdbEntry, HostState } from "../../host/state.ts";
import { ZERO_MAC } from "../../net/address.ts";
import { Hand } from "../interface-driver/hand.ts";
import { segmentOf } from "../openvswitch/segment.ts";
import type { HostView, NetworkView, RemotePortView } from "../view.ts";
import { vxlanName } from "./names.ts";

export function populate(view: HostView, host: HostState): HostState {
  if (!view.settings.l2Population) return host;
  const hand = new Hand(host);
  const remote = new Map<string, RemotePortView[]>();
  for (const port of view.remotePorts) {
    const own = remote.get(port.networkId);
    if (own) own.push(port);
    else remote.set(port.networkId, [port]);
  }
  const entries = new Map<string, FdbEntry[]>();
  // What the device learned by itself times out by itself.
  for (const entry of findNamespace(host, ROOT)?.fdb ?? [])
    if (entry.dst !== undefined && entry.permanent) {
      const own = entries.get(entry.dev);
      if (own) own.push(entry);
      else entries.set(entry.dev, [entry]);
    }
  for (const network of view.networks.values()) {
    const device = deviceOf(network);
    if (device === undefined || !hand.link(ROOT, device)) continue;
    const far = remote.get(network.id) ?? [];
    forward(hand, device, far, entries.get(device) ?? []);
    if (view.settings.arpResponder) answer(hand, device, far);
  }
  return hand.host;
}

function deviceOf(network: NetworkView): string | undefined {
  const segment = segmentOf(network);
  return segment.kind === "tunnel" && segment.type === "vxlan" ? vxlanName(segment.key) : undefined;
}

function forward(hand: Hand, dev: string, far: readonly RemotePortView[], present: readonly FdbEntry[]): void {
  const hosts = new Set(far.map((one) => one.tunnelIp));
  const unicast = new Map(far.map((one) => [one.mac, one.tunnelIp]));
  const isWanted = ({ mac, dst = "" }: FdbEntry) => (mac === ZERO_MAC ? hosts.has(dst) : unicast.get(mac) === dst);
  const base = { tool: "bridge", action: "fdb", dev, master: false, state: "permanent" } as const;
  for (const one of present)
    if (!isWanted(one)) hand.run(ROOT, { ...base, verb: "del", mac: one.mac, ...(one.dst && { dst: one.dst }) });
  const known = new Set(present.filter(isWanted).map((one) => `${one.mac} ${one.dst}`));
  let flooded = present.some((one) => one.mac === ZERO_MAC && isWanted(one));
  for (const dst of hosts) {
    if (known.has(`${ZERO_MAC} ${dst}`)) continue;
    hand.run(ROOT, { ...base, verb: flooded ? "append" : "add", mac: ZERO_MAC, dst });
    flooded = true;
  }
  for (const [mac, dst] of unicast)
    if (!known.has(`${mac} ${dst}`)) hand.run(ROOT, { ...base, verb: "replace", mac, dst });
}

/** The device answers ARP in place of far guests (`proxy`). */
function answer(hand: Hand, dev: string, far: readonly RemotePortView[]): void {
  const wanted = new Map(far.flatMap((one) => one.addresses.map((address) => [address, one.mac] as const)));
  for (const one of hand.namespace(ROOT)?.neighbours ?? [])
    if (one.dev === dev && one.state.includes("PERMANENT")) {
      if (wanted.get(one.address) === one.mac) wanted.delete(one.address);
      else hand.ip(ROOT, { tool: "ip", action: "neigh-del", address: one.address, dev });
    }
  for (const [address, mac] of wanted)
    hand.ip(ROOT, { tool: "ip", action: "neigh-replace", address, mac, dev, nud: "permanent" });
}
