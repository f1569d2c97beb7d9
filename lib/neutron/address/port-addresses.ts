/** Addresses that ports gain and lose with subnets. Source: neutron/db/ipam_pluggable_backend.py add_auto_addrs_on_network_ports. */
import { addressClaim, type Port, ports, type Subnet } from "../core/model.ts";
import { notify } from "../hooks.ts";
import type { Change } from "../resource.ts";
import { save } from "../standard.ts";
import { automaticAddress, candidateSubnets, isAutoAddress, ROUTER_INTERFACE_OWNERS_SNAT } from "./modes.ts";

/** Hosts that are there already make themselves an address of a new prefix. */
export async function giveAutomaticAddresses(change: Change, subnet: Subnet): Promise<void> {
  if (!isAutoAddress(subnet)) return;
  for (const port of await ports.list(change.tx, { keys: { network_id: subnet.network_id } })) {
    if (ROUTER_INTERFACE_OWNERS_SNAT.includes(port.device_owner)) continue;
    if (candidateSubnets([subnet], port.device_owner).length === 0) continue;
    const ip_address = automaticAddress(subnet, port.mac_address);
    if (await ports.holder(change.tx, "address", addressClaim(subnet.id, ip_address))) continue;
    await setAddresses(change, port, [...port.fixed_ips, { subnet_id: subnet.id, ip_address }]);
  }
}

/** A subnet goes: so do its addresses. */
export async function takeAddresses(change: Change, subnet: Subnet): Promise<void> {
  for (const port of await ports.list(change.tx, { keys: { subnet_id: subnet.id } }))
    await setAddresses(
      change,
      port,
      port.fixed_ips.filter((ip) => ip.subnet_id !== subnet.id),
    );
}

async function setAddresses(change: Change, port: Port, fixed_ips: Port["fixed_ips"]): Promise<void> {
  const after = await save(change, ports, port, { fixed_ips });
  await notify(change, "portUpdated", port, after);
}
