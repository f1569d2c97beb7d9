/** The whole rules of each kind of namespace. Source: neutron/agent/l3/router_info.py, dvr_local_router.py, dvr_edge_router.py, dvr_fip_ns.py. */
import { familyOf } from "../../net/address.ts";
import type { FloatingIpView, HostView, PortView, RouterView } from "../view.ts";
import { type Firewall, newFirewall } from "./iptables/base.ts";
import { markMetadata, redirectMetadata } from "./iptables/metadata.ts";
import {
  addFloatingNat,
  addFloatingScopes,
  addGatewayNat,
  addInternalAccept,
  type ExternalGateway,
} from "./iptables/nat.ts";
import { addPortForwardings } from "./iptables/port-forwarding.ts";
import { addScopeChains, addScopeRules, type ScopedDevice, ScopeMarks } from "./iptables/scope-marks.ts";
import { deviceName } from "./names.ts";
import { scopeBehind, scopedDevice, scopesOf } from "./scopes.ts";

/** Chains of a router's own namespace, before what it is connected to. */
function routerFirewall(): Firewall {
  const firewall = newFirewall();
  addScopeChains(firewall);
  markMetadata(firewall);
  redirectMetadata(firewall);
  return firewall;
}

export function legacyFirewall(view: HostView, router: RouterView): Firewall {
  const firewall = routerFirewall();
  const marks = new ScopeMarks();
  const gateway = externalGateway(view, router);
  const devices = devicesOf(view, "qr-", router.interfaces);
  if (router.gateway && gateway) devices.push(scopedDevice(view, gateway.device, router.gateway));
  addGatewayNat(firewall, marks, gateway);
  if (gateway) {
    addPortForwardings(firewall, router.portForwardings);
    addFloatingNat(firewall, router.floatingIps);
  }
  addScopeRules(firewall, marks, devices, gateway?.enableSnat ? gateway.device : undefined);
  addScopesOfFloating(firewall, marks, view, router, router.floatingIps, devices);
  return firewall;
}

/** @param toOutside the router's end of the pair to the fip namespace, where there is one */
export function distributedFirewall(
  view: HostView,
  router: RouterView,
  marks: ScopeMarks,
  toOutside: string | undefined,
): Firewall {
  const firewall = routerFirewall();
  const devices = devicesOf(view, "qr-", router.interfaces);
  if (router.gateway && toOutside !== undefined) devices.push(scopedDevice(view, toOutside, router.gateway));
  // Those that the snat namespace serves count here, too: dvr_local_router.py _handle_router_snat_rules asks for any.
  const served = servedFloatingIps(view, router);
  if (toOutside !== undefined && served.length > 0) {
    firewall.v4.add("nat", "$snat", "-j $float-snat");
    addInternalAccept(firewall, toOutside);
  }
  if (toOutside !== undefined) {
    const local = served.filter((one) => !one.snatBound);
    addFloatingNat(firewall, local, toOutside);
  }
  addScopeRules(firewall, marks, devices, undefined);
  if (toOutside !== undefined) addScopesOfFloating(firewall, marks, view, router, served, devices, toOutside);
  return firewall;
}

export function snatFirewall(view: HostView, router: RouterView, marks: ScopeMarks): Firewall {
  const firewall = newFirewall();
  const gateway = externalGateway(view, router);
  const devices = devicesOf(view, "sg-", router.snatInterfaces);
  if (router.gateway && gateway) devices.push(scopedDevice(view, gateway.device, router.gateway));
  addScopeChains(firewall);
  addGatewayNat(firewall, marks, gateway);
  addPortForwardings(firewall, router.portForwardings);
  addFloatingNat(
    firewall,
    router.floatingIps.filter((one) => one.snatBound),
  );
  addScopeRules(firewall, marks, devices, gateway?.enableSnat ? gateway.device : undefined);
  return firewall;
}

export function fipFirewall(): Firewall {
  const firewall = newFirewall();
  firewall.v4.add("nat", "$snat", "-j $float-snat");
  // Connections are followed in the routers' namespaces.
  firewall.v4.add("raw", "$PREROUTING", "-j CT --notrack");
  return firewall;
}

/** Marks are given out once for both of a router's namespaces, the external network's scope first where it is used. */
export function distributedMarks(view: HostView, router: RouterView, central: boolean): ScopeMarks {
  const marks = new ScopeMarks();
  if (central && router.enableSnat) marks.of(scopesOf(view, router.gateway)[4]);
  return marks;
}

/** Those that Neutron tells this host of: of its own ports, and what the snat namespace here serves. l3_dvr_db.py */
export function servedFloatingIps(view: HostView, router: RouterView): FloatingIpView[] {
  const here = view.settings.name;
  const central = view.settings.l3Mode === "dvr_snat" && router.gatewayHost === here;
  return router.floatingIps.filter((one) => (one.snatBound ? central : one.host === here));
}

function externalGateway(view: HostView, router: RouterView): ExternalGateway | undefined {
  const { gateway, enableSnat } = router;
  if (!gateway) return undefined;
  return {
    device: deviceName("qg-", gateway.id),
    address: gateway.fixedIps.find(({ address }) => familyOf(address) === 4)?.address,
    scope: scopesOf(view, gateway)[4],
    enableSnat,
  };
}

function devicesOf(view: HostView, prefix: "qr-" | "sg-", ports: readonly PortView[]): ScopedDevice[] {
  return ports.map((port) => scopedDevice(view, deviceName(prefix, port.id), port));
}

function addScopesOfFloating(
  firewall: Firewall,
  marks: ScopeMarks,
  view: HostView,
  router: RouterView,
  floating: readonly FloatingIpView[],
  devices: readonly ScopedDevice[],
  from?: string,
): void {
  const outside = scopesOf(view, router.gateway)[4];
  const all = floating.map((one) => ({ floating: one, fixedScope: scopeBehind(view, router, one.fixedAddress) }));
  const external = devices
    .filter((one) => one.families.includes(4) && one.scopes[4] === outside)
    .map(({ name }) => name);
  addFloatingScopes(firewall, marks, all, outside, external, from);
}
