/** Which hosts may take a server, the emptiest first. Source: nova/scheduler/filters (availability zone, compute, ram). */
import type { Context } from "../identity/context.ts";
import { type Hosts, requireAdmin } from "./catalog.ts";
import { ComputeError } from "./errors.ts";
import type { Flavor } from "./model.ts";
import type { Networks } from "./networks.ts";

export const ZONE = "nova";
/** nova.conf ram_allocation_ratio. */
const RAM_RATIO = 1.5;

/** Where a server shall run, as far as its request says. Either of the hosts is for administrators to name. */
export interface Place {
  /** `nova`, or with a host that no filter is asked about: `nova:compute1` */
  readonly zone?: string | undefined;
  /** The filters are asked, and may refuse it. */
  readonly host?: string | undefined;
  /** Of the hypervisor. Here each host is its own. */
  readonly hypervisor?: string | undefined;
}

export async function hostsFor(
  hosts: Hosts,
  networks: Networks,
  flavor: Flavor,
  { zone = ZONE, host, hypervisor }: Place,
  context: Context,
): Promise<string[]> {
  const [name, forced] = zone.split(":");
  if (name !== ZONE) throw new ComputeError("bad-request", "The requested availability zone is not available");
  const all = await hosts.list();
  const requireHost = (wanted: string) => {
    if (!all.some((one) => one.host.host === wanted))
      throw new ComputeError("bad-request", `Compute host ${wanted} could not be found.`);
  };
  if (forced) {
    requireAdmin(context, "os_compute_api:servers:create:forced_host");
    requireHost(forced);
  }
  const wanted = host ?? hypervisor;
  if (wanted !== undefined) {
    requireAdmin(context, "compute:servers:create:requested_destination");
    if (forced)
      throw new ComputeError(
        "bad-request",
        "One mechanism with host and/or hypervisor_hostname and another mechanism with zone:host:node are mutually exclusive.",
      );
    requireHost(wanted);
    if (hypervisor !== undefined && hypervisor !== wanted)
      throw new ComputeError("bad-request", `Compute host ${wanted} could not be found.`);
  }
  if (forced) return [forced];
  const fit = [];
  for (const one of all) {
    if (wanted !== undefined && one.host.host !== wanted) continue;
    const room = one.ram + flavor.ram <= one.host.memory_mb * RAM_RATIO;
    if (one.host.enabled && room && (await networks.bound(one.host.host))) fit.push(one);
  }
  return fit.sort((a, b) => a.servers - b.servers || a.host.number - b.host.number).map((one) => one.host.host);
}
