/** Which hosts may take a server, the emptiest first. Source: nova/scheduler/filters (availability zone, compute, ram). */
import type { Context } from "../identity/context.ts";
import { type Hosts, requireAdmin } from "./catalog.ts";
import { ComputeError } from "./errors.ts";
import type { Flavor } from "./model.ts";
import type { Networks } from "./networks.ts";

export const ZONE = "nova";
/** nova.conf ram_allocation_ratio. */
const RAM_RATIO = 1.5;

/** @param zone `nova`, or with a host (administrators): `nova:compute1` */
export async function hostsFor(
  hosts: Hosts,
  networks: Networks,
  flavor: Flavor,
  zone: string | undefined,
  context: Context,
): Promise<string[]> {
  const [name, forced] = (zone ?? ZONE).split(":");
  if (name !== ZONE) throw new ComputeError("bad-request", "The requested availability zone is not available");
  const all = await hosts.list();
  if (forced) {
    requireAdmin(context, "os_compute_api:servers:create:forced_host");
    if (!all.some((one) => one.host.host === forced))
      throw new ComputeError("bad-request", `Compute host ${forced} could not be found.`);
    return [forced];
  }
  const fit = [];
  for (const one of all) {
    const room = one.ram + flavor.ram <= one.host.memory_mb * RAM_RATIO;
    if (one.host.enabled && room && (await networks.bound(one.host.host))) fit.push(one);
  }
  return fit.sort((a, b) => a.servers - b.servers || a.host.number - b.host.number).map((one) => one.host.host);
}
