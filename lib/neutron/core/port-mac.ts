/** MAC addresses of ports. Source: neutron/db/db_base_plugin_v2.py _generate_macs, _check_mac_addr_update; plugin.py _check_mac_update_allowed. */
import { conflict } from "../errors.ts";
import type { Call } from "../resource.ts";
import { type Port, ports } from "./model.ts";
import { isPlugged } from "./port-binding.ts";

/** Drawn anew while another port of the network has it: 2²⁴ are there. */
const DRAWS = 16;

/** The first bytes of base_mac (a fourth one when it is not zero), and drawn ones. */
export async function newMac(
  call: Call,
  networkId: string,
  base = call.neutron.config.DEFAULT.base_mac,
): Promise<string> {
  const bytes = base.toLowerCase().split(":");
  const fixed = bytes[3] === "00" ? 3 : 4;
  for (let i = 0; i < DRAWS; i++) {
    const drawn = Array.from({ length: 6 - fixed }, () => call.neutron.random(256).toString(16).padStart(2, "0"));
    const mac = [...bytes.slice(0, fixed), ...drawn].join(":");
    if (await isFree(call, networkId, mac)) return mac;
  }
  throw conflict("MacAddressGenerationFailure", `Unable to generate unique mac on network ${networkId}.`);
}

export async function checkMacFree(call: Call, networkId: string, mac: string): Promise<void> {
  if (await isFree(call, networkId, mac)) return;
  const message = `Unable to complete operation for network ${networkId}. The mac address ${mac} is in use.`;
  throw conflict("MacAddressInUse", message);
}

async function isFree(call: Call, networkId: string, mac: string): Promise<boolean> {
  return (await ports.holder(call.reader, "mac", `${networkId}/${mac}`)) === undefined;
}

/** What may not have another MAC: a port that is plugged in, and those of the cloud itself. */
export function checkMacChange(port: Port, mac: string, deviceOwner: string): void {
  const { vif_type } = port.binding;
  if (isPlugged(port.binding))
    throw conflict(
      "PortBound",
      `Unable to complete operation on port ${port.id}, port is already bound, port type: ${vif_type}, old_mac ${port.mac_address}, new_mac ${mac}.`,
    );
  if (deviceOwner.startsWith("network:"))
    throw conflict(
      "UnsupportedPortDeviceOwner",
      `Operation mac address update is not supported for device_owner ${deviceOwner} on port ${port.id}.`,
    );
}
