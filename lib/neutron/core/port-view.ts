/** Ports as the API shows them. Source: neutron/db/db_base_plugin_common.py _make_port_dict, neutron/plugins/ml2/plugin.py. */
import type { Json } from "../attribute.ts";
import type { Call } from "../resource.ts";
import { trunkDetails } from "../trunk/port-view.ts";
import type { Port } from "./model.ts";

/** Ports at once: what is needed of other objects is read once for all. */
export async function portViews(call: Call, rows: readonly Port[]): Promise<Json[]> {
  const extend = await call.neutron.extensionDrivers.extendPorts(call, rows);
  const trunk = await trunkDetails(call, rows);
  return rows.map((port) => {
    const view = ownView(port);
    extend(view, port);
    return Object.assign(view, trunk(port));
  });
}

function ownView(port: Port): Record<string, unknown> {
  const { binding } = port;
  return {
    id: port.id,
    name: port.name,
    network_id: port.network_id,
    tenant_id: port.project_id,
    project_id: port.project_id,
    mac_address: port.mac_address,
    admin_state_up: port.admin_state_up,
    status: port.status,
    device_id: port.device_id,
    device_owner: port.device_owner,
    fixed_ips: port.fixed_ips,
    allowed_address_pairs: port.allowed_address_pairs,
    extra_dhcp_opts: port.extra_dhcp_opts,
    security_groups: port.security_groups,
    description: port.description,
    "binding:vnic_type": binding.vnic_type,
    "binding:profile": binding.profile,
    "binding:host_id": binding.host,
    "binding:vif_type": binding.vif_type,
    "binding:vif_details": binding.vif_details,
    resource_request: null,
    tags: port.tags,
    created_at: port.created_at,
    updated_at: port.updated_at,
    revision_number: port.revision_number,
  };
}
