/** The cloud as it would be after a change of its objects: what agents would make of it, on copies of the hosts. */
import type { CloudApi } from "../api/neutron.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { CommandError } from "../host/command/command.ts";
import { diff } from "../host/diff/diff.ts";
import { applyAll } from "../host/run.ts";
import { planned, viewsOf } from "../intent/recorded.ts";
import { withHosts } from "./repaired.ts";

/**
 * Once agents have heard of it; what else differs on the hosts stays as it is.
 * @param concerned hosts that the packet may come to see: others are left as they are
 * @returns undefined where a command does not work
 */
export function cloudWith(
  cloud: CollectedCloud,
  api: CloudApi,
  concerned: ReadonlySet<string>,
): CollectedCloud | undefined {
  const [before, after] = [cloud.api, api].map((one) => viewsOf(one, cloud.world.hosts, concerned));
  try {
    const hosts = cloud.world.hosts.map((host) => {
      const [old, now] = [before?.get(host.name), after?.get(host.name)];
      if (!old || !now) return host;
      return applyAll(host, diff(planned(old, host), planned(now, host)));
    });
    return withHosts(cloud, hosts, api);
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}
