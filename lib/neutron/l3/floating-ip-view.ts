/** Floating IPs as JSON with all attributes. Source: neutron/db/{l3_db,l3_fip_port_details}.py. */
import type { Json } from "../attribute.ts";
import { type Port, ports } from "../core/model.ts";
import type { Call } from "../resource.ts";
import { type FloatingIp, type PortForwarding, portForwardings } from "./model.ts";

export async function floatingIpViews(call: Call, rows: readonly FloatingIp[]): Promise<Json[]> {
  const portIds = rows.flatMap((row) => row.port_id ?? []);
  const served = new Map((await ports.list(call.reader, { ids: portIds })).map((port) => [port.id, port]));
  const ids = rows.map((row) => row.id);
  const forwarded = await portForwardings.list(call.reader, { keys: { floatingip_id: ids } });
  const forwardedBy = Map.groupBy(forwarded, (one) => one.floatingip_id);
  return rows.map((row) => {
    const port = row.port_id === null ? undefined : served.get(row.port_id);
    return {
      ...row,
      tenant_id: row.project_id,
      port_details: port ? portDetails(port) : null,
      port_forwardings: (forwardedBy.get(row.id) ?? []).map(forwardingDetails),
    };
  });
}

function portDetails({ name, network_id, mac_address, admin_state_up, status, device_id, device_owner }: Port): Json {
  return { name, network_id, mac_address, admin_state_up, status, device_id, device_owner };
}

/** Ports stand in it only where they are single ones. neutron/services/portforwarding/pf_plugin.py _extend_floatingip_dict */
function forwardingDetails({ id, internal_ip_address, protocol, internal_port_id, ...one }: PortForwarding): Json {
  return {
    id,
    internal_ip_address,
    protocol,
    internal_port_id,
    ...(one.internal.start === one.internal.end && { internal_port: one.internal.start }),
    ...(one.external.start === one.external.end && { external_port: one.external.start }),
  };
}
