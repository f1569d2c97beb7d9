/** What projects may have of servers, and have: shown, and not enforced. Source: nova/api/openstack/compute/{limits,quota_sets}.py. */
import { requireAdmin } from "../../compute/catalog.ts";
import type { Compute } from "../../compute/compute.ts";
import type { Context } from "../../identity/context.ts";
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

export function limitRoutes({ servers, flavors }: Compute): Route<Handler>[] {
  const used = async (context: Context, project: string | undefined) => {
    const all = await servers.list(context, project !== context.projectId);
    const sizes = new Map((await flavors.all()).map((one) => [one.id, one]));
    const own = all.filter((one) => one.project_id === project).map((one) => sizes.get(one.flavor_id));
    const sum = (of: "vcpus" | "ram") => own.reduce((total, flavor) => total + (flavor?.[of] ?? 0), 0);
    return { instances: own.length, cores: sum("vcpus"), ram: sum("ram") };
  };
  return [
    get("limits", async (context, { query }) => {
      const project = query.get("tenant_id") ?? context.projectId ?? undefined;
      if (project !== context.projectId) requireAdmin(context, "os_compute_api:limits:other_project");
      const { instances, cores, ram } = await used(context, project);
      const absolute = {
        maxServerMeta: 128,
        maxTotalInstances: QUOTA.instances,
        maxTotalCores: QUOTA.cores,
        maxTotalRAMSize: QUOTA.ram,
        maxTotalKeypairs: QUOTA.key_pairs,
        maxServerGroups: 10,
        maxServerGroupMembers: 10,
        totalInstancesUsed: instances,
        totalCoresUsed: cores,
        totalRAMUsed: ram,
        totalServerGroupsUsed: 0,
      };
      return ok({ limits: { rate: [], absolute } });
    }),
    get("os-quota-sets/:project", async (context, _request, p) => {
      if (p.project !== context.projectId) requireAdmin(context, "os_compute_api:os-quota-sets:show");
      return ok({ quota_set: { id: p.project, ...QUOTA } });
    }),
    get("os-quota-sets/:project/defaults", async (_context, _request, p) =>
      ok({ quota_set: { id: p.project, ...QUOTA } }),
    ),
    get("os-quota-sets/:project/detail", async (context, _request, p) => {
      if (p.project !== context.projectId) requireAdmin(context, "os_compute_api:os-quota-sets:detail");
      const use: Readonly<Record<string, number>> = await used(context, p.project);
      const detail = Object.entries(QUOTA).map(([key, limit]) => [key, { limit, in_use: use[key] ?? 0, reserved: 0 }]);
      return ok({ quota_set: { id: p.project, ...Object.fromEntries(detail) } });
    }),
    nothing("extensions", "extensions"),
    nothing("os-migrations", "migrations"),
  ];
}
