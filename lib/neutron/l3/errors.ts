/** What the L3 services refuse, in Neutron's words. Source: neutron_lib/exceptions/{l3,extraroute}.py. */
import { conflict, NeutronError } from "../errors.ts";

export const routerNotFound = (id: string) =>
  new NeutronError("not-found", "RouterNotFound", `Router ${id} could not be found`);

export const floatingIpNotFound = (id: string) =>
  new NeutronError("not-found", "FloatingIPNotFound", `Floating IP ${id} could not be found`);

/** @param reason e.g. `has ports still attached: ID` */
export const routerInUse = (id: string, reason: string) => conflict("RouterInUse", `Router ${id} ${reason}`);

export const interfaceNotFound = (router: string, port: string) =>
  new NeutronError(
    "not-found",
    "RouterInterfaceNotFound",
    `Router ${router} does not have an interface with id ${port}`,
  );

export const interfaceNotFoundForSubnet = (router: string, subnet: string) =>
  new NeutronError(
    "not-found",
    "RouterInterfaceNotFoundForSubnet",
    `Router ${router} has no interface on subnet ${subnet}`,
  );

export const interfaceInUseByFloatingIp = (router: string, subnet: string) =>
  conflict(
    "RouterInterfaceInUseByFloatingIP",
    `Router interface for subnet ${subnet} on router ${router} cannot be deleted, as it is required by one or more floating IPs.`,
  );

export const interfaceInUseByRoute = (router: string, subnet: string) =>
  conflict(
    "RouterInterfaceInUseByRoute",
    `Router interface for subnet ${subnet} on router ${router} cannot be deleted, as it is required by one or more routes.`,
  );

export const gatewayInUseByFloatingIp = (router: string, network: string) =>
  conflict(
    "RouterExternalGatewayInUseByFloatingIp",
    `Gateway cannot be updated for router ${router}, since a gateway to external network ${network} is required by one or more floating IPs.`,
  );

export const gatewayForFloatingIpNotFound = (network: string, subnet: string, port: string) =>
  new NeutronError(
    "not-found",
    "ExternalGatewayForFloatingIPNotFound",
    `External network ${network} is not reachable from subnet ${subnet}.  Therefore, cannot associate Port ${port} with a Floating IP.`,
  );

export function portAlreadyAssociated(of: {
  address: string;
  id: string;
  port: string;
  fixed: string;
  network: string;
}): NeutronError {
  return conflict(
    "FloatingIPPortAlreadyAssociated",
    `Cannot associate floating IP ${of.address} (${of.id}) with port ${of.port} using fixed IP ${of.fixed}, as that fixed IP already has a floating IP on external network ${of.network}.`,
  );
}

export const portInUse = (port: string, network: string, device: string) =>
  conflict(
    "PortInUse",
    `Unable to complete operation on port ${port} for network ${network}. Port already has an attached device ${device}.`,
  );

export const servicePortInUse = (port: string, owner: string) =>
  conflict("ServicePortInUse", `Port ${port} cannot be deleted directly via the port API: has device owner ${owner}.`);
