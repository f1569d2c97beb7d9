/** A port that says that it is a router's is that of a router of its project. Source: db_base_plugin_v2.py _enforce_device_owner_not_router_intf_or_device_id. */
import { conflict } from "../errors.ts";
import { INTERFACE_OWNERS, routers } from "../l3/model.ts";
import type { Change } from "../resource.ts";

export async function checkDeviceOwner(
  change: Change,
  owner: string,
  deviceId: string,
  projectId: string,
): Promise<void> {
  if (change.context.isAdmin || deviceId === "" || !INTERFACE_OWNERS.includes(owner)) return;
  const router = await routers.get(change.reader, deviceId);
  if (!router || router.project_id === projectId) return;
  throw conflict(
    "DeviceIDNotOwnedByTenant",
    `The following device_id ${deviceId} is not owned by your tenant or matches another tenants router.`,
  );
}
