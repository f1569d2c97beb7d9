/** Which servers a list asks for. Source: nova/api/openstack/compute/servers.py _get_servers. */
import type { Compute } from "../../compute/compute.ts";
import { ComputeError } from "../../compute/errors.ts";
import type { Server } from "../../compute/model.ts";
import { ZONE } from "../../compute/scheduler.ts";
import { powerState, vmState } from "../../compute/servers.ts";
import type { RestRequest } from "../http.ts";

/** nova/api/openstack/common.py is_all_tenants: the bare word counts, too. */
export function allTenants(request: RestRequest): boolean {
  const text = request.query.get("all_tenants")?.trim().toLowerCase();
  if (text === undefined || ["0", "f", "false", "off", "n", "no"].includes(text)) return false;
  if (["", "1", "t", "true", "on", "y", "yes"].includes(text)) return true;
  throw new ComputeError("bad-request", `Unrecognized value '${text}' for all_tenants.`);
}

/** Nova has Neutron look for a part of the address, where it can (`ip-substring-filtering`). */
export async function withAddress({ networks }: Compute, all: readonly Server[], part: string): Promise<Server[]> {
  const ports = await networks.portsOf(all.map((one) => one.id));
  const text = part.replace(/^\^|\$$/g, "").replaceAll("\\.", ".");
  const having = new Set(
    ports.filter((port) => port.fixed_ips.some((one) => one.ip_address.includes(text))).map((port) => port.device_id),
  );
  return all.filter((one) => having.has(one.id));
}

/**
 * nova/api/openstack/compute/schemas/servers.py: of its filters, those that say something here. Who is no administrator
 * could ask by some of them for what he may not know.
 */
export function filtered(all: readonly Server[], request: RestRequest, isAdmin: boolean): Server[] {
  const { query } = request;
  const is = (key: string, of: (server: Server) => string | null) => {
    const wanted = query.getAll(key).filter((one) => one !== "");
    return (server: Server) =>
      wanted.length === 0 || wanted.some((one) => of(server)?.toLowerCase() === one.toLowerCase());
  };
  const since = momentOf(query.get("changes-since"));
  // Those that are gone are forgotten here.
  if (isAdmin && /^(1|t|true|on|y|yes)$/i.test(query.get("deleted") ?? "")) return [];
  // A name is a regular expression in Nova; here it is searched for as text, which no text can make slow.
  const text =
    query
      .get("name")
      ?.replace(/^\^|\$$/g, "")
      .toLowerCase() ?? "";
  const tests = [
    is("status", (s) => s.status),
    is("flavor", (s) => s.flavor_id),
    is("image", (s) => s.image_id),
    ...(isAdmin
      ? [
          is("host", (s) => s.host),
          is("uuid", (s) => s.id),
          is("tenant_id", (s) => s.project_id),
          is("project_id", (s) => s.project_id),
          is("user_id", (s) => s.user_id),
          is("key_name", (s) => s.key_name),
          is("availability_zone", (s) => (s.host === null ? "" : ZONE)),
          is("vm_state", (s) => vmState(s.status)),
          is("power_state", (s) => String(powerState(s.status))),
        ]
      : []),
  ];
  const found = all.filter(
    (one) =>
      one.name.toLowerCase().includes(text) &&
      (since === undefined || Date.parse(one.updated_at) >= since) &&
      tests.every((holds) => holds(one)),
  );
  found.sort((a, b) => b.number - a.number); // The newest first, as Nova's default.
  const marker = query.get("marker");
  const from = marker === null ? 0 : found.findIndex((one) => one.id === marker) + 1;
  if (marker !== null && from === 0) throw new ComputeError("bad-request", `marker [${marker}] not found`);
  const limit = query.get("limit");
  if (limit !== null && !/^\d+$/.test(limit)) throw new ComputeError("bad-request", "limit must be a number");
  return found.slice(from, limit === null ? undefined : from + Number(limit));
}

/** oslo_utils/timeutils.py parse_isotime: UTC, where no offset is said. */
function momentOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  const [, day, time = "T00:00:00", offset = "Z"] =
    /^(\d{4}-\d\d-\d\d)([T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?$/.exec(text) ?? [];
  const at = Date.parse(`${day}${time.replace(" ", "T")}${offset}`);
  if (!Number.isNaN(at)) return at;
  const wrong = `'${text}' is not a 'date-time'`;
  throw new ComputeError("bad-request", `Invalid input for query parameters changes-since. Value: ${text}. ${wrong}`);
}
