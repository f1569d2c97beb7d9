/**
 * What kind of request it was, in words of ours alone: what users type, names included, must not become a label of a metric,
 * where it would be shown to whoever watches, and be kept for each spelling.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

export interface RequestRoute {
  readonly service: "identity" | "networking" | "compute" | "image" | "dashboard";
  /** `/networking/v2.0/ports/{}`, `/api/clouds/[cloud]/trace`; `other` for what nothing of ours is at. */
  readonly route: string;
}

/** Segments of the services' addresses. One that is missing here is only told less of. */
const WORDS = new Set(
  `v2 v2.0 v2.1 v3 action detail tags metadata members file
  auth tokens catalog projects domains users groups roles role_assignments role_inferences implies password regions services
  endpoints application_credentials access_rules system OS-INHERIT inherited_to_projects
  networks subnets ports routers floatingips subnetpools security-groups security-group-rules address-groups address-scopes
  agents auto-allocated-topology availability_zones bindings extensions flavors floatingip_pools network-ip-availability
  port_forwardings qos policies bandwidth_limit_rules dscp_marking_rules minimum_bandwidth_rules minimum_packet_rate_rules
  packet_rate_limit_rules rule-types quotas rbac-policies service_profiles service-providers trunks add_router_interface
  remove_router_interface add_subports remove_subports get_subports dhcp-networks l3-routers l3-agents dhcp-agents
  servers images ips limits os-aggregates os-availability-zone os-extra_specs os-hosts os-hypervisors os-instance-actions
  os-interface os-keypairs os-migrations os-quota-sets os-security-groups os-server-groups os-services
  os-simple-tenant-usage os-volume_attachments schemas`
    .split(/\s+/)
    .map(plain),
);
const SERVICES = ["identity", "networking", "compute", "image"] as const;
const DEEPEST = 6;

/** @param target the address as it was sent @param status what was answered */
export function routeOf(target: string, status: number, dashboard = dashboardRoutes()): RequestRoute {
  const address = target.replace(/[?#].*$/s, "");
  const [, first = "", ...rest] = address.split("/");
  const service = SERVICES.find((one) => one === first);
  if (service) return { service, route: `/${service}${serviceRoute(rest, status)}` };
  if (address.startsWith("/_next/")) return { service: "dashboard", route: "/_next" };
  if (address === "/metrics") return { service: "dashboard", route: "/metrics" };
  return { service: "dashboard", route: dashboard.find(({ pattern }) => pattern.test(address))?.page ?? "other" };
}

/** Refused requests may be of any form: they are told by their first words. */
function serviceRoute(segments: readonly string[], status: number): string {
  const told = segments.filter((one) => one !== "").slice(0, status < 400 ? DEEPEST : 2);
  return told.map((one) => (WORDS.has(plain(one)) ? `/${plain(one)}` : "/{}")).join("");
}

/** Neutron takes dashes for underscores, and a suffix. */
function plain(segment: string): string {
  return segment.replace(/\.json$/, "").replaceAll("_", "-");
}

interface DashboardRoute {
  readonly page: string;
  readonly pattern: RegExp;
}

const part = z.array(z.object({ page: z.string(), regex: z.string() }));
const manifest = z.object({ staticRoutes: part, dynamicRoutes: part });
let known: readonly DashboardRoute[] | undefined;

/** The build lists them; a development server has no such list. */
function dashboardRoutes(): readonly DashboardRoute[] {
  known ??= readRoutes();
  return known;
}

function readRoutes(): DashboardRoute[] {
  const build = path.resolve(/* turbopackIgnore: true */ process.cwd(), process.env.UNDERLAY_DIST ?? ".next");
  try {
    const text = readFileSync(path.join(/* turbopackIgnore: true */ build, "routes-manifest.json"), "utf8");
    const { staticRoutes, dynamicRoutes } = manifest.parse(JSON.parse(text));
    return [...staticRoutes, ...dynamicRoutes].map(({ page, regex }) => ({ page, pattern: new RegExp(regex) }));
  } catch {
    return [];
  }
}
