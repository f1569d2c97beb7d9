/** Hypervisors, services and zones. Source: nova/api/openstack/compute/{hypervisors,services,availability_zone}.py. */
import { z } from "zod";
import { type HostUse, requireAdmin } from "../../compute/catalog.ts";
import type { Compute } from "../../compute/compute.ts";
import { ComputeError } from "../../compute/errors.ts";
import { isoSecond } from "../../compute/first-start.ts";
import { ZONE } from "../../compute/scheduler.ts";
import type { Route } from "../router.ts";
import { get, ok } from "./answers.ts";
import { body } from "./body.ts";
import type { Handler } from "./handler.ts";
import { hostView, hypervisorView } from "./views.ts";

const serviceBody = z.object({ host: z.string(), binary: z.string(), disabled_reason: z.string().max(255).optional() });

const hostBody = z.object({
  status: z.enum(["enable", "disable"]).optional(),
  maintenance_mode: z.enum(["enable", "disable"]).optional(),
});

export function hostRoutes(compute: Compute): Route<Handler>[] {
  const { hosts } = compute;
  const hypervisor = async (id: string): Promise<HostUse> => {
    const found = (await hosts.list()).find(({ host }) => String(host.number) === id || host.id === id);
    if (!found) throw new ComputeError("not-found", `Hypervisor with ID '${id}' could not be found.`);
    return found;
  };
  return [
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
      return ok({ hypervisor: hypervisorView(await hypervisor(p.id ?? "")) });
    }),
    get("os-hypervisors/:id/uptime", async (context, _request, p) => {
      requireAdmin(context, "os_compute_api:os-hypervisors:uptime");
      await hypervisor(p.id ?? "");
      throw new ComputeError("not-implemented", "Virt driver does not implement uptime function.");
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

    {
      method: "DELETE",
      path: "os-services/:id",
      async run(context, _request, p) {
        requireAdmin(context, "os_compute_api:os-services:delete");
        const known = (await hosts.list()).some(({ host }) => host.id === p.id || String(host.number) === p.id);
        if (!known) throw new ComputeError("not-found", `Service ${p.id} not found.`);
        throw new ComputeError("not-implemented", "The compute services of simulated hosts cannot be deleted.");
      },
    },
    get("os-agents", async () => {
      throw new ComputeError("gone", "This resource is no longer available. No forwarding address is given.");
    }),

    get("os-hosts", async (context, { query }) => {
      requireAdmin(context, "os_compute_api:os-hosts:list");
      const control = ["conductor", "scheduler"].map((service) => ({
        host_name: "controller",
        service,
        zone: "internal",
      }));
      const computes = (await hosts.list()).map(({ host }) => ({
        host_name: host.host,
        service: "compute",
        zone: ZONE,
      }));
      const zone = query.get("zone");
      return ok({ hosts: [...control, ...computes].filter((one) => !zone || one.zone === zone) });
    }),
    get("os-hosts/:host", async (context, _request, p) => {
      requireAdmin(context, "os_compute_api:os-hosts:show");
      const use = (await hosts.list()).find(({ host }) => host.host === p.host);
      if (!use) throw new ComputeError("not-found", `Compute host ${p.host} could not be found.`);
      return ok({ host: hostView(use).map((resource) => ({ resource })) });
    }),
    {
      method: "PUT",
      path: "os-hosts/:host",
      async run(context, request, p) {
        const { status } = await body(request, hostBody);
        if (status === undefined)
          throw new ComputeError("not-implemented", "The maintenance mode of simulated hosts cannot be set.");
        const one = await hosts.setEnabled(context, p.host ?? "", status === "enable", null);
        return ok({ host: one.host, status: one.enabled ? "enabled" : "disabled" });
      },
    },

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
  ];
}
