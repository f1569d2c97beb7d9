import type { Compute } from "../../compute/compute.ts";
import type { Route } from "../router.ts";
import { get, nothing, ok } from "./answers.ts";
import type { Handler } from "./handler.ts";

/** What devstack's Nova allows. */
const QUOTA = {
  cores: 20,
  fixed_ips: -1,
  floating_ips: -1,
  injected_file_content_bytes: 10_240,
  injected_file_path_bytes: 255,
  injected_files: 5,
  instances: 10,
  key_pairs: 100,
  metadata_items: 128,
  ram: 51_200,
  security_group_rules: -1,
  security_groups: -1,
  server_group_members: 10,
  server_groups: 10,
};

export function limitRoutes(compute: Compute): Route<Handler>[] {
  const { flavors } = compute;
  return [
    get("limits", async (context) => {
      const mine = await compute.servers.list(context, false);
      const sizes = new Map((await flavors.all()).map((one) => [one.id, one]));
      const used = (of: "vcpus" | "ram") =>
        mine.reduce((total, one) => total + (sizes.get(one.flavor_id)?.[of] ?? 0), 0);
      const absolute = {
        maxServerMeta: 128,
        maxTotalInstances: QUOTA.instances,
        maxTotalCores: QUOTA.cores,
        maxTotalRAMSize: QUOTA.ram,
        maxTotalKeypairs: QUOTA.key_pairs,
        maxServerGroups: 10,
        maxServerGroupMembers: 10,
        totalInstancesUsed: mine.length,
        totalCoresUsed: used("vcpus"),
        totalRAMUsed: used("ram"),
        totalServerGroupsUsed: 0,
      };
      return ok({ limits: { rate: [], absolute } });
    }),
    get("os-quota-sets/:project", async (_context, _request, p) => ok({ quota_set: { id: p.project, ...QUOTA } })),
    get("os-quota-sets/:project/defaults", async (_context, _request, p) =>
      ok({ quota_set: { id: p.project, ...QUOTA } }),
    ),
    get("os-quota-sets/:project/detail", async (_context, _request, p) => {
      const detail = Object.entries(QUOTA).map(([key, limit]) => [key, { limit, in_use: 0, reserved: 0 }]);
      return ok({ quota_set: { id: p.project, ...Object.fromEntries(detail) } });
    }),
    nothing("extensions", "extensions"),
    nothing("os-migrations", "migrations"),
  ];
}
