/** Networks as the API shows them. Source: neutron/db/db_base_plugin_common.py _make_network_dict, neutron/plugins/ml2/managers.py. */
import { zonesOfNetworks } from "../agent/zones.ts";
import type { Json } from "../attribute.ts";
import { sharedIds } from "../rbac/shared.ts";
import type { Call } from "../resource.ts";
import type { Network } from "./model.ts";
import { networkScopes } from "./network-scopes.ts";

/** Networks at once: what is needed of other objects is read once for all. */
export async function networkViews(call: Call, rows: readonly Network[]): Promise<Json[]> {
  const shared = await sharedIds(call, "network");
  const scopes = await networkScopes(call, rows);
  const zones = await zonesOfNetworks(
    call,
    rows.map((row) => row.id),
  );
  return rows.map((row) => {
    const view: Record<string, unknown> = {
      id: row.id,
      name: row.name,
      tenant_id: row.project_id,
      project_id: row.project_id,
      admin_state_up: row.admin_state_up,
      status: row.status,
      mtu: row.mtu,
      shared: shared.has(row.id),
      subnets: row.subnets,
      "router:external": row.external,
      availability_zone_hints: row.availability_zone_hints,
      availability_zones: zones.get(row.id) ?? [],
      ...scopes(row.id),
      description: row.description,
      tags: row.tags,
      created_at: row.created_at,
      updated_at: row.updated_at,
      revision_number: row.revision_number,
    };
    if (row.external) view.is_default = row.is_default;
    Object.assign(view, providerView(row));
    call.neutron.extensionDrivers.extendNetwork(view, row);
    return view;
  });
}

/** One segment stands in the network itself, several in a list. */
function providerView({ segments }: Network): Json {
  const views = segments.map((segment) => ({
    "provider:network_type": segment.network_type,
    "provider:physical_network": segment.physical_network,
    "provider:segmentation_id": segment.segmentation_id,
  }));
  const [one] = views;
  return views.length === 1 && one ? one : { segments: views };
}
