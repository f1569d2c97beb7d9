/**
 * What a trace would come to with the router that its ends lack: one between their two networks, an interface of one that is
 * there, or its way out. Highly available ones are on several hosts, of which nobody knows who would be active: not them.
 */
import type { TraceQuery } from "../api/http.ts";
import type { CloudApi, NeutronNetwork, NeutronPort, NeutronRouter, NeutronSubnet } from "../api/neutron.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { familyOf, type IpFamily } from "../net/address.ts";
import { endsOf } from "./allowed.ts";
import { freeAddress } from "./free-address.ts";

const INTERFACE = "network:router_interface";
const DISTRIBUTED = "network:router_interface_distributed";
const SNAT = "network:router_centralized_snat";
const GATEWAY = "network:router_gateway";

interface Joining {
  /** The router's host, and the ends'. */
  readonly hosts: ReadonlySet<string>;
  /** As the command line takes it. */
  readonly commands: readonly string[];
  /** An API's answers as they would be then. */
  with(api: CloudApi): CloudApi;
}

/**
 * @param cloud the whole, which tells where a router would be
 * @param seen the cloud as whoever asks sees it
 * @param may whether he may change what is this project's
 * @returns undefined where no router is lacking, or its addresses are not there to be had
 */
export function joiningOf(
  cloud: CollectedCloud,
  seen: CollectedCloud,
  query: TraceQuery,
  may: (projectId: string) => boolean,
): Joining | undefined {
  const way = wayOf(seen, query);
  if (!way?.sides.every((subnet) => may(subnet.project_id))) return undefined;
  const { sides, out } = way;
  const known = sides.map((subnet) => routerOn(seen.api, subnet));
  const [one, other] = known;
  // Two routers: which of them should give up its gateway's address is nothing to guess.
  if (one && other) return undefined;
  const there = one ?? other ?? (out && routerTo(seen.api, out, may));
  const router = there ?? fresh(sides, out, seen.api);
  if (router.ha || !may(router.project_id)) return undefined;
  const lacking = sides.filter((_, at) => !known[at]);
  const opens = out !== undefined && router.external_gateway_info === null;
  if ((lacking.length === 0 && !opens) || lacking.some((subnet) => isTaken(seen.api, subnet))) return undefined;
  const made = portsOf(cloud.api, router, lacking, opens ? out : undefined);
  if (!made) return undefined;
  const ends = new Set(way.ports);
  const guests = cloud.world.guests.filter((guest) => ends.has(guest.portId));
  const name = nameOf(router, seen.api.routers);
  const then = opens ? { ...router, external_gateway_info: { network_id: out.id, ...viaOf(made) } } : router;
  return {
    hosts: new Set([...hostsOf(cloud.api, router, made), ...guests.map((guest) => guest.host)]),
    commands: [
      ...(there ? [] : [`openstack router create ${name}`]),
      ...lacking.map((subnet) => `openstack router add subnet ${name} ${nameOf(subnet, seen.api.subnets)}`),
      ...(opens ? [`openstack router set --external-gateway ${nameOf(out, seen.api.networks)} ${name}`] : []),
    ],
    with: (api) => ({
      ...api,
      routers: [...api.routers.filter(({ id }) => id !== router.id), then],
      // Gateways are no project's: who sees a part of the cloud does not see them.
      ports: [...api.ports, ...made.filter((port) => api === cloud.api || port.project_id !== "")],
    }),
  };
}

interface Way {
  /** Subnets of projects that must be on one router. */
  readonly sides: readonly NeutronSubnet[];
  /** What it must have its gateway on. */
  readonly out?: NeutronNetwork;
  readonly ports: readonly string[];
}

function wayOf(seen: CollectedCloud, query: TraceQuery): Way | undefined {
  const { api } = seen;
  const ends = endsOf(seen, query);
  const target = ends?.target;
  if (target === undefined) return undefined;
  const family = familyOf(target);
  const networkOf = (id: string | undefined) => api.networks.find((one) => one.id === id);
  const from = subnetOf(api, ends?.from, family);
  const to = subnetOf(api, ends?.to, family);
  const floating = api.floatingIps.find((one) => one.floating_ip_address === target);
  const ports = [ends?.from?.id ?? "", ends?.to?.id ?? ""];
  if (!from || networkOf(from.network_id)?.["router:external"]) return undefined;
  const outside = floating?.floating_network_id ?? to?.network_id ?? ends?.to?.network_id;
  const beyond = networkOf(outside);
  if (beyond?.["router:external"]) return { sides: [from], out: beyond, ports };
  if (to) return to.network_id === from.network_id ? undefined : { sides: [from, to], ports };
  const out = ends?.to ? undefined : api.networks.find((one) => one["router:external"]);
  return out && { sides: [from], out, ports };
}

function subnetOf(
  api: CloudApi,
  port: NeutronPort | undefined,
  family: IpFamily | undefined,
): NeutronSubnet | undefined {
  const ids = port?.fixed_ips.filter((ip) => familyOf(ip.ip_address) === family).map((ip) => ip.subnet_id) ?? [];
  return api.subnets.find((one) => ids.includes(one.id) && one.gateway_ip !== null);
}

const isOn = (port: NeutronPort, { id, gateway_ip }: NeutronSubnet) =>
  port.fixed_ips.some((ip) => ip.subnet_id === id && ip.ip_address === gateway_ip);

