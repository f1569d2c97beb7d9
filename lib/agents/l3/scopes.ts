/** Which address scope addresses are in. Source: neutron/db/l3_db.py _populate_mtu_and_subnets_for_ports. */
import { cidrContains, familyOf } from "../../net/address.ts";
import type { HostView, PortView, RouterView } from "../view.ts";
import type { ScopedDevice, Scopes } from "./iptables/scope-marks.ts";

const NONE: Scopes = { 4: null, 6: null };

export function scopesOf(view: HostView, port: PortView | null): Scopes {
  return (port && view.networks.get(port.networkId)?.addressScopes) ?? NONE;
}

export function scopedDevice(view: HostView, name: string, port: PortView): ScopedDevice {
  const families = [...new Set(port.fixedIps.map(({ address }) => familyOf(address)))];
  return { name, families, scopes: scopesOf(view, port) };
}

/** The scope that a guest's address is in: its network is that of the interface that it is behind. */
export function scopeBehind(view: HostView, router: RouterView, address: string): string | null {
  const before = router.interfaces.find((port) =>
    view.networks.get(port.networkId)?.subnets.some(({ cidr }) => cidrContains(cidr, address)),
  );
  return scopesOf(view, before ?? null)[4];
}

/**
 * Whether an interface's addresses are routed outside as they are: then nothing is redirected to SNAT. IPv6 always goes
 * by the snat namespace. dvr_local_router.py _check_if_address_scopes_match
 */
export function isRoutedOutside(view: HostView, port: PortView, gateway: PortView): boolean {
  if (port.fixedIps.some(({ address }) => familyOf(address) === 6)) return false;
  const scope = scopesOf(view, port)[4];
  const outside = scopesOf(view, gateway);
  return scope !== null && (scope === outside[4] || scope === outside[6]);
}
