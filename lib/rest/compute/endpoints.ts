/** Flavours, key pairs, hypervisors, services, zones, limits. Source: nova/api/openstack/compute. */
import { z } from "zod";
import { requireAdmin } from "../../compute/catalog.ts";
import type { Compute } from "../../compute/compute.ts";
import { ComputeError } from "../../compute/errors.ts";
import { isoSecond } from "../../compute/first-start.ts";
import { ZONE } from "../../compute/scheduler.ts";
import type { RestReply } from "../http.ts";
import type { Route } from "../router.ts";
import { body } from "./body.ts";
import type { Handler } from "./handler.ts";
import { flavorView, hypervisorView, keypairView, links } from "./views.ts";

const size = z.coerce.number().int().min(0);
const flavorBody = z.object({
  flavor: z.looseObject({
    name: z.string().trim().min(1, "'' is too short").max(255),
    id: z.union([z.string().min(1), z.number().transform(String)]).nullish(),
    ram: size.min(1),
    vcpus: size.min(1),
    disk: size,
    "OS-FLV-EXT-DATA:ephemeral": size.optional(),
    swap: size.optional(),
    "os-flavor-access:is_public": z.boolean().optional(),
  }),
});
const specsBody = z.object({ extra_specs: z.record(z.string().max(255), z.string().max(255)) });
const keypairBody = z.object({
  keypair: z.looseObject({
    name: z
      .string()
      .min(1, "'' is too short")
      .max(255)
      .regex(/^[\w .@-]+$/, "is not a name for a key pair"),
    public_key: z.string().optional(),
  }),
});
const serviceBody = z.object({ host: z.string(), binary: z.string(), disabled_reason: z.string().max(255).optional() });

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