function routerOn(api: CloudApi, subnet: NeutronSubnet): NeutronRouter | undefined {
  const port = api.ports.find((one) => one.device_owner.startsWith(INTERFACE) && isOn(one, subnet));
  return api.routers.find((one) => one.id === port?.device_id);
}

/** One that has its gateway there already. */
function routerTo(api: CloudApi, out: NeutronNetwork, may: (projectId: string) => boolean): NeutronRouter | undefined {
  return api.routers.find((one) => !one.ha && may(one.project_id) && one.external_gateway_info?.network_id === out.id);
}

function isTaken(api: CloudApi, subnet: NeutronSubnet): boolean {
  return api.ports.some((port) => isOn(port, subnet));
}

function fresh(sides: readonly NeutronSubnet[], out: NeutronNetwork | undefined, api: CloudApi): NeutronRouter {
  const ids = [...sides.map((subnet) => subnet.network_id), ...(out ? [out.id] : [])];
  const name = ids.map((id) => api.networks.find((network) => network.id === id)?.name).join("-");
  return {
    id: "f0000000-0000-4000-8000-000000000000",
    name: /^[\w.-]+$/.test(name) ? name : "between",
    project_id: sides[0]?.project_id ?? "",
    admin_state_up: true,
    status: "ACTIVE",
    routes: [],
    external_gateway_info: null,
  };
}

/** Its interfaces on these subnets, and its gateway on `out`; undefined where there is no host or no address for one. */
function portsOf(
  api: CloudApi,
  router: NeutronRouter,
  lacking: readonly NeutronSubnet[],
  out: NeutronNetwork | undefined,
): NeutronPort[] | undefined {
  const { distributed = false } = router;
  const central = centralHost(api, router);
  const own = api.ports.filter((port) => port.device_id === router.id);
  const translates = distributed && (out !== undefined || router.external_gateway_info?.enable_snat === true);
  const old = out ? own.filter((port) => port.device_owner === DISTRIBUTED) : [];
  const inside = [...old.flatMap((port) => api.subnets.find((subnet) => isOn(port, subnet)) ?? []), ...lacking];
  const wanted: Wanted[] = [
    ...lacking.map(
      (subnet): Wanted => ({ subnet, address: subnet.gateway_ip, owner: distributed ? DISTRIBUTED : INTERFACE }),
    ),
    ...(translates ? inside : []).map((subnet): Wanted => ({ subnet, address: freeAddress(api, subnet), owner: SNAT })),
    ...(out ? [gatewayOn(api, out)] : []),
  ];
  const made = wanted.flatMap((one, at) => portOf(router, one, central, at) ?? []);
  return made.length === wanted.length ? made : undefined;
}

interface Wanted {
  readonly subnet: NeutronSubnet | undefined;
  readonly address: string | null | undefined;
  readonly owner: string;
}

function gatewayOn(api: CloudApi, { id }: NeutronNetwork): Wanted {
  const subnet = api.subnets.find((one) => one.network_id === id && one.ip_version === 4);
  return { subnet, address: subnet && freeAddress(api, subnet), owner: GATEWAY };
}

function portOf(
  router: NeutronRouter,
  { subnet, address, owner }: Wanted,
  central: string | undefined,
  at: number,
): NeutronPort | undefined {
  const everywhere = owner === DISTRIBUTED;
  if (!subnet || !address || (central === undefined && !everywhere)) return undefined;
  // Devices are named after the first eleven characters.
  const number = String(at + 1).padStart(2, "0");
  return {
    id: `f0000000-${number}00-4000-8000-000000000000`,
    name: "",
    project_id: owner === SNAT || owner === GATEWAY ? "" : router.project_id,
    network_id: subnet.network_id,
    mac_address: `fa:16:3e:f0:00:${number}`,
    admin_state_up: true,
    status: "ACTIVE",
    fixed_ips: [{ subnet_id: subnet.id, ip_address: address }],
    device_id: router.id,
    device_owner: owner,
    security_groups: [],
    allowed_address_pairs: [],
    port_security_enabled: false,
    "binding:host_id": everywhere ? "" : (central ?? ""),
    "binding:vif_type": everywhere ? "distributed" : "ovs",
    "binding:vnic_type": "normal",
  };
}

function viaOf(made: readonly NeutronPort[]) {
  const gateway = made.find((port) => port.device_owner === GATEWAY);
  return { enable_snat: true, external_fixed_ips: gateway?.fixed_ips ?? [] };
}

/** Where its other ports are; of a new one, where an agent takes such routers. */
function centralHost({ ports, agents }: CloudApi, { id, distributed }: NeutronRouter): string | undefined {
  const own = ports.find((port) => port.device_id === id && port["binding:host_id"])?.["binding:host_id"];
  const modes = distributed ? ["dvr_snat"] : ["legacy", "dvr_snat"];
  const takes = agents.find(
    ({ agent_type, alive, configurations }) =>
      agent_type === "L3 agent" && alive && modes.includes(String(configurations?.agent_mode)),
  );
  return own ?? takes?.host;
}

function hostsOf(api: CloudApi, router: NeutronRouter, made: readonly NeutronPort[]): string[] {
  const own = api.ports.filter((port) => port.device_id === router.id);
  return [...own, ...made].flatMap((port) => port["binding:host_id"] || []);
}

/** A name where it says enough, and needs no quotes. */
function nameOf(one: { id: string; name: string }, all: readonly { id: string; name: string }[]): string {
  const alone = all.every((other) => other.name !== one.name || other.id === one.id);
  return alone && /^[\w.-]+$/.test(one.name) ? one.name : one.id;
}
