/** What projects' servers used. Those that are gone are forgotten here. Source: nova/api/openstack/compute/simple_tenant_usage.py. */
import { requireAdmin } from "../../compute/catalog.ts";
import type { Compute } from "../../compute/compute.ts";
import { ComputeError } from "../../compute/errors.ts";
import type { Flavor, Server } from "../../compute/model.ts";
import { vmState } from "../../compute/servers.ts";
import type { RestRequest } from "../http.ts";
import type { Route } from "../router.ts";
import { get, ok } from "./answers.ts";
import type { Handler } from "./handler.ts";

interface Period {
  readonly start: number;
  readonly stop: number;
}

export function usageRoutes({ servers, flavors }: Compute): Route<Handler>[] {
  const sizes = async () => new Map((await flavors.all()).map((one) => [one.id, one]));
  return [
    get("os-simple-tenant-usage", async (context, request) => {
      requireAdmin(context, "os_compute_api:os-simple-tenant-usage:list");
      const all = await servers.list(context, true);
      const projects = Map.groupBy(all, (one) => one.project_id);
      const [of, period, detailed] = [await sizes(), periodOf(request), request.query.get("detailed") === "1"];
      return ok({ tenant_usages: [...projects].map(([id, own]) => usage(id, own, of, period, detailed)) });
    }),
    get("os-simple-tenant-usage/:project", async (context, request, p) => {
      const project = p.project ?? "";
      if (project !== context.projectId) requireAdmin(context, "os_compute_api:os-simple-tenant-usage:show");
      const all = await servers.list(context, project !== context.projectId);
      const own = all.filter((one) => one.project_id === project);
      return ok({ tenant_usage: own.length === 0 ? {} : usage(project, own, await sizes(), periodOf(request), true) });
    }),
  ];
}

function usage(
  project: string,
  servers: readonly Server[],
  sizes: ReadonlyMap<string, Flavor>,
  { start, stop }: Period,
  detailed: boolean,
) {
  const each = servers.map((one) => {
    const flavor = sizes.get(one.flavor_id);
    const since = Date.parse(one.launched_at ?? one.created_at);
    return {
      instance_id: one.id,
      name: one.name,
      hours: Math.max(0, stop - Math.max(start, since)) / 3_600_000,
      tenant_id: project,
      flavor: flavor?.name ?? "",
      vcpus: flavor?.vcpus ?? 0,
      memory_mb: flavor?.ram ?? 0,
      local_gb: (flavor?.disk ?? 0) + (flavor?.ephemeral ?? 0),
      started_at: moment(since),
      ended_at: null,
      uptime: Math.max(0, Math.floor((stop - since) / 1000)),
      state: vmState(one.status),
    };
  });
  const total = (of: (one: (typeof each)[number]) => number) => each.reduce((sum, one) => sum + of(one) * one.hours, 0);
  return {
    tenant_id: project,
    start: moment(start),
    stop: moment(stop),
    total_hours: total(() => 1),
    total_vcpus_usage: total((one) => one.vcpus),
    total_memory_mb_usage: total((one) => one.memory_mb),
    total_local_gb_usage: total((one) => one.local_gb),
    ...(detailed ? { server_usages: each } : {}),
  };
}

/** Four weeks until now, unless the request says otherwise. A period that is still to come ends now. */
function periodOf({ query }: RestRequest): Period {
  const now = Date.now();
  const stop = Math.min(now, timeOf(query.get("end")) ?? now);
  const start = timeOf(query.get("start")) ?? stop - 28 * 86_400_000;
  if (start >= (timeOf(query.get("end")) ?? now))
    throw new ComputeError("bad-request", "Invalid start time. The start time cannot occur after the end time.");
  return { start, stop };
}

/** In UTC; `2026-10-24`, `2026-10-24T00:00:00`, `2026-10-24 00:00:00.0` */
function timeOf(text: string | null): number | undefined {
  if (!text) return undefined;
  const [, day, time = "00:00:00"] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(?:\.\d+)?)?$/.exec(text) ?? [];
  const at = day === undefined ? Number.NaN : Date.parse(`${day}T${time}Z`);
  if (Number.isNaN(at)) throw new ComputeError("bad-request", "Datetime is in invalid format");
  return at;
}

function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}.000000`;
}
