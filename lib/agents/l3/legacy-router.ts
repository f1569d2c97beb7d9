/** A router that is on one host, all of it. Source: neutron/agent/l3/router_info.py, legacy_router.py. */
import { addAddress, addressesOf, hostCidr, removeAddress } from "../interface-driver/addresses.ts";
import type { Hand } from "../interface-driver/hand.ts";
import { unplugOthers } from "../interface-driver/plug.ts";
import type { FloatingIpView, HostView, PortForwardingView, RouterView } from "../view.ts";
import { setExtraRoutes } from "./extra-routes.ts";
import { legacyFirewall } from "./firewall.ts";
import { deviceName, routerNamespace } from "./names.ts";
import { setFirewall, setNamespace } from "./namespace.ts";
import { setAdvertiser } from "./radvd.ts";
import { setGatewayPort, setInternalPort } from "./router-port.ts";

export function setLegacyRouter(hand: Hand, view: HostView, router: RouterView): void {
  const netns = routerNamespace(router.id);
  setNamespace(hand, netns);
  setInternalPorts(hand, view, router, netns);
  setAdvertiser(hand, view, router);
  const { gateway } = router;
  const device = gateway && deviceName("qg-", gateway.id);
  unplugOthers(hand, netns, "qg-", new Set(device === null ? [] : [device]));
  const floating = floatingAddresses(router.floatingIps, router.portForwardings);
  if (gateway && device !== null) setGatewayPort(hand, view, netns, device, gateway, floating);
  setFirewall(hand, netns, legacyFirewall(view, router));
  if (gateway && device !== null) setFloatingAddresses(hand, netns, device, floating, gateway.fixedIps);
  setExtraRoutes(hand, netns, router.routes);
}

/** _process_internal_ports; those whose port is administratively down are not there. */
export function setInternalPorts(hand: Hand, view: HostView, router: RouterView, netns: string): void {
  const ports = router.interfaces.filter((one) => one.adminUp);
  unplugOthers(hand, netns, "qr-", new Set(ports.map(({ id }) => deviceName("qr-", id))));
  for (const port of ports) setInternalPort(hand, view, netns, deviceName("qr-", port.id), port);
}

export function floatingAddresses(
  floating: readonly FloatingIpView[],
  forwarded: readonly PortForwardingView[],
): string[] {
  return [...new Set([...floating.map(({ address }) => address), ...forwarded.map((one) => one.floatingAddress)])];
}

/** process_floating_ip_addresses: a floating IP is an address of the gateway's device, all by itself. */
export function setFloatingAddresses(
  hand: Hand,
  netns: string,
  device: string,
  wanted: readonly string[],
  own: readonly { readonly address: string }[],
): void {
  const kept = new Set([...wanted, ...own.map(({ address }) => address)].map(hostCidr));
  for (const { family, address, prefix } of addressesOf(hand, netns, device)) {
    const cidr = `${address}/${prefix}`;
    if (family === 4 && prefix === 32 && !kept.has(cidr)) removeAddress(hand, netns, device, cidr);
  }
  for (const address of wanted) addAddress(hand, netns, device, hostCidr(address));
}