export function endpoints(compute: Compute): Route<Handler>[] {
  const { flavors, keypairs, hosts } = compute;
  const ok = (answer: unknown, status = 200): RestReply => ({ status, body: answer });
  const get = (path: string, run: Handler): Route<Handler> => ({ method: "GET", path, run });
  const nothing = (path: string, key: string) => get(path, async () => ok({ [key]: [] }));

  return [
    get("flavors", async (context, { origin }) =>
      ok({
        flavors: (await flavors.list(context)).map(({ id, name }) => ({
          id,
          name,
          links: links(origin, "flavors", id),
        })),
      }),
    ),
    get("flavors/detail", async (context, { origin }) =>
      ok({ flavors: (await flavors.list(context)).map((one) => flavorView(one, origin)) }),
    ),
    {
      method: "POST",
      path: "flavors",
      async run(context, request) {
        const { flavor: given } = await body(request, flavorBody);
        const id = given.id === "auto" || given.id === null ? undefined : given.id;
        const { name, ram, vcpus, disk } = given;
        const flavor = await flavors.create(context, {
          id,
          name,
          ram,
          vcpus,
          disk,
          ephemeral: given["OS-FLV-EXT-DATA:ephemeral"] ?? 0,
          swap: given.swap ?? 0,
          is_public: given["os-flavor-access:is_public"] ?? true,
          description: null,
        });
        return ok({ flavor: flavorView(flavor, request.origin) });
      },
    },
    get("flavors/:id", async (context, { origin }, p) =>
      ok({ flavor: flavorView(await flavors.show(context, p.id ?? ""), origin) }),
    ),
    {
      method: "DELETE",
      path: "flavors/:id",
      async run(context, _request, p) {
        await flavors.remove(context, p.id ?? "");
        return { status: 202 };
      },
    },
    get("flavors/:id/os-extra_specs", async (context, _request, p) =>
      ok({ extra_specs: (await flavors.show(context, p.id ?? "")).extra_specs }),
    ),
    {
      method: "POST",
      path: "flavors/:id/os-extra_specs",
      async run(context, request, p) {
        const { extra_specs } = await body(request, specsBody);
        await flavors.setSpecs(context, p.id ?? "", (old) => ({ ...old, ...extra_specs }));
        return ok({ extra_specs });
      },
    },
    {
      method: "DELETE",
      path: "flavors/:id/os-extra_specs/:key",
      async run(context, _request, p) {
        await flavors.setSpecs(context, p.id ?? "", (old) =>
          Object.fromEntries(Object.entries(old).filter(([key]) => key !== p.key)),
        );
        return { status: 200 };
      },
    },
    get("flavors/:id/os-flavor-access", async (context, _request, p) => {
      await flavors.show(context, p.id ?? "");
      return ok({ flavor_access: [] });
    }),

    get("os-keypairs", async (context) =>
      ok({ keypairs: (await keypairs.list(context)).map((pair) => ({ keypair: keypairView(pair) })) }),
    ),
    {
      method: "POST",
      path: "os-keypairs",
      async run(context, request) {
        const { keypair } = await body(request, keypairBody);
        const { pair, privateKey } = await keypairs.create(context, keypair.name, keypair.public_key);
        const shown = {
          ...keypairView(pair),
          user_id: pair.user_id,
          ...(privateKey === undefined ? {} : { private_key: privateKey }),
        };
        return ok({ keypair: shown });
      },
    },
    get("os-keypairs/:name", async (context, _request, p) => {
      const pair = await keypairs.show(context, p.name ?? "");
      return ok({
        keypair: {
          ...keypairView(pair),
          user_id: pair.user_id,
          id: 1,
          created_at: pair.created_at,
          deleted: false,
          deleted_at: null,
          updated_at: null,
        },
      });
    }),
    {
      method: "DELETE",
      path: "os-keypairs/:name",
      async run(context, _request, p) {
        await keypairs.remove(context, p.name ?? "");
        return { status: 202 };
      },
    },

    get("os-hypervisors", async (context) => {
      requireAdmin(context, "os_compute_api:os-hypervisors:list");
      const short = (await hosts.list()).map(({ host }) => ({
        id: host.number,
        hypervisor_hostname: host.host,
        state: "up",
        status: host.enabled ? "enabled" : "disabled",
      }));
      return ok({ hypervisors: short });
    }),
    get("os-hypervisors/detail", async (context) => {
      requireAdmin(context, "os_compute_api:os-hypervisors:list-detail");
      return ok({ hypervisors: (await hosts.list()).map(hypervisorView) });
    }),
    get("os-hypervisors/statistics", async (context) => {
      requireAdmin(context, "os_compute_api:os-hypervisors:statistics");
      const all = (await hosts.list()).map(hypervisorView);
      const sum = (
        key:
          | "vcpus"
          | "memory_mb"
          | "local_gb"
          | "vcpus_used"
          | "memory_mb_used"
          | "local_gb_used"
          | "free_ram_mb"
          | "free_disk_gb"
          | "current_workload"
          | "running_vms"
          | "disk_available_least",
      ) => [key, all.reduce((total, one) => total + one[key], 0)] as const;
      const keys = [
        "vcpus",
        "memory_mb",
        "local_gb",
        "vcpus_used",
        "memory_mb_used",
        "local_gb_used",
        "free_ram_mb",
        "free_disk_gb",
        "current_workload",
        "running_vms",
        "disk_available_least",
      ] as const;
      return ok({ hypervisor_statistics: { count: all.length, ...Object.fromEntries(keys.map(sum)) } });
    }),
    get("os-hypervisors/:id", async (context, _request, p) => {
      requireAdmin(context, "os_compute_api:os-hypervisors:show");
      const found = (await hosts.list()).find(({ host }) => String(host.number) === p.id || host.id === p.id);
      if (!found) throw new ComputeError("not-found", `Hypervisor with ID '${p.id}' could not be found.`);
      return ok({ hypervisor: { ...hypervisorView(found), uptime: "" } });
    }),

    get("os-services", async (context, { query }) => {
      requireAdmin(context, "os_compute_api:os-services:list");
      const at = `${isoSecond(Date.now()).slice(0, -1)}.000000`;
      const base = { status: "enabled", state: "up", updated_at: at, disabled_reason: null };
      const control = [
        { binary: "nova-scheduler", host: "controller", id: 1, zone: "internal", ...base },
        { binary: "nova-conductor", host: "controller", id: 3, zone: "internal", ...base },
      ];
      const computes = (await hosts.list()).map(({ host }) => ({
        binary: "nova-compute",
        host: host.host,
        id: host.number,
        zone: ZONE,
        ...base,
        status: host.enabled ? "enabled" : "disabled",
        disabled_reason: host.disabled_reason,
      }));
      const wanted = (key: "binary" | "host") => (one: { binary: string; host: string }) =>
        !query.get(key) || one[key] === query.get(key);
      return ok({ services: [...control, ...computes].filter(wanted("binary")).filter(wanted("host")) });
    }),
    ...(["enable", "disable", "disable-log-reason"] as const).map(
      (what): Route<Handler> => ({
        method: "PUT",
        path: `os-services/${what}`,
        async run(context, request) {
          const { host, binary, disabled_reason } = await body(request, serviceBody);
          const one = await hosts.setEnabled(context, host, what === "enable", disabled_reason ?? null);
          const status = one.enabled ? "enabled" : "disabled";
          return ok({
            service: { host, binary, status, ...(disabled_reason === undefined ? {} : { disabled_reason }) },
          });
        },
      }),
    ),

    get("os-availability-zone", async () =>
      ok({ availabilityZoneInfo: [{ zoneName: ZONE, zoneState: { available: true }, hosts: null }] }),
    ),
    get("os-availability-zone/detail", async (context) => {
      requireAdmin(context, "os_compute_api:os-availability-zone:detail");
      const at = `${isoSecond(Date.now()).slice(0, -1)}.000000`;
      const up = { active: true, available: true, updated_at: at };
      const computes = (await hosts.list()).map(({ host }) => [host.host, { "nova-compute": up }]);
      return ok({
        availabilityZoneInfo: [
          {
            zoneName: "internal",
            zoneState: { available: true },
            hosts: { controller: { "nova-conductor": up, "nova-scheduler": up } },
          },
          { zoneName: ZONE, zoneState: { available: true }, hosts: Object.fromEntries(computes) },
        ],
      });
    }),
    get("limits", async (context) => {
      const mine = await compute.servers.list(context, false);
      const sizes = new Map((await flavors.list({ ...context, isAdmin: true })).map((one) => [one.id, one]));
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
    nothing("os-aggregates", "aggregates"),
    nothing("os-server-groups", "server_groups"),
    nothing("os-migrations", "migrations"),
  ];
}
