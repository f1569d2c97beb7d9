/** Hypervisors, services and zones. Source: nova/api/openstack/compute/{hypervisors,services,availability_zone}.py. */
import { z } from "zod";
import { requireAdmin } from "../../compute/catalog.ts";
import type { Compute } from "../../compute/compute.ts";
import { ComputeError } from "../../compute/errors.ts";
import { isoSecond } from "../../compute/first-start.ts";
import { ZONE } from "../../compute/scheduler.ts";
import type { Route } from "../router.ts";
import { get, ok } from "./answers.ts";
import { body } from "./body.ts";
import type { Handler } from "./handler.ts";
import { hypervisorView } from "./views.ts";

const serviceBody = z.object({ host: z.string(), binary: z.string(), disabled_reason: z.string().max(255).optional() });

export function hostRoutes(compute: Compute): Route<Handler>[] {
  const { hosts } = compute;
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
  ];
}
