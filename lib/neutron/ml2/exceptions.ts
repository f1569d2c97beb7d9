/** What type drivers refuse. Source: neutron_lib/exceptions/__init__.py. */
import { conflict, NeutronError } from "../errors.ts";

export function noNetworkAvailable(): NeutronError {
  const message = "Unable to create the network. No tenant network is available for allocation.";
  return new NeutronError("unavailable", "NoNetworkAvailable", message);
}

export function vlanIdInUse(id: number, physicalNetwork: string): NeutronError {
  const message = `Unable to create the network. The VLAN ${id} on physical network ${physicalNetwork} is in use.`;
  return conflict("VlanIdInUse", message);
}

export function tunnelIdInUse(id: number): NeutronError {
  return conflict("TunnelIdInUse", `Unable to create the network. The tunnel ID ${id} is in use.`);
}

export function flatNetworkInUse(physicalNetwork: string): NeutronError {
  const message = `Unable to create the flat network. Physical network ${physicalNetwork} is in use.`;
  return conflict("FlatNetworkInUse", message);
}
