import type { NeutronPort } from "../api/neutron.ts";

/** `compute:<zone>`, or what bare-metal and containers write; Neutron's own services write `network:…` or `neutron:…`. */
export function isGuestPort(port: Pick<NeutronPort, "device_owner">): boolean {
  return port.device_owner.startsWith("compute:") || port.device_owner.startsWith("baremetal:");
}

/** Every owner of a router's internal interface: central, DVR and HA. neutron_lib/constants.py ROUTER_INTERFACE_OWNERS. */
export function isRouterInterface(port: Pick<NeutronPort, "device_owner">): boolean {
  return (
    port.device_owner === "network:router_interface" ||
    port.device_owner === "network:router_interface_distributed" ||
    port.device_owner === "network:ha_router_replicated_interface"
  );
}
