/** What of newer microversions is known here, for the sake of `openstack --os-compute-api-version 2.74 server …`. */
import type { Compute } from "../../compute/compute.ts";
import type { Server } from "../../compute/model.ts";
import type { RestRequest } from "../http.ts";

/** An administrator may name the host of a new server. */
export const NAMED_HOST = 74;
/** A server shows its flavor instead of a link to it. */
const EMBEDDED_FLAVOR = 47;

/** Of `2.74`, 74. nova/api/openstack/wsgi.py set_api_version_request */
export function minorVersion({ headers }: RestRequest): number {
  const header = headers.get("openstack-api-version") ?? `compute ${headers.get("x-openstack-nova-api-version")}`;
  const [, minor] = /\bcompute +2\.(\d+)\b/.exec(header) ?? [];
  return Number(minor ?? 1);
}

/** @returns what is to stand in the view of a server instead of what 2.1 has. nova/api/openstack/compute/views/servers.py _get_flavor */
export async function newerView(
  { flavors }: Compute,
  request: RestRequest,
): Promise<(server: Server) => Readonly<Record<string, unknown>>> {
  if (minorVersion(request) < EMBEDDED_FLAVOR) return () => ({});
  const all = new Map((await flavors.all()).map((one) => [one.id, one]));
  return ({ flavor_id }) => {
    const flavor = all.get(flavor_id);
    if (!flavor) return { flavor: {} };
    const { vcpus, ram, disk, ephemeral, swap, name: original_name, extra_specs } = flavor;
    return { flavor: { vcpus, ram, disk, ephemeral, swap, original_name, extra_specs } };
  };
}
